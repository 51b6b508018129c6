"""When a start that is held can be at the earliest, and what it waits for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from reconciler.model.plan import Start
from reconciler.model.records import Reason
from reconciler.names import instant_of, instant_text
from reconciler.planner.gates import TIMED, schedule, slot
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import zone_of
from reconciler.timetable.holidays import UnknownDaysError
from reconciler.timetable.spans import HORIZON


def earliest(ask: Ask, reasons: Sequence[Reason]) -> Start | None:
    """The first instant at which every gate that opens by itself is open; nothing if it is now.

    Gates of time open and close, so it isn't the latest of their openings: it is searched for, up
    to `HORIZON`. A closed gate that tells no time is waited for besides.
    """
    shut = [each for each in reasons if each.state != "open"]
    if not shut:
        return None
    aside = {each.gate: instant_of(each.aside.until) for each in reasons if each.aside is not None}
    waits = tuple(each.gate for each in shut if not each.opens)
    at, binding = ask.now, ""
    for each in shut:
        if each.opens and each.gate not in TIMED and instant_of(each.opens) > at:
            at, binding = instant_of(each.opens), each.gate
    asked = (slot.NAME, schedule.NAME) if ask.goes_back else tuple(TIMED)
    timed = [name for name in asked if name not in waits]
    found, gate = _searched(ask, timed, aside, at=at, binding=binding)
    if found == ask.now:
        return None
    return Start(instant_text(found) if found else "", zone_of(ask), gate, waits)


def _searched(
    ask: Ask,
    timed: Sequence[str],
    aside: Mapping[str, datetime],
    *,
    at: datetime,
    binding: str,
) -> tuple[datetime | None, str]:
    """The first instant from ``at`` on at which all are open, and which of them opens last.

    Without an instant, which of them stays shut, or can't tell. ``aside`` are those that aren't
    asked until an instant.
    """
    limit = ask.now + HORIZON
    while at <= limit:
        for name in timed:
            if name in aside and at < aside[name]:
                continue
            try:
                span = TIMED[name](ask, at)
            except UnknownDaysError:
                return None, name
            if not span.open:
                if span.until is None:
                    return None, name
                at, binding = span.until, name
                break
        else:
            return at, binding
    return None, binding
