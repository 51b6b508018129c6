"""Gate ``pause``: nobody has paused the place or its environment (T5)."""

from datetime import UTC, datetime

from reconciler.model.records import Answer, Reason
from reconciler.names import instant_of
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import until_text
from reconciler.planner.reasons import closed
from reconciler.timetable.spans import ALWAYS, Span

NAME = "pause"


def span(ask: Ask, at: datetime) -> Span:
    """Whether nothing is paused at an instant.

    A pause is on once its record is there, whatever a clock says; it ends when somebody resumes, or
    at its own ``until``.
    """
    pauses = _pauses(ask, at)
    if not pauses:
        return ALWAYS
    ends = [each for each in map(_end, pauses) if each is not None]
    return Span(
        open=False,
        since=min(instant_of(each.at) for each in pauses),
        until=max(ends) if len(ends) == len(pauses) else None,
    )


def answer(ask: Ask) -> Reason | None:
    """Closed by the oldest pause; the rest are counted."""
    pauses = _pauses(ask, ask.now)
    if not pauses:
        return None
    found = span(ask, ask.now)
    first, *others = pauses
    more = f" (and {len(others)} more)" if others else ""
    until = until_text(ask, found) if found.until else "until somebody resumes it"
    reason = f": {first.reason}" if first.reason else ""
    commands = dict.fromkeys(f"tagboat resume {_scope(each)}" for each in pauses)
    return closed(
        NAME,
        f"{_scope(first)} is paused by {first.by}{more} {until}{reason}",
        remedy=" && ".join(commands),
        who=ask.environment.permissions.who("resume") if ask.environment else (),
        since=found.since,
        opens=found.until,
    )


def _pauses(ask: Ask, at: datetime) -> list[Answer]:
    """The pauses that are on, oldest first."""
    return [
        each
        for each in ask.inputs.ledger.pauses
        if each.environment == ask.place.environment
        and each.app in {None, ask.place.app}
        and ((end := _end(each)) is None or at < end)
    ]


def _end(pause: Answer) -> datetime | None:
    return datetime.fromisoformat(pause.until).astimezone(UTC) if pause.until else None


def _scope(pause: Answer) -> str:
    return f"{pause.environment}/{pause.app}" if pause.app else pause.environment
