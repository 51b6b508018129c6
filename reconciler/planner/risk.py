"""Risk: what the history says of deployments like this one, in one sentence each (pure)."""

from typing import NamedTuple

from reconciler.deployer.ledger import Ledger
from reconciler.model.content import Content
from reconciler.model.place import Place
from reconciler.model.records import Claim, End, Outcome
from reconciler.names import instant_of
from reconciler.planner.sameness import is_same_work
from reconciler.timetable.moments import local_text

LOOKED_AT = 20
"""Deployments of a place that are looked back at."""
_BECAME = {Outcome.ROLLED_BACK: "was rolled back", Outcome.STUCK: "got stuck"}


class Risk(NamedTuple):
    """One sentence; ``warns`` if nobody should merge without having read it."""

    text: str
    warns: bool = False


def risks(ledger: Ledger, place: Place, content: Content | None) -> tuple[Risk, ...]:
    """How often deployments here failed lately, and how this very work fared the last time.

    That it failed then, here or elsewhere, is a warning.
    """
    found = _before(ledger, place, content) if content is not None else []
    return (Risk(_here(ledger, place)), *found)


def _here(ledger: Ledger, place: Place) -> str:
    found = _ended(ledger, place)[-LOOKED_AT:]
    failed = [end for _, end in found if end.outcome is not Outcome.SUCCEEDED]
    where = f"{place.app} in {place.environment}"
    if not found:
        return f"{where} was never deployed before"
    many = f"the last {len(found)} deployments" if len(found) > 1 else "the one deployment"
    if not failed:
        return f"{many} of {where} succeeded"
    last = failed[-1]
    if len(found) == 1:
        return f"{many} of {where} failed: {last.version} {_when(last)}{_why(last)}"
    count = f"{len(failed)} of {many} of {where} failed"
    return f"{count}, most recently {last.version} {_when(last)}{_why(last)}"


def _before(ledger: Ledger, place: Place, content: Content) -> list[Risk]:
    """How the same work fared in all places of the app; a success here says nothing new."""
    said = []
    for other in ledger.places:
        if other.app != place.app:
            continue
        same = [
            end
            for claim, end in _ended(ledger, other)
            if is_same_work(content, claim.assignment.content)
        ]
        if same and (other != place or same[-1].outcome is not Outcome.SUCCEEDED):
            said.append(_fared(other, same[-1], here=other == place))
    return said


def _fared(other: Place, last: End, *, here: bool) -> Risk:
    """What became of the same work the last time."""
    what, where = f"{other.app} {last.version}", f"in {other.environment} {_when(last)}"
    if here:
        where = f"here {_when(last)}"
    if last.outcome is Outcome.SUCCEEDED:
        return Risk(f"the same content was deployed with success {where}, as {what}")
    became = f"it {_BECAME[last.outcome]} and has not succeeded {'' if here else 'there '}since"
    said = f"the same content failed {where}, as {what}{_why(last)}: {became}"
    return Risk(said, warns=True)


def _when(end: End) -> str:
    return f"on {local_text(instant_of(end.ended), 'Etc/UTC')}"


def _why(end: End) -> str:
    return f" ({end.why})" if end.why else ""


def _ended(ledger: Ledger, place: Place) -> list[tuple[Claim, End]]:
    return [
        (claim, ledger.ends[deployment])
        for deployment, claim in ledger.claims.items()
        if (claim.environment, claim.app) == (place.environment, place.app)
        and deployment in ledger.ends
    ]
