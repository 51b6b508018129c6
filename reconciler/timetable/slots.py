"""Slots of a schedule: the instants at which something is begun by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import get_args

from reconciler.model.schedule import Schedule
from reconciler.names import Day
from reconciler.timetable.moments import day_at, moment
from reconciler.timetable.spans import HORIZON, Span, spans_of

DAYS: tuple[str, ...] = get_args(Day)
"""The days of the week by `date.weekday`."""
_DAY = timedelta(days=1)
_WEEK = 7
_ANY_MONDAY = date(2026, 1, 5)


@dataclass(frozen=True, slots=True)
class Due:
    """What a schedule asks for: the newest slot that has come, and the ones it overtook.

    A slot fires at most once, whatever clocks and daemons do: that it has is read from the history.
    """

    slot: datetime | None
    missed: tuple[datetime, ...] = ()


def slots(
    schedule: Schedule, timezone: str, *, after: datetime, until: datetime
) -> Iterator[datetime]:
    """The instants of a schedule later than ``after`` and not later than ``until``, sorted.

    ``timezone`` is the place's, for a schedule that names none. Each instant comes once: two days
    can share one where a zone left a whole day out.
    """
    zone = schedule.timezone or timezone
    at = time.fromisoformat(schedule.time)
    previous = after
    for day in _days(schedule, day_at(after, zone) - _DAY, day_at(until, zone) + _DAY):
        slot = moment(day, at, zone)
        if slot > until:
            return
        if slot > previous:
            yield slot
            previous = slot


def next_slot(schedule: Schedule, timezone: str, *, after: datetime) -> datetime:
    """The first slot later than an instant; every schedule has one."""
    return _ends(_between(schedule, timezone, after))[1]


def last_slot(schedule: Schedule, timezone: str, *, at: datetime) -> datetime:
    """The newest slot that has come at an instant, the instant itself included."""
    return _ends(_between(schedule, timezone, at))[0]


def _between(schedule: Schedule, timezone: str, at: datetime) -> Span:
    """From the newest slot that has come at an instant, until the next one."""

    def found(instant: datetime) -> Span:
        turn = _turn(schedule)
        *_, newest = slots(schedule, timezone, after=instant - turn, until=instant)
        following = next(slots(schedule, timezone, after=instant, until=instant + turn))
        return Span(open=False, since=newest, until=following)

    return spans_of("slots", schedule, timezone).at(at, found)


def _ends(span: Span) -> tuple[datetime, datetime]:
    assert span.since is not None  # noqa: S101 - narrowing: every schedule has slots
    assert span.until is not None  # noqa: S101 - narrowing
    return span.since, span.until


def due(schedule: Schedule, timezone: str, *, after: datetime, at: datetime) -> Due:
    """What a schedule asks for at an instant.

    ``after`` is the newest slot that the history knows of, or the instant from which the schedule
    is in force. A clock that was put back asks for nothing until it has passed that again; one that
    was put forward asks for the newest slot only, and the others were missed. Slots of more than
    `HORIZON` ago aren't listed.
    """
    if last_slot(schedule, timezone, at=at) <= after:
        return Due(None)
    come = list(slots(schedule, timezone, after=max(after, at - HORIZON), until=at))
    return Due(come[-1], tuple(come[:-1])) if come else Due(None)


def _turn(schedule: Schedule) -> timedelta:
    """Longer than any time between two slots."""
    return timedelta(weeks=_every(schedule), days=_WEEK + 3)


def _every(schedule: Schedule) -> int:
    return int(schedule.every.removesuffix("w")) if schedule.every else 1


def _days(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    """The days of a schedule in the weeks that count, from Monday on."""
    since = date.fromisoformat(schedule.since) if schedule.since else _ANY_MONDAY
    anchor = since.toordinal() - since.weekday()
    every = _every(schedule) * _WEEK
    wanted = sorted({DAYS.index(each) for each in schedule.days or DAYS})
    monday = first.toordinal() - (first.toordinal() - anchor) % every
    while monday <= last.toordinal():
        for each in wanted:
            if first.toordinal() <= monday + each <= last.toordinal():
                yield date.fromordinal(monday + each)
        monday += every
