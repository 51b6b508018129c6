"""Gate ``calendar``: today is no day on which nothing starts (P3)."""

from datetime import datetime

from reconciler.manifest.paths import calendar_path
from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import guards, until_text, zone_of
from reconciler.planner.reasons import closed, opened, undecided
from reconciler.timetable.almanac import almanac_of, calendar_of
from reconciler.timetable.holidays import UnknownDaysError
from reconciler.timetable.moments import day_at
from reconciler.timetable.spans import ALWAYS, Span

NAME = "calendar"


def span(ask: Ask, at: datetime) -> Span:
    """Whether the local day at an instant is open; raises `UnknownDaysError` if none can tell."""
    name = _calendar(ask)
    if name is None:
        return ALWAYS
    return almanac_of(ask.inputs.snapshot).span(name, zone_of(ask), at=at)


def answer(ask: Ask) -> Reason | None:
    """Closed on the days of the environment's calendar, else of its customer's."""
    name = _calendar(ask)
    if name is None:
        return None
    today = day_at(ask.now, zone_of(ask))
    try:
        found = span(ask, ask.now)
        why = almanac_of(ask.inputs.snapshot).why_closed(name, today)
    except UnknownDaysError as error:
        return undecided(NAME, f"calendar {name}: {error.message}", remedy=error.hint)
    if found.open:
        return opened(NAME, f"{name} leaves {today.isoformat()} open", since=found.since)
    return closed(
        NAME,
        f"{name} is closed {until_text(ask, found)}: {today.isoformat()} is {why}",
        remedy=f"wait, or change {calendar_path(name)}",
        who=guards(ask, "calendars"),
        since=found.since,
        opens=found.until,
    )


def _calendar(ask: Ask) -> str | None:
    return calendar_of(ask.inputs.snapshot, ask.environment) if ask.environment else None
