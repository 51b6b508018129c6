"""Risk: what the history says of deployments like this one, in one sentence each (pure)."""

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


def risks(ledger: Ledger, place: Place, content: Content | None) -> tuple[str, ...]:
    """How often deployments here failed lately, and how this very work fared elsewhere."""
    said = [_here(ledger, place)]
    if content is not None:
        said += _elsewhere(ledger, place, content)
    return tuple(each for each in said if each)


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


def _elsewhere(ledger: Ledger, place: Place, content: Content) -> list[str]:
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
            said.append(f"the same content {became}")
    return said


def _ended(ledger: Ledger, place: Place) -> list[tuple[Claim, End]]:
    return [
        (claim, ledger.ends[deployment])
        for deployment, claim in ledger.claims.items()
        if (claim.environment, claim.app) == (place.environment, place.app)
        and deployment in ledger.ends
    ]
