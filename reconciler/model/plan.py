"""Plan: for each place, what is to be done and why."""

from dataclasses import dataclass
from enum import StrEnum

from reconciler.canonical import digest_of
from reconciler.model.deployment import Assignment
from reconciler.model.place import Place
from reconciler.model.records import Reason, SignOff
from reconciler.model.records.departure import Fate


class Verdict(StrEnum):
    """What a plan says of one place."""

    IN_SYNC = "in-sync"
    """What shall run there runs there."""
    DEPLOY = "deploy"
    """All gates are open: claim it and begin."""
    HOLD = "hold"
    """Something else shall run there, and at least one gate is not open."""
    BUSY = "busy"
    """A deployment is under way there."""
    GO_BACK = "go-back"
    """A claim of ours without a journal: undo what it may have done."""
    BROKEN = "broken"
    """A file that decides about the place has errors, or the place is stopped."""


@dataclass(frozen=True, slots=True)
class Start:
    """When a held start can be, as far as time is in its way.

    ``at`` is RFC 3339 in UTC, ``zone`` the place's; ``gate`` opens last. It is empty where there is
    none within a year: then ``gate`` stays closed, or closes at ``closes`` before ``other`` opens.
    ``waits`` are the closed gates that don't open by themselves: with some, the instant is only
    what time allows.
    """

    at: str
    zone: str
    gate: str
    waits: tuple[str, ...] = ()
    closes: str = ""
    other: str = ""

    @property
    def earliest(self) -> str:
        """The earliest start; empty where a person or a file has to open something first."""
        return "" if self.waits else self.at

    def as_json(self) -> dict[str, object]:
        """The start as plain JSON."""
        return {
            "at": self.at,
            "zone": self.zone,
            "gate": self.gate,
            "waits": list(self.waits),
            "closes": self.closes,
            "other": self.other,
        }


@dataclass(frozen=True, slots=True)
class Departed:
    """A slot that has come, and what became of it without a deployment.

    ``admitted`` is the merge, or the trust root, whose schedule it is of.
    """

    slot: str
    fate: Fate
    why: str = ""
    admitted: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done in one place, with every reason.

    ``assignment`` is given for ``DEPLOY`` and ``GO_BACK``. ``wanted`` is the version the file asks
    for, ``running`` the version that was last proven there.
    """

    place: Place
    verdict: Verdict
    wanted: str
    running: str
    reasons: tuple[Reason, ...]
    sentence: str
    sign_off: SignOff | None = None
    assignment: Assignment | None = None
    deployment: str = ""
    estimate: int = 0
    summary: str = ""
    slot: str = ""
    """The slot of a schedule that it leaves with."""
    departures: tuple[Departed, ...] = ()
    """Slots to be written down, oldest first."""
    notes: tuple[str, ...] = ()
    """What a reader should know besides, such as a gap during the switch."""
    start: Start | None = None
    """When it can start, if time is in its way."""
    expires: str = ""
    """When it goes again by itself, of what is there for a while."""
    kept_out: str = ""
    """Until when somebody keeps visitors out by a page of maintenance; empty if nobody does."""

    @property
    def closed(self) -> tuple[Reason, ...]:
        """The gates that are not open."""
        return tuple(each for each in self.reasons if each.state != "open")

    def as_json(self) -> dict[str, object]:
        """The decision as plain JSON: what digests and machine output are made of."""
        told = {"expires": self.expires, "kept_out": self.kept_out}
        return {
            "place": str(self.place),
            "verdict": self.verdict.value,
            "wanted": self.wanted,
            "running": self.running,
            "sentence": self.sentence,
            "reasons": [each.model_dump(mode="json") for each in self.reasons],
            "sign_off": self.sign_off.model_dump(mode="json") if self.sign_off else None,
            "assignment": (
                self.assignment.model_dump(mode="json", by_alias=True) if self.assignment else None
            ),
            "deployment": self.deployment,
            "slot": self.slot,
            "departures": [
                [each.slot, each.fate, each.why, each.admitted] for each in self.departures
            ],
            "notes": list(self.notes),
            "start": self.start.as_json() if self.start else None,
            **{name: each for name, each in told.items() if each},
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Decisions for all places at one commit, sorted by place."""

    commit: str
    decisions: tuple[Decision, ...]
    banner: str = ""
    """What everybody has to be told who sees this plan; usually nothing."""

    @property
    def digest(self) -> str:
        """``sha256:…`` over everything the plan says; equal inputs give equal digests."""
        return digest_of(self.as_json())

    def as_json(self) -> dict[str, object]:
        """The plan as plain JSON."""
        told = {"banner": self.banner} if self.banner else {}
        decisions = [each.as_json() for each in self.decisions]
        return {"commit": self.commit, "decisions": decisions, **told}
