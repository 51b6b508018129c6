"""Stretches of time, and what is true at an instant: since when, and until when."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

HORIZON = timedelta(days=400)
"""How far is looked back and ahead: a year, and what weeks and leap days put on top."""
_REACHES = (timedelta(days=2), timedelta(days=8), timedelta(days=40), HORIZON)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A stretch of time with its beginning and without its end."""

    begin: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        """Whether an instant lies in it."""
        return self.begin <= instant < self.end


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch around an instant over which something stays open, or stays closed.

    ``since`` is its beginning and ``until`` its end; nothing where it goes on beyond `HORIZON`.
    """

    open: bool
    since: datetime | None = None
    until: datetime | None = None


ALWAYS = Span(open=True)


def around(instant: datetime, reach: timedelta = HORIZON) -> Interval:
    """The stretch that reaches so far before and after an instant."""
    return Interval(instant - reach, instant + reach)


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same time in as few stretches as can be, sorted; empty ones say nothing."""
    found: list[Interval] = []
    for each in sorted(intervals):
        if each.end <= each.begin:
            continue
        if found and each.begin <= found[-1].end:
            found[-1] = Interval(found[-1].begin, max(found[-1].end, each.end))
        else:
            found.append(each)
    return tuple(found)


def clipped(intervals: Iterable[Interval], within: Interval) -> tuple[Interval, ...]:
    """What of these stretches lies within another, as `union` gives it."""
    return union(
        Interval(max(each.begin, within.begin), min(each.end, within.end)) for each in intervals
    )


def inverted(intervals: Iterable[Interval], within: Interval) -> tuple[Interval, ...]:
    """The time within a stretch that lies in none of the others."""
    edge, found = within.begin, []
    for each in clipped(intervals, within):
        found.append(Interval(edge, each.begin))
        edge = each.end
    return union([*found, Interval(edge, within.end)])


def span_at(instant: datetime, opened: Iterable[Interval], *, within: Interval) -> Span:
    """The span around an instant, of what is open in these stretches and closed between them.

    ``within`` is the time that they speak of: an edge there is no change, but the end of knowledge.
    """
    known = clipped(opened, within)
    is_open = any(instant in each for each in known)
    same = known if is_open else inverted(known, within)
    found = next((each for each in same if instant in each), within)
    return Span(
        open=is_open,
        since=None if found.begin == within.begin else found.begin,
        until=None if found.end == within.end else found.end,
    )


def searched(instant: datetime, opened: Callable[[Interval], Sequence[Interval]]) -> Span:
    """The span around an instant, of what is open in the stretches that ``opened`` gives.

    It is asked for more and more time, up to `HORIZON`, until both ends are found.
    """
    span = ALWAYS
    for reach in _REACHES:
        within = around(instant, reach)
        span = span_at(instant, opened(within), within=within)
        if span.since is not None and span.until is not None:
            break
    return span


@dataclass(slots=True, eq=False)
class Spans:
    """The spans of one thing that were found already: each holds at every instant of it.

    Threads may share it: what one of them finds may get lost, and is found again.
    """

    _known: tuple[tuple[datetime, ...], tuple[Span, ...]] = ((), ())
    """Beginnings, and the spans that they are of; sorted, and none touches another's inside."""

    def at(self, instant: datetime, find: Callable[[datetime], Span]) -> Span:
        """The span around an instant; ``find`` gives the same, from nothing."""
        begins, known = self._known
        index = bisect_right(begins, instant)
        if index:
            until = known[index - 1].until
            if until is not None and instant < until:
                return known[index - 1]
        span = find(instant)
        # A beginning too far away to be seen from here is so from every later instant; other ends
        # are seen from everywhere between them, unless these are as far apart as is looked.
        begin, end = span.since or instant, span.until
        if end is not None and end - begin < HORIZON:
            self._known = (
                (*begins[:index], begin, *begins[index:]),
                (*known[:index], span, *known[index:]),
            )
        return span


@lru_cache(maxsize=1 << 13)
def spans_of(_sort: str, *_made_of: Hashable) -> Spans:
    """The spans that were found of something, by all that has a say in them."""
    return Spans()
