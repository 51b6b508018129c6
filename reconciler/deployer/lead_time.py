"""Lead time: from the first record of a promotion to its end, split by what it waited for (pure).

A promotion begins with the first refusal of what was deployed, or with the claim if nothing held
it. From one record to the next, the gates of the earlier one were closed; of several, one is taken
to be the binding one: what a person has to do comes before what tests have to say, that before
time to soak, that before the hour, and all of these before other work.

Every millisecond belongs to exactly one part, so the parts add up to the whole. Clocks of hosts
differ: an instant before that of the record before it counts as that one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from reconciler.model.place import Place
from reconciler.model.records import Claim, End, Reason, Record, Refusal
from reconciler.names import instant_of

_MILLISECOND = timedelta(milliseconds=1)


class Part(StrEnum):
    """What time went into, in the order in which closed gates bind."""

    APPROVAL = "approval"
    """A person had to do something: sign off, approve, mend, resume, attend."""
    TEST = "test"
    """Tests had to be passed elsewhere."""
    SOAK = "soak"
    """It had to run long enough elsewhere."""
    WINDOW = "window"
    """A window, a day, a slot, or the end of a freeze or of a pause had to come."""
    QUEUE = "queue"
    """Other work came first: another deployment, or another app."""
    APPLY = "apply"
    """From the claim to the end."""


_ORDER = tuple(Part)
_HOURS = frozenset({"slot", "schedule", "freeze", "calendar", "windows"})
_TURNS = frozenset({"claim", "needs", "follow", "history", "driver"})


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time between two records; ``gate`` was the binding one, empty for the deployment."""

    part: Part
    gate: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class LeadTime:
    """How long one promotion took, oldest stretch first. ``begun`` is an instant of a record."""

    begun: str
    stretches: tuple[Stretch, ...]

    @property
    def milliseconds(self) -> int:
        """The whole."""
        return sum(each.milliseconds for each in self.stretches)

    @property
    def parts(self) -> Mapping[Part, int]:
        """Milliseconds of every part, also of those that took none; they add up to the whole."""
        found = dict.fromkeys(Part, 0)
        for each in self.stretches:
            found[each.part] += each.milliseconds
        return found

    def as_json(self) -> dict[str, object]:
        """The lead time as plain JSON."""
        return {
            "begun": self.begun,
            "milliseconds": self.milliseconds,
            "parts": {part.value: spent for part, spent in self.parts.items()},
        }


def lead_times(records: Iterable[Record]) -> Mapping[str, LeadTime]:
    """Deployment → its lead time, for all that ended; records in the order of the history."""
    return _Times.of(records).ended


def time_so_far(records: Iterable[Record], place: Place, *, now: datetime) -> LeadTime | None:
    """What a promotion that waits in a place, or is under way there, has taken up to now.

    Nothing where none does.
    """
    times = _Times.of(records)
    for claim, before in times.under_way.values():
        if Place(claim.environment, claim.app) == place:
            return _of(before, claim, until=now)
    waits = times.refused.get(place)
    return _of(waits, None, until=now) if waits else None


@dataclass(slots=True)
class _Times:
    """``refused``: what waits; ``under_way``: deployment → its claim, and what it waited for."""

    ended: dict[str, LeadTime] = field(default_factory=dict)
    refused: dict[Place, list[Refusal]] = field(default_factory=dict)
    under_way: dict[str, tuple[Claim, Sequence[Refusal]]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Record]) -> "_Times":
        times = cls()
        for each in records:
            times.take(each)
        return times

    def take(self, record: Record) -> None:
        match record:
            case Refusal():
                _hold(self.refused.setdefault(Place(record.environment, record.app), []), record)
            case Claim():
                waited = self.refused.pop(Place(record.environment, record.app), [])
                content = record.assignment.content
                wanted = {content.shown, content.version}
                mine = waited if waited and waited[0].wanted in wanted else []
                self.under_way[record.deployment] = (record, mine)
            case End() if record.deployment in self.under_way:
                claim, before = self.under_way.pop(record.deployment)
                self.ended[record.deployment] = _of(before, claim, until=instant_of(record.ended))
            case _:
                pass


def _hold(waiting: list[Refusal], refusal: Refusal) -> None:
    """Keep the refusals of what is wanted now.

    What failed is held until another promotion comes, and that one begins after it.
    """
    failed = any(each.gate == "hold" and each.state != "open" for each in refusal.reasons)
    if failed or (waiting and waiting[-1].wanted != refusal.wanted):
        waiting.clear()
    if not failed:
        waiting.append(refusal)


def _of(refusals: Sequence[Refusal], claim: Claim | None, *, until: datetime) -> LeadTime:
    marks = [(each.at, *binding(each.reasons)) for each in refusals]
    if claim is not None:
        marks.append((claim.at, Part.APPLY, ""))
    stretches: list[Stretch] = []
    latest = instant_of(marks[0][0])
    following = [*(instant_of(each[0]) for each in marks[1:]), until]
    for (_, part, gate), end in zip(marks, following, strict=True):
        later = max(latest, end)
        stretches.append(Stretch(part, gate, (later - latest) // _MILLISECOND))
        latest = later
    return LeadTime(marks[0][0], tuple(stretches))


def binding(reasons: Iterable[Reason]) -> tuple[Part, str]:
    """The part that these closed gates make of the time, and the gate that binds."""
    found = [(part_of(each), each.gate) for each in reasons if each.state != "open"]
    return min(found, key=lambda each: _ORDER.index(each[0]), default=(Part.QUEUE, ""))


def part_of(reason: Reason) -> Part:
    """What one closed gate makes one wait for; whatever no time opens needs a person."""
    if reason.gate == "after":
        return Part.SOAK if reason.opens else Part.TEST
    if reason.gate in _HOURS or (reason.gate == "pause" and reason.opens):
        return Part.WINDOW
    if reason.gate in _TURNS:
        return Part.QUEUE
    return Part.APPROVAL
