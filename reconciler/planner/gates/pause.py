"""Gate ``pause``: nobody has paused the place, or keeps its visitors out (T5, D27)."""

from datetime import UTC, datetime

from reconciler.deployer.pauses import pauses_at
from reconciler.deployer.screens import screens_at
from reconciler.model.records import Answer, Reason
from reconciler.names import instant_of
from reconciler.planner.inputs import Ask
from reconciler.planner.maintenance import scope_of
from reconciler.planner.opening import until_text
from reconciler.planner.reasons import closed
from reconciler.timetable.spans import ALWAYS, Span

NAME = "pause"
_OPENED_BY = {
    "pause": ("resume", "tagboat resume"),
    "maintenance-on": ("maintenance", "tagboat maintenance off"),
}
"""What closes it → the permission and the command that open it again."""


def span(ask: Ask, at: datetime) -> Span:
    """Whether nothing is paused at an instant.

    A pause is on once its record is there, whatever a clock says; it ends when somebody resumes, or
    at its own ``until``. So it is with a page of maintenance that somebody has put up.
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
    """Closed by maintenance and by pauses: of the place, and of its environment."""
    pauses = _pauses(ask, ask.now)
    if not pauses:
        return None
    found = span(ask, ask.now)
    verbs = dict.fromkeys(_OPENED_BY[each.verb][0] for each in pauses)
    commands = dict.fromkeys(f"{_OPENED_BY[each.verb][1]} {scope_of(each)}" for each in pauses)
    who = ask.environment.permissions.who if ask.environment else lambda _: ()
    return closed(
        NAME,
        "; ".join(_said(ask, each) for each in pauses),
        remedy=" && ".join(commands),
        who=tuple(dict.fromkeys(each for verb in verbs for each in who(verb))),
        since=found.since,
        opens=found.until,
    )


def _said(ask: Ask, pause: Answer) -> str:
    """Whose it is, until when, and why."""
    end = _end(pause)
    shut = Span(open=False, until=end)
    until = until_text(ask, shut) if end else "until somebody resumes it"
    reason = f": {pause.reason}" if pause.reason else ""
    how = "paused" if pause.verb == "pause" else "under maintenance"
    return f"{scope_of(pause)} is {how} by {pause.by} {until}{reason}"


def _pauses(ask: Ask, at: datetime) -> list[Answer]:
    """The maintenance and the pauses that are on, each oldest first: what visitors see is told."""
    pauses = pauses_at(ask.inputs.ledger.pauses, ask.place, at)
    screens = sorted(screens_at(ask.standing, at), key=lambda each: each.sequence)
    return [*screens, *pauses]


def _end(pause: Answer) -> datetime | None:
    return datetime.fromisoformat(pause.until).astimezone(UTC) if pause.until else None
