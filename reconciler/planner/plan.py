"""Making the plan: for each place one decision, with every reason."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.deployer.standing import Standing
from reconciler.model.content import Content
from reconciler.model.deployment import Assignment
from reconciler.model.place import Place
from reconciler.model.plan import Decision, Departed, Plan, Verdict
from reconciler.model.records import Claim, Reason
from reconciler.names import instant_text, seconds_of
from reconciler.planner.answering import answers
from reconciler.planner.asking import ask_of
from reconciler.planner.assignments import forget
from reconciler.planner.departures import missed
from reconciler.planner.gates import pause
from reconciler.planner.gates.sign_off import named, taints_of
from reconciler.planner.inputs import Ask, Inputs
from reconciler.planner.inquiries import notes_of
from reconciler.planner.maintenance import kept_out_until
from reconciler.planner.maintenance import notes_of as screened
from reconciler.planner.readiness import notes_of as unready
from reconciler.planner.rest import Rest, rest_of
from reconciler.planner.retiring import retired
from reconciler.planner.returns import offer_of, return_of
from reconciler.planner.starts import earliest
from reconciler.planner.temporary import taken_away
from reconciler.planner.window import window_of


def make_plan(inputs: Inputs) -> Plan:
    """One decision for every place that a promotion names or a claim holds, sorted by place.

    Pure: equal inputs give equal plans, whatever the hash seed, file order or time zone.
    """
    rest = rest_of(inputs)
    places = rest.places(inputs.ledger.occupied)
    decisions = tuple(_decided(inputs, each, rest) for each in places)
    return Plan(inputs.basis, decisions, inputs.judgement.banner)


def places_of(inputs: Inputs) -> tuple[Place, ...]:
    """The places of a plan, sorted."""
    return rest_of(inputs).places(inputs.ledger.occupied)


def decide(inputs: Inputs, place: Place) -> Decision:
    """What is to be done in one place; the same as `make_plan` says of it."""
    return _decided(inputs, place, rest_of(inputs))


def _decided(inputs: Inputs, place: Place, rest: Rest) -> Decision:
    standing = inputs.ledger.at(place)
    known = rest.known(standing)
    if known is None:
        known = decision_of(ask_of(inputs, place))
        if rest.keep(known, standing):
            forget(inputs.snapshot, place)
    return known


def decision_of(ask: Ask) -> Decision:
    """What `decide` says, of a question that was made already."""
    decision, until = _decision(ask), kept_out_until(ask)
    # What a closed gate says isn't said twice.
    told = () if any(each.gate == pause.NAME for each in decision.closed) else screened(ask)
    if not (until or told):
        return decision
    return replace(decision, notes=(*decision.notes, *told), kept_out=until)


def _decision(ask: Ask) -> Decision:
    place, standing = ask.place, ask.standing
    running = standing.running
    if standing.open_claim is not None:
        return _under_way(ask, standing.open_claim)
    if (gone := taken_away(ask)) is not None:
        return gone
    if not ask.asked_for:
        return retired(ask) or _left_alone(ask)
    taints = taints_of(ask)
    same = running is not None and ask.content is not None and ask.content.digest == running.digest
    if running is not None and same and ask.in_force and not ask.mends:
        tail = f"; new starts are held: {named(taints[0], place)}" if taints else ""
        return Decision(
            place=place,
            verdict=Verdict.IN_SYNC,
            wanted=running.shown,
            running=running.shown,
            reasons=answers(ask) if taints else (),
            sentence=f"runs {running.shown}{tail}",
            sign_off=ask.sign_off,
            departures=_departures(ask, ()),
            notes=(*notes_of(standing), *_open_window(ask), *unready(standing)),
        )
    return _new(ask)


def _under_way(ask: Ask, claim: Claim) -> Decision:
    version = claim.assignment.content.shown
    ours = claim.reconciler == ask.inputs.reconciler
    mine = claim.is_of(ask.inputs.reconciler, ask.inputs.host)
    lost = (
        mine
        and claim.deployment not in ask.inputs.journalled
        and ask.place not in ask.inputs.stopped
    )
    sentence = f"deploying {version} as {claim.deployment}"
    if lost:
        sentence = f"goes back from {version}: the journal of {claim.deployment} is gone"
    elif ours and not mine:
        sentence += f", on another host called {claim.reconciler}; if that is gone, run tagboat"
        sentence += " reconcile --take-over here"
    return Decision(
        place=ask.place,
        verdict=Verdict.GO_BACK if lost else Verdict.BUSY,
        wanted=ask.shown or version,
        running=ask.running.shown if ask.running else "",
        reasons=claim.reasons,
        sentence=sentence,
        sign_off=claim.sign_off,
        assignment=claim.assignment,
        deployment=claim.deployment,
        estimate=claim.estimate,
        summary=claim.summary,
        departures=_departures(ask, ()),
        notes=notes_of(ask.standing),
    )


def _left_alone(ask: Ask) -> Decision:
    """A place whose promotion is gone: deleting a file never removes what runs."""
    running = ask.running.shown if ask.running else ""
    left = "no file asks for it any more, and nothing was removed"
    may_go = bool(running) and ask.environment is not None
    return Decision(
        place=ask.place,
        verdict=Verdict.IN_SYNC,
        wanted="",
        running=running,
        reasons=(),
        sentence=f"runs {running}; {left}" if running else _emptied(ask.standing),
        notes=(f"to take it away: tagboat retire {ask.place}",) if may_go else (),
    )


def _emptied(standing: Standing) -> str:
    """Why nothing runs in a place that no file names any more."""
    claim, end = standing.last_claim, standing.last_end
    if standing.stuck:
        return "runs what nobody can tell; no file asks for anything here any more"
    if claim is not None and end is not None and claim.assignment.lanes.retires:
        return f"was retired: {end.deployment} took {end.version} away, and no file asks for more"
    return "runs nothing, and no file asks for anything here"


def _new(ask: Ask) -> Decision:
    reasons = answers(ask)
    if not ask.in_force:
        return _unsigned(ask, reasons)
    closed = [each for each in reasons if each.state != "open"]
    running = ask.running.shown if ask.running else ""
    release = ask.release
    broken = any(each.gate == "files" for each in closed) and not ask.assignment
    verdict = Verdict.BROKEN if broken else Verdict.HOLD if closed else Verdict.DEPLOY
    return Decision(
        place=ask.place,
        verdict=verdict,
        wanted=ask.wanted,
        running=running,
        reasons=reasons,
        sentence=_mended(ask, closed) if ask.mends else _sentence(ask, closed),
        sign_off=ask.sign_off,
        assignment=ask.assignment,
        estimate=seconds_of(release.estimate) if release else 0,
        summary=release.summary if release else "",
        slot=_text(ask.desired.due) if not closed and not ask.mends else "",
        departures=_departures(ask, closed),
        notes=_notes(ask, closed),
        start=earliest(ask, reasons),
        expires=ask.desired.expires,
    )


def _unsigned(ask: Ask, reasons: tuple[Reason, ...]) -> Decision:
    """Held, and nothing said of what is in force: it is something else that is asked for."""
    closed = [each for each in reasons if each.state != "open"]
    broken = any(each.gate == "files" for each in closed)
    return Decision(
        place=ask.place,
        verdict=Verdict.BROKEN if broken else Verdict.HOLD,
        wanted=ask.shown,
        running=ask.running.shown if ask.running else "",
        reasons=reasons,
        sentence=_sentence(ask, closed),
        departures=_departures(ask, closed),
    )


def _departures(ask: Ask, closed: Sequence[Reason]) -> tuple[Departed, ...]:
    """The slots that nothing left with, or leaves with now."""
    last = missed(ask.desired, closed, now=ask.now)
    if ask.sign_off is None:
        return ()
    return tuple(
        Departed(_text(each.slot), each.fate, each.why, ask.sign_off.commit)
        for each in (*ask.desired.accounts, *([last] if last else ()))
    )


def _text(instant: datetime | None) -> str:
    return instant_text(instant) if instant else ""


def _mended(ask: Ask, closed: Sequence[Reason]) -> str:
    if closed:
        return f"should run {ask.wanted} (held): {closed[0].why}"
    drift = ask.standing.drifted
    return f"puts {ask.wanted} back: {drift.found}" if drift else f"puts {ask.wanted} back"


def _sentence(ask: Ask, closed: list[Reason]) -> str:
    standing = ask.inputs.ledger.at(ask.place)
    stuck, good = standing.stuck, standing.last_good
    running = ask.running.shown if ask.running else "what nobody can tell" if stuck else "nothing"
    if closed:
        return f"wants {ask.shown or '?'} (held), runs {running}: {closed[0].why}"
    if ask.adopts:
        return f"takes {ask.wanted} over as it is"
    if ask.running is None and good is not None:
        back = "calls an operator" if standing.doubtful else f"goes back to {good.shown}"
        return f"deploys {ask.wanted} over {running}; a failure {back}"
    if ask.running is None:
        return f"deploys {ask.wanted}; there is nothing to go back to"
    if ask.running.shown == ask.wanted:
        return f"deploys {ask.wanted} again with other configuration"
    return f"deploys {ask.wanted} over {running}"


def _notes(ask: Ask, closed: Sequence[Reason]) -> tuple[str, ...]:
    back = return_of(ask, closed)
    if back is not None and offer_of(ask.inputs, back.branch):
        said = f"the branch {back.branch} puts the file back to {back.running}: have it merged"
        return (said,)
    return (*_interrupted(ask.assignment, ask.running), *unready(ask.standing))


def _open_window(ask: Ask) -> tuple[str, ...]:
    """Until a record says that it is over: a decision that rests is not made anew with time."""
    until, end = window_of(ask.inputs.snapshot, ask.standing), ask.standing.last_end
    if until is None or end is None:
        return ()
    back = f"tagboat rollback {ask.place}"
    return (f"{end.deployment} may be taken back until {instant_text(until)}: {back}",)


def _interrupted(assignment: Assignment | None, running: Content | None) -> tuple[str, ...]:
    if assignment is None or running is None or not assignment.target.listen:
        return ()
    apart = [each.name for each in assignment.content.processes if each.listens == "port"]
    return tuple(
        f"{name} opens its port itself: requests are refused between the old version and the new"
        for name in apart
    )
