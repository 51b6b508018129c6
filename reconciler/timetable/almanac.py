"""Closed days: what calendars, those they extend, and their files add up to."""

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from reconciler.canonical import digest_of
from reconciler.manifest.paths import calendar_path
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.calendar import Calendar
from reconciler.model.environment import Environment
from reconciler.timetable.holidays import UnknownDaysError, public_holidays
from reconciler.timetable.ics import days_of_file
from reconciler.timetable.moments import day_at, start_of
from reconciler.timetable.slots import DAYS
from reconciler.timetable.spans import HORIZON, Span, Spans

_DAY = timedelta(days=1)
_LONG = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, eq=False, slots=True)
class Almanac:
    """The closed days of every calendar of one snapshot, found once for each year.

    Everything raises `UnknownDaysError` where a calendar that is asked for, or one that it extends,
    isn't there, or where its data can't be had.
    """

    calendars: Mapping[str, Calendar]
    files: Mapping[str, str]
    """Path → text, of the calendar files."""
    _found: MutableMapping[tuple[str, int], Mapping[date, str]] = field(default_factory=dict)
    _spans: MutableMapping[tuple[str, str], Spans] = field(default_factory=dict)
    _digests: MutableMapping[tuple[str, range], str] = field(default_factory=dict)

    def closed_days(self, calendar: str, year: int) -> Mapping[date, str]:
        """Day → why nothing starts on it, for the closed days of a year, sorted.

        Days of a calendar and of all that it extends add up. Where one of these says
        ``day_before``, the day before any of the days is closed too.
        """
        known = self._found.get((calendar, year))
        if known is None:
            known = self._found[calendar, year] = self._closed(calendar, year)
        return known

    def why_closed(self, calendar: str, day: date) -> str:
        """Why nothing starts on a day; empty for an open one."""
        return self.closed_days(calendar, day.year).get(day, "")

    def span(self, calendar: str, zone: str, *, at: datetime) -> Span:
        """Whether the day at an instant is open, since when, and until when that stays so."""
        known = self._spans.get((calendar, zone))
        if known is None:
            known = self._spans[calendar, zone] = Spans()
        return known.at(at, lambda instant: self._around(calendar, zone, instant))

    def _around(self, calendar: str, zone: str, at: datetime) -> Span:
        today = day_at(at, zone)
        is_open = not self.why_closed(calendar, today)
        first = self._edge(calendar, today, step=-_DAY)
        last = self._edge(calendar, today, step=_DAY)
        return Span(
            open=is_open,
            since=None if first is None else start_of(first, zone),
            until=None if last is None else start_of(last + _DAY, zone),
        )

    def digest(self, calendar: str, zone: str, *, at: datetime) -> str:
        """``sha256:…`` over the closed days of all years that an answer for an instant looks at.

        It changes with the files and with the data of the libraries, and with nothing else.
        """
        first, last = day_at(at - HORIZON, zone), day_at(at + HORIZON, zone)
        years = range(first.year, last.year + 1)
        known = self._digests.get((calendar, years))
        if known is None:
            days = (each for year in years for each in self.closed_days(calendar, year).items())
            told = {day.isoformat(): why for day, why in days}
            known = self._digests[calendar, years] = digest_of(told)
        return known

    def _edge(self, calendar: str, day: date, *, step: timedelta) -> date | None:
        """The furthest day in one direction up to which nothing changes; nothing beyond reach."""
        is_closed = bool(self.why_closed(calendar, day))
        for _ in range(HORIZON.days):
            if bool(self.why_closed(calendar, day + step)) != is_closed:
                return day
            day += step
        return None

    def _closed(self, calendar: str, year: int) -> Mapping[date, str]:
        chain = tuple(self._chain(calendar))
        found = self._own(chain, year)
        if any(each.day_before for each in chain):
            new_year = date(year + 1, 1, 1)
            following = {**found}
            if why := self._own(chain, year + 1).get(new_year):
                following[new_year] = why
            for day, why in following.items():
                if day - _DAY not in found and (day - _DAY).year == year:
                    found[day - _DAY] = f"the day before {why}"
        return dict(sorted(found.items()))

    def _own(self, chain: tuple[Calendar, ...], year: int) -> dict[date, str]:
        """The days that calendars name themselves, without any day before; the nearest speaks."""
        found: dict[date, str] = {}
        for calendar in chain:
            for day, why in self._named(calendar, year):
                found.setdefault(day, why)
        weekend = {each for calendar in chain for each in calendar.weekend}
        for day in _between(date(year, 1, 1), date(year, 12, 31)):
            if DAYS[day.weekday()] in weekend:
                found.setdefault(day, _LONG[day.weekday()])
        return found

    def _named(self, calendar: Calendar, year: int) -> Iterator[tuple[date, str]]:
        for vacation in calendar.vacations:
            first = max(date.fromisoformat(vacation.from_), date(year, 1, 1))
            last = min(date.fromisoformat(vacation.until), date(year, 12, 31))
            for day in _between(first, last):
                yield day, vacation.title
        if calendar.holidays is not None:
            yield from public_holidays(calendar.holidays, year).items()
        if calendar.ics is not None:
            yield from self._of_file(calendar.ics, year).items()

    def _of_file(self, path: str, year: int) -> Mapping[date, str]:
        text = self.files.get(path)
        if text is None:
            raise UnknownDaysError(f"there is no good file {path}", hint=f"add or mend {path}")
        return days_of_file(text, year)

    def _chain(self, name: str) -> Iterator[Calendar]:
        seen: set[str] = set()
        following: str | None = name
        while following is not None and following not in seen:
            seen.add(following)
            calendar = self.calendars.get(following)
            if calendar is None:
                path = calendar_path(following)
                raise UnknownDaysError(f"there is no good file {path}", hint=f"add or mend {path}")
            yield calendar
            following = calendar.extends


def _between(first: date, last: date) -> Iterator[date]:
    return (date.fromordinal(each) for each in range(first.toordinal(), last.toordinal() + 1))


def almanac_of(snapshot: Snapshot) -> Almanac:
    """The almanac of a snapshot's files; made once for each snapshot."""
    parts = ("calendars", "files")
    return snapshot.derive(parts, "almanac", lambda: Almanac(snapshot.calendars, snapshot.files))


def calendar_of(snapshot: Snapshot, environment: Environment) -> str | None:
    """The calendar that an environment goes by: its own, else its customer's."""
    customer = snapshot.customers.get(environment.customer or "")
    return environment.calendar or (customer.calendar if customer else None)
