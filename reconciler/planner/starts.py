"""When a start that is held can be at the earliest, and what it waits for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciler.model.plan import Start
from reconciler.model.records import Reason
from reconciler.names import instant_text
from reconciler.planner.gates import TIMED
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import zone_of
from reconciler.planner.overrides import ends
from reconciler.timetable.holidays import UnknownDaysError
from reconciler.timetable.spans import ALWAYS, HORIZON, Span


def earliest(ask: Ask, reasons: Sequence[Reason]) -> Start | None:
    """The first instant at which every gate of time is open; nothing if it is now.

    Gates open and close, and some close for good: a proof gets too old, a word or an override
    expires. So it isn't the latest of their openings: it is searched for, up to `HORIZON`. A closed
    gate that tells no time is waited for besides.
    """
    shut = [each for each in reasons if each.state != "open"]
    if not shut:
        return None
    waits = tuple(each.gate for each in shut if not each.opens)
    found = _Search(
        ask,
        tuple(each.gate for each in reasons if each.gate in TIMED and each.gate not in waits),
        {each.gate: ends(ask, each.aside) for each in reasons if each.aside is not None},
    ).found()
    if found.at == ask.now:
        return None
    return Start(
        at=_text(found.at),
        zone=zone_of(ask),
        gate=found.gate,
        waits=waits,
        closes=_text(found.closes),
        other=found.other if found.closes else "",
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """An instant and which gate opens last; without one, which gate stays shut, or closes when.

    ``other`` is the gate that was waited for when that one closed.
    """

    at: datetime | None
    gate: str
    closes: datetime | None = None
    other: str = ""


@dataclass(frozen=True, slots=True)
class _Search:
    """``timed`` are the gates that are asked, ``aside`` those that aren't, until an instant."""

    ask: Ask
    timed: tuple[str, ...]
    aside: Mapping[str, datetime]

    def found(self) -> _Found:
        at, binding = self.ask.now, ""
        while at <= self.ask.now + HORIZON:
            name, span = self._first_shut(at)
            if span.open:
                return _Found(at, binding)
            if span.until is None:
                later = span.since if span.since and span.since > self.ask.now else None
                return _Found(None, name, later, binding)
            at, binding = span.until, name
        return _Found(None, binding)

    def _first_shut(self, at: datetime) -> tuple[str, Span]:
        """The first gate that isn't open at an instant, in the order in which they are shown."""
        for name in dict.fromkeys((*self.timed, *self.aside)):
            until = self.aside.get(name)
            if until is not None and at < until:
                continue
            span = self._at(name, at)
            if not span.open:
                since = max(filter(None, (span.since, until)), default=None)
                return name, Span(open=False, since=since, until=span.until)
        return "", ALWAYS

    def _at(self, name: str, at: datetime) -> Span:
        """What a gate says of an instant; one that time doesn't open stays shut."""
        try:
            return TIMED[name](self.ask, at) if name in TIMED else Span(open=False)
        except UnknownDaysError:
            return Span(open=False)


def _text(instant: datetime | None) -> str:
    return instant_text(instant) if instant else ""
