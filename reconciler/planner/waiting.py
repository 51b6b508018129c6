"""Places that wait: what was decided stands until something that it rests on changes (L2, pure).

For plans that are made again and again under a clock that is put on, where nothing but the history
and the time goes on. A decision is made anew when a place or a sighting that it asked the history
for is another one, and when a gate of time may have changed its answer.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from reconciler.deployer.ledger import KEPT, Ledger, Standing
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.content import Content
from reconciler.model.place import Place
from reconciler.model.plan import Decision, Verdict
from reconciler.model.records import Answer, Claim, Sighting
from reconciler.model.records.sighting import Sort
from reconciler.names import instant_of
from reconciler.planner.asking import ask_of
from reconciler.planner.gates import TIMED
from reconciler.planner.inputs import Ask, Inputs
from reconciler.planner.plan import decision_of, places_of
from reconciler.timetable.holidays import UnknownDaysError

_ELSEWHERE = frozenset({"after", "claim", "follow", "needs"})
"""Gates that something else opens, which the history then tells of."""


@dataclass(slots=True)
class Waiting:
    """Plans of one play, each made of the one before; one thread uses it."""

    _kept: dict[Place, "_Kept"] = field(default_factory=dict)

    def decisions(self, inputs: Inputs) -> tuple[Decision, ...]:
        """What `make_plan` decides; what waits for another place may say so in older words."""
        return tuple(self._decided(inputs, each) for each in places_of(inputs))

    def _decided(self, inputs: Inputs, place: Place) -> Decision:
        kept = self._kept.get(place)
        if kept is None or not kept.stands(inputs):
            kept = self._kept[place] = _made(inputs, place)
        return kept.decision


class _Reading:
    """A ledger that remembers what was asked of it. Whatever isn't listed here is all of it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._sequence = ledger.sequence
        self._standings: dict[Place, Standing] = {}
        self._sightings: dict[tuple[Sort, str], Sighting | None] = {}
        self._known: dict[str, bool] = {}
        self._whole = False

    def at(self, place: Place) -> Standing:
        return self._standings.setdefault(place, self._ledger.at(place))

    def running(self, place: Place) -> Content | None:
        return self.at(place).running

    def open_claim(self, place: Place) -> Claim | None:
        return self.at(place).open_claim

    def keep(self, place: Place, *, count: int = KEPT) -> tuple[str, ...]:
        return self.at(place).keep(count)

    def confirmations(self, place: Place) -> tuple[Answer, ...]:
        self.at(place)
        return self._ledger.confirmations(place)

    def sighting(self, sort: Sort, about: str) -> Sighting | None:
        return self._sightings.setdefault((sort, about), self._ledger.sighting(sort, about))

    def knows(self, environment: str) -> bool:
        return self._known.setdefault(environment, self._ledger.knows(environment))

    def __getattr__(self, name: str) -> object:
        # Claims and ends are asked for by what a standing names; nobody asks or pauses in a play.
        self._whole = self._whole or name not in {"claims", "ends", "pauses"}
        return getattr(self._ledger, name)

    def holds(self, ledger: Ledger) -> bool:
        """Whether the ledger would still answer the same."""
        if self._whole:
            return ledger is self._ledger and ledger.sequence == self._sequence
        return (
            ledger is self._ledger
            and all(ledger.at(each) is known for each, known in self._standings.items())
            and all(ledger.sighting(*each) is known for each, known in self._sightings.items())
            and all(ledger.knows(each) is known for each, known in self._known.items())
        )


@dataclass(frozen=True, slots=True)
class _Kept:
    """A decision, and until when time alone doesn't change it.

    Without an ``ask`` it is good for its own instant, else until ``until`` as long as the gates in
    ``said`` answer the same.
    """

    decision: Decision
    snapshot: Snapshot
    at: datetime
    reading: _Reading
    ask: Ask | None = None
    until: datetime | None = None
    said: tuple[tuple[str, bool], ...] = ()

    def stands(self, inputs: Inputs) -> bool:
        """Whether the same would be decided of these inputs."""
        if inputs.snapshot is not self.snapshot or not self.reading.holds(inputs.ledger):
            return False
        if inputs.now == self.at:
            return True
        if self.ask is None or (self.until is not None and inputs.now >= self.until):
            return False
        ask = self.ask
        return all(TIMED[name](ask, inputs.now).open is is_open for name, is_open in self.said)


def _made(inputs: Inputs, place: Place) -> _Kept:
    reading = _Reading(inputs.ledger)
    read = replace(inputs, ledger=cast("Ledger", reading))
    ask = ask_of(read, place)
    decision = decision_of(ask)
    kept = _Kept(decision, inputs.snapshot, inputs.now, reading)
    if not _may_wait(decision) or _moves(ask):
        return kept
    spans = {}
    if decision.verdict is Verdict.HOLD:
        try:
            spans = {
                name: span(ask, inputs.now)
                for name, span in TIMED.items()
                if name not in _ELSEWHERE
            }
        except UnknownDaysError:
            return kept
    ends = [each.until for each in spans.values()]
    ends += [instant_of(each.opens) for each in decision.closed if each.opens]
    ends.append(ask.desired.upcoming)
    return replace(
        kept,
        ask=ask,
        until=min((each for each in ends if each is not None), default=None),
        said=tuple((name, each.open) for name, each in spans.items() if each.until is None),
    )


def _may_wait(decision: Decision) -> bool:
    """Whether nothing but gates of time and the history has a say in it, and nothing in its words.

    A gate that waits for a person may count the days.
    """
    match decision.verdict:
        case Verdict.BUSY:
            return True
        case Verdict.HOLD | Verdict.IN_SYNC:
            persons = (
                each for each in decision.closed if not each.opens and each.gate not in _ELSEWHERE
            )
            aside = (each for each in decision.reasons if each.aside is not None)
            return not decision.departures and not any(persons) and not any(aside)
        case _:
            return False


def _moves(ask: Ask) -> bool:
    """Whether what is wanted here may change with time alone."""
    promotion, environment = ask.promotion, ask.environment
    if environment is not None and environment.temporary is not None:
        return True
    if promotion is None:
        return False
    follows = promotion.follow is not None and promotion.follow.releases is not None
    return promotion.temporary is not None or (follows and bool(ask.inputs.snapshot.quarantines))
