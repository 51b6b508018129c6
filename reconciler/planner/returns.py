"""What the branch should be put back to, where a place went back and its file didn't (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.canonical import digest_of
from reconciler.deployer.standing import Standing
from reconciler.model.content import Content
from reconciler.model.place import Place
from reconciler.model.plan import Plan, Verdict
from reconciler.model.records import Reason, Sighting
from reconciler.names import instant_of
from reconciler.planner.asking import ask_of
from reconciler.planner.gates import hold
from reconciler.planner.inputs import Ask, Inputs

OLDEST = timedelta(days=2)
"""How long after the deployment the reconciler still offers a branch; one that is there stays."""
BRANCHES = "tagboat/return/"


@dataclass(frozen=True, slots=True)
class Return:
    """One file to be put back."""

    place: Place
    deployment: str
    """The one after which the place runs something else than its file asks for."""
    wanted: str
    running: str
    successes: tuple[tuple[str, str], ...]
    """Commit that was decided on, and version, of each time that it succeeded; oldest first."""
    why: str
    ended: datetime

    @property
    def branch(self) -> str:
        """The branch that puts it back, and does nothing else."""
        return f"{BRANCHES}{self.deployment}"


def offer_of(inputs: Inputs, branch: str) -> Sighting | None:
    """The record of this branch, as soon as it was pushed; whoever removes it has said no."""
    return inputs.ledger.sighting("return", branch.removeprefix(BRANCHES))


def offer(back: Return, commit: str, *, at: str, reconciler: str) -> Sighting:
    """The record of a branch that was pushed; two reconcilers that push it say the same."""
    facts = {"branch": back.branch, **({"commit": commit} if commit else {})}
    return Sighting(
        id=digest_of({"sort": "return", "about": back.deployment}),
        at=at,
        reconciler=reconciler,
        sort="return",
        about=back.deployment,
        facts=facts,
    )


def still_needed(plan: Plan, inputs: Inputs) -> frozenset[str]:
    """The branches that nobody takes away: of each place's last deployment, until it is in sync."""
    claims = (
        inputs.ledger.at(each.place).last_claim
        for each in plan.decisions
        if each.verdict is not Verdict.IN_SYNC
    )
    return frozenset(f"{BRANCHES}{each.deployment}" for each in claims if each)


def returns(inputs: Inputs, plan: Plan) -> tuple[Return, ...]:
    """Every file that is to be put back now, by place."""
    held = (
        each
        for each in plan.decisions
        if each.verdict is Verdict.HOLD and any(x.gate == hold.NAME for x in each.closed)
    )
    found = (return_of(ask_of(inputs, each.place), each.reasons) for each in held)
    return tuple(each for each in found if each)


def return_of(ask: Ask, reasons: Sequence[Reason]) -> Return | None:
    """What its file should say again; nothing where nobody knows, or it isn't to be asked for.

    Only where a promotion names a release that failed or was taken back, and something that had
    success runs instead. What follows something wants another thing soon enough by itself.
    """
    failed = next((each for each in reasons if each.gate == hold.NAME), None)
    standing, promotion = ask.standing, ask.promotion
    end, running = standing.last_end, ask.running
    if failed is None or failed.state == "open" or not ask.in_force or end is None:
        return None
    if promotion is None or promotion.follow or promotion.temporary or running is None:
        return None
    found = successes(standing, running)
    if not found:
        return None
    return Return(
        ask.place,
        end.deployment,
        ask.wanted,
        running.shown,
        found,
        failed.why,
        instant_of(end.ended),
    )


def successes(standing: Standing, content: Content | None = None) -> tuple[tuple[str, str], ...]:
    """Commit that was decided on, and version, of what succeeded in a place, oldest first."""
    return tuple(
        (each.basis, each.assignment.content.version)
        for each in standing.settled
        if content is None or each.assignment.content.digest == content.digest
    )
