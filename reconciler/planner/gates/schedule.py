"""Gate ``schedule``: what follows by a schedule leaves with a slot, once."""

from datetime import datetime

from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import zone_of
from reconciler.planner.patience import PATIENCE
from reconciler.planner.reasons import closed, opened
from reconciler.timetable.moments import local_text
from reconciler.timetable.slots import last_slot, next_slot
from reconciler.timetable.spans import ALWAYS, Span

NAME = "schedule"


def span(ask: Ask, at: datetime) -> Span:
    """Open at each slot, and now while something may still leave with the last one.

    What another gate holds back at a slot has missed it, so none is open any later.
    """
    follow = ask.promotion.follow if ask.promotion else None
    schedule = follow.schedule if follow else None
    if schedule is None or not ask.desired.new or ask.desired.at_once:
        return ALWAYS
    slot = last_slot(schedule, _zone(ask), at=at)
    following = next_slot(schedule, _zone(ask), after=at)
    if at == slot > ask.now or (at == ask.now and slot == ask.desired.due):
        return Span(open=True, since=slot, until=min(slot + PATIENCE, following))
    return Span(open=False, until=following)


def answer(ask: Ask) -> Reason | None:
    """Open while a slot has come that nothing left with; not asked where nothing new is wanted."""
    desired = ask.desired
    if not desired.scheduled or not desired.new or desired.upcoming is None:
        return None
    zone = _zone(ask)
    if desired.due is not None:
        return opened(NAME, f"leaves with {local_text(desired.due, zone)}", since=desired.due)
    return closed(
        NAME,
        f"leaves with the next slot, {local_text(desired.upcoming, zone)}",
        remedy=f"wait, or promote {ask.place.app}@{desired.shown} by name",
        opens=desired.upcoming,
    )


def _zone(ask: Ask) -> str:
    follow = ask.promotion.follow if ask.promotion else None
    schedule = follow.schedule if follow else None
    own = schedule.timezone if schedule else None
    return own or zone_of(ask)
