"""What gates that open by themselves have in common."""

from typing import Literal, assert_never

from reconciler.model.records import Reason
from reconciler.names import instant_of
from reconciler.planner.inputs import Ask
from reconciler.timetable.moments import local_text
from reconciler.timetable.spans import ALWAYS, HORIZON, Span


def span_of(reason: Reason | None) -> Span:
    """What an answer says of the time around the instant that it was asked for."""
    if reason is None or reason.state == "open":
        return ALWAYS
    since, opens = (instant_of(each) if each else None for each in (reason.since, reason.opens))
    return Span(open=False, since=since, until=opens)


def zone_of(ask: Ask) -> str:
    """The zone in which times of the place are written, and told."""
    return (ask.environment.timezone if ask.environment else None) or "Etc/UTC"


def until_text(ask: Ask, span: Span) -> str:
    """Until when it stays so: ``until Tue 2026-11-24 22:00 +03:00``, or how far was looked."""
    if span.until is None:
        return f"now or in the next {HORIZON.days} days"
    return f"until {local_text(span.until, zone_of(ask))}"


def guards(ask: Ask, area: Literal["policies", "calendars", "freezes"]) -> tuple[str, ...]:
    """Who must agree to a change of files of an area, as references; nobody where none is named."""
    people = ask.inputs.snapshot.people
    found = people.guards if people else None
    if found is None:
        return ()
    match area:
        case "calendars":
            seats = found.calendars or found.policies
        case "freezes":
            seats = found.freezes or found.policies
        case "policies":
            seats = found.policies
        case _:
            assert_never(area)
    return tuple(f"role/{each.role}" for each in seats)
