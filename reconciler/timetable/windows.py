"""Windows: when deployments may start."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from reconciler.model.schedule import Window
from reconciler.timetable.moments import day_at, moment
from reconciler.timetable.slots import DAYS
from reconciler.timetable.spans import ALWAYS, Interval, Span, clipped, searched, spans_of

BOOKED = timedelta(hours=1)
"""How long a booked slot is open: what hasn't begun by then needs another booking."""
_DAY = timedelta(days=1)


def open_intervals(
    windows: Sequence[Window],
    timezone: str,
    *,
    within: Interval,
    downtime: bool,
    booked: datetime | None = None,
) -> tuple[Interval, ...]:
    """When a start is allowed, within a stretch of time; sorted, and none touches another.

    ``downtime``: whether the release has some, which keeps it out of windows with ``downtime:
    none``. ``booked`` is the slot that the promotion books, which opens windows with ``booked:
    true`` for `BOOKED`. A window belongs to the day on which it begins; with an end that isn't
    later than its beginning it ends on the next day.
    """
    found: list[Interval] = []
    for each in windows:
        if each.downtime == "none" and downtime:
            continue
        if each.booked:
            found += [Interval(booked, booked + BOOKED)] if booked else []
        else:
            found += _weekly(each, timezone, within)
    return clipped(found, within)


def window_span(
    windows: Sequence[Window] | None,
    timezone: str,
    *,
    at: datetime,
    downtime: bool,
    booked: datetime | None = None,
) -> Span:
    """Whether a start is allowed at an instant, since when, and until when that stays so."""
    if windows is None:
        return ALWAYS

    def opened(within: Interval) -> tuple[Interval, ...]:
        return open_intervals(windows, timezone, within=within, downtime=downtime, booked=booked)

    known = spans_of("windows", tuple(windows), timezone, downtime, booked)
    return known.at(at, lambda instant: searched(instant, opened))


def days_of(window: Window) -> frozenset[str]:
    """The days of the week on which something may start in a window that isn't booked."""
    begins = frozenset(window.days or DAYS)
    if window.from_ is None or window.until is None:
        return frozenset(DAYS)
    if window.from_ < window.until or window.until == "00:00":
        return begins
    return begins | {DAYS[(DAYS.index(each) + 1) % 7] for each in begins}


def _weekly(window: Window, zone: str, within: Interval) -> Iterator[Interval]:
    assert window.from_ is not None  # noqa: S101 - narrowing: a window that isn't booked has both
    assert window.until is not None  # noqa: S101 - narrowing
    begin, end = time.fromisoformat(window.from_), time.fromisoformat(window.until)
    over = _DAY if end <= begin else timedelta()
    last = day_at(within.end, zone).toordinal()
    for number in range(day_at(within.begin, zone).toordinal() - 2, last + 1):
        day = date.fromordinal(number)
        if not window.days or DAYS[day.weekday()] in window.days:
            yield Interval(moment(day, begin, zone), moment(day + over, end, zone))
