"""What a merge will do in one place, in a sentence for somebody who has never seen the project."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model.plan import Decision, Start, Verdict
from reconciler.model.records import Reason
from reconciler.names import instant_of
from reconciler.planner.preview import Preview
from reconciler.publish.escaping import code, unlinked
from reconciler.timetable.moments import local_text

_THEN = {
    "slot": "that start is booked",
    "windows": "the next window for deployments opens then",
    "calendar": "that is the next day on which deployments may start",
    "freeze": "a freeze ends then",
    "pause": "a pause ends then",
    "after": "by then it has run long enough elsewhere",
    "schedule": "that is its next departure by the schedule",
    "quarantine": "its quarantine ends then",
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """``short`` for a table, ``sentence`` for a heading; both are Markdown."""

    short: str
    sentence: str


def outlook(preview: Preview) -> Outlook:
    """What comes of the merge."""
    after = preview.after
    app, environment = unlinked(preview.place.app), unlinked(preview.place.environment)
    what = f"{app} {code(after.wanted or '?')}"
    deploys = f"Merging this deploys {what} to {environment}"
    match after.verdict:
        case Verdict.IN_SYNC if not after.wanted:
            return Outlook("stays as it is", f"Merging this deploys nothing: {_lower(after)}.")
        case Verdict.IN_SYNC:
            said = f"{what} already runs in {environment}"
            return Outlook("runs already", f"Merging this deploys nothing: {said}.")
        case Verdict.DEPLOY:
            return Outlook("starts at once", f"{deploys} at once.")
        case Verdict.BUSY | Verdict.GO_BACK:
            said = f"Another deployment is under way: {_lower(after)}. {what} comes after it."
            return Outlook("comes after what is under way", said)
        case Verdict.BROKEN:
            said = f"{what} can't run in {environment}: {_first(after.closed)}."
            return Outlook("can't run", said)
        case Verdict.HOLD:
            return _held(preview, what, deploys)


def _held(preview: Preview, what: str, deploys: str) -> Outlook:
    after, start = preview.after, preview.after.start
    if not preview.mergers:
        why = _first([each for each in after.closed if each.gate == "sign-off"] or after.closed)
        said = f"Nobody's merge is enough to deploy {what} as this branch is: {why}."
        return Outlook("no merge is enough", said)
    waits = [each for each in after.closed if not each.opens]
    if start and start.closes:
        said = f"After the merge {what} never starts, as things are: {_never(start)}."
        return Outlook("never starts, as things are", said)
    if start and start.at and not start.waits:
        when, why = local_text(instant_of(start.at), start.zone), _THEN.get(start.gate, "")
        because = f": {why}" if why else ""
        said = f"{deploys}, but not before {unlinked(when)}{because}."
        return Outlook(f"starts {unlinked(when)}", said)
    said = f"After the merge {what} still waits: {_first(waits or after.closed)}."
    if start and start.at:
        when = unlinked(local_text(instant_of(start.at), start.zone))
        said += f" Besides, it starts not before {when}."
    return Outlook("waits", said)


def _never(start: Start) -> str:
    when = unlinked(local_text(instant_of(start.closes), start.zone))
    return f"the gate {start.gate} closes {when}, before the gate {start.other} opens"


def _lower(decision: Decision) -> str:
    return unlinked(decision.sentence)


def _first(closed: Sequence[Reason]) -> str:
    """The first reason, and how many more there are."""
    if not closed:
        return "nobody can tell why"
    others = len(closed) - 1
    more = f", and {others} more gate{'s' * (others > 1)}" if others else ""
    return f"{unlinked(closed[0].why)} (gate {unlinked(closed[0].gate)}{more})"
