"""Risk: what the history says of deployments like this one, in one sentence each (pure)."""

from typing import NamedTuple

from reconciler.deployer.ledger import Ledger
from reconciler.model.content import Content
from reconciler.model.place import Place
from reconciler.model.records import Claim, End, Outcome
from reconciler.planner.sameness import is_same_work

LOOKED_AT = 20
"""Deployments of a place that are looked back at."""


_BECAME = {
    Outcome.SUCCEEDED: "was deployed with success",
    Outcome.ROLLED_BACK: "failed and was rolled back",
    Outcome.STUCK: "failed and got stuck",
}


class Risk(NamedTuple):
    """One sentence; ``warns`` if nobody should merge without having read it."""

    text: str
    warns: bool = False


def risks(ledger: Ledger, place: Place, content: Content | None) -> tuple[Risk, ...]:
    """How often deployments here failed lately, and how this very work fared elsewhere.

    That this very work failed elsewhere last time is a warning.
    """
    found = _elsewhere(ledger, place, content) if content is not None else []
    return (Risk(_here(ledger, place)), *found)


def _here(ledger: Ledger, place: Place) -> str:
    found = _ended(ledger, place)[-LOOKED_AT:]
    failed = [end for _, end in found if end.outcome is not Outcome.SUCCEEDED]
    if not found:
        return "nothing was deployed here before"
    many = f"the last {len(found)} deployments" if len(found) > 1 else "the one deployment"
    if not failed:
        return f"{many} here succeeded"
    last = failed[-1]
    tail = f"{last.version} on {last.ended[:10]} ({last.why or last.outcome.value})"
    return f"{len(failed)} of {many} here failed, the last was {tail}"


def _elsewhere(ledger: Ledger, place: Place, content: Content) -> list[Risk]:
    said = []
    for other in ledger.places:
        if other.app != place.app or other == place:
            continue
        same = [
            end
            for claim, end in _ended(ledger, other)
            if is_same_work(content, claim.assignment.content)
        ]
        if same:
            last = same[-1]
            became = f"{_BECAME[last.outcome]} in {other.environment} on {last.ended[:10]}"
            said.append(Risk(f"the same content {became}", last.outcome is not Outcome.SUCCEEDED))
    return said


def _ended(ledger: Ledger, place: Place) -> list[tuple[Claim, End]]:
    return [
        (claim, ledger.ends[deployment])
        for deployment, claim in ledger.claims.items()
        if (claim.environment, claim.app) == (place.environment, place.app)
        and deployment in ledger.ends
    ]
