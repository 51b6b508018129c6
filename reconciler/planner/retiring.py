"""Emptying a place: because somebody who may has asked for it, or as its time is up (pure)."""

from dataclasses import replace

from reconciler.deployer.takeover import retirement
from reconciler.model.plan import Decision, Verdict
from reconciler.model.records import Reason, SignOff
from reconciler.planner.asking import signed_off
from reconciler.planner.gates import claim, driver, history, sign_off
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import opened


def retired(ask: Ask) -> Decision | None:
    """What is to be done to leave the place empty; nothing where nobody was granted that."""
    answer = ask.standing.granted
    if answer is None or answer.verb != "retire":
        return None
    return emptied(ask, (opened("retired", f"{answer.by} asked for it"),), _removed(ask))


def emptied(ask: Ask, reasons: tuple[Reason, ...], sign_off: SignOff) -> Decision | None:
    """The decision to take away what runs, for these reasons, unless something is in the way.

    Nothing where nothing runs.
    """
    last, running = ask.standing.last_claim, ask.standing.running
    if last is None or running is None:
        return None
    asked = replace(ask, assignment=retirement(last.assignment, running))
    all_of_them = (
        *reasons,
        *_of_files(asked),
        *(gate.answer(asked) for gate in (claim, history, driver)),
    )
    closed = [each for each in all_of_them if each.state != "open"]
    held = f"is to be left empty (held), runs {running.shown}: {closed[0].why}" if closed else ""
    return Decision(
        place=ask.place,
        verdict=Verdict.HOLD if closed else Verdict.DEPLOY,
        wanted="",
        running=running.shown,
        reasons=all_of_them,
        sentence=held or f"takes {running.shown} away; the place is left empty",
        sign_off=sign_off,
        assignment=asked.assignment,
        summary="The place is left empty",
    )


def _of_files(ask: Ask) -> tuple[Reason, ...]:
    """The gate ``sign-off`` where the removal, or what it rests on, isn't signed off."""
    taints = sign_off.taints_of(ask)
    if not taints:
        return ()
    first = taints[0]
    why = f"{first.code} {sign_off.named(first, ask.place)}"
    return (Reason(gate=sign_off.NAME, state="closed", why=why, remedy=first.remedy),)


def _removed(ask: Ask) -> SignOff:
    """Who signed the removal of the file off; the trust root where it never had one."""
    admission = ask.inputs.judgement.admissions.get(ask.place.promotion_path)
    if admission is None:
        return ask.inputs.of_root
    return signed_off(admission)
