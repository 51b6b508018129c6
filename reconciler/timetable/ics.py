"""Closed days of an iCalendar file (RFC 5545), by the library `icalendar`."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from reconciler.timetable.holidays import UnknownDaysError, missing

Event = Any
"""An event as `icalendar` gives it; what stands in one can be of thirty types."""
_DAY = timedelta(days=1)
_MOST = 2000
"""Events of a file, at most, and repetitions of one of them."""
_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})


class BrokenFileError(UnknownDaysError):
    """The text of a calendar file says nothing that could be followed."""


def days_of_file(text: str, year: int) -> Mapping[date, str]:
    """Day → summary, for each day of a year that an event touches, repetitions included.

    Days are taken as they are written in the event's own zone, so a reader of the file sees the
    same ones. Events that are cancelled close nothing. Raises `BrokenFileError` for a file that
    isn't iCalendar or has an event that can't be read, and `UnknownDaysError` without the library.
    """
    events = _events(text)
    moved = {
        (str(each.get("UID", "")), _day(each["RECURRENCE-ID"].dt))
        for each in events
        if "RECURRENCE-ID" in each
    }
    found: dict[date, str] = {}
    try:
        for event in events:
            if str(event.get("STATUS", "")) == "CANCELLED":
                continue
            name = str(event.get("SUMMARY", "")) or "an event without a name"
            first, last = _stretch(event)
            for begin in _beginnings(event, first, last, year, moved):
                for offset in range((last - first).days + 1):
                    day = begin + offset * _DAY
                    if day.year == year:
                        found.setdefault(day, name)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _broken(str(error)) from None
    return dict(sorted(found.items()))


def _events(text: str) -> list[Event]:
    try:
        from icalendar import Calendar
    except ImportError:
        raise missing("icalendar") from None
    try:
        events: list[Event] = [*Calendar.from_ical(text).walk("VEVENT")]
    except (ValueError, KeyError, IndexError) as error:
        raise _broken(str(error)) from None
    if len(events) > _MOST:
        raise _broken(f"it has {len(events)} events, at most {_MOST}")
    for event in events:
        if event.errors:
            name, said = event.errors[0]
            raise _broken(f"{name}: {said}")
        if "DTSTART" not in event:
            raise _broken("an event has no DTSTART")
    return events


def _broken(said: str) -> BrokenFileError:
    first = " ".join(said.split())[:120]
    return BrokenFileError(
        f"the calendar file can't be read: {first}", hint="export it anew as iCalendar"
    )


def _stretch(event: Event) -> tuple[date, date]:
    """The first and the last day that one event touches, both included."""
    begin, end = event.start, event.end
    first = _day(begin)
    last = _day(end)
    if last < first:
        raise _broken("an event ends before it begins")
    whole = not isinstance(end, datetime) or (end.hour, end.minute, end.second) == (0, 0, 0)
    return first, max(first, last - _DAY if whole else last)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _beginnings(
    event: Event, first: date, last: date, year: int, moved: set[tuple[str, date]]
) -> Iterator[date]:
    """The days on which an event begins, as far as it can touch a year."""
    if "RECURRENCE-ID" in event:
        yield first
        return
    without = set(_listed(event, "EXDATE")) | {
        day for uid, day in moved if uid == str(event.get("UID", ""))
    }
    earliest, latest = date(year, 1, 1) - (last - first), date(year, 12, 31)
    days = {first, *_listed(event, "RDATE"), *_repeated(event, first, latest)}
    for day in sorted(days - without):
        if earliest <= day <= latest:
            yield day


def _listed(event: Event, name: str) -> Iterator[date]:
    found = event.get(name, [])
    for each in found if isinstance(found, list) else [found]:
        for one in each.dts:
            yield _day(one.dt[0] if isinstance(one.dt, tuple) else one.dt)


def _repeated(event: Event, first: date, latest: date) -> Iterator[date]:
    from dateutil.rrule import rrule, rrulestr

    written = event.get("RRULE")
    if written is None or first > latest:
        return
    if isinstance(written, list):
        raise _broken("an event has more than one RRULE")
    rule: dict[str, Any] = dict(written)
    if str(rule["FREQ"][0]).upper() in _OFTEN:
        raise _broken("an event repeats more often than daily")
    if any(each < 1 for each in rule.get("INTERVAL", [])):
        raise _broken("an event repeats without getting on")
    until = min([latest, *(_day(each) for each in rule.pop("UNTIL", []))])
    count = rule.pop("COUNT", [None])[0]
    text = type(written)(rule).to_ical().decode()
    # Days are what is looked for, so the time of day is left out, and with it every zone.
    midnight = datetime(first.year, first.month, first.day)  # noqa: DTZ001
    end = datetime(until.year, until.month, until.day)  # noqa: DTZ001
    parsed = rrulestr(text, dtstart=midnight)
    repeated = parsed.replace(until=end) if isinstance(parsed, rrule) else parsed
    for number, each in enumerate(islice(repeated, count)):
        if number > _MOST * 10:
            raise _broken("an event repeats too often")
        yield each.date()
