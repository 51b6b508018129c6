"""A gate's three answers."""

from datetime import datetime
from enum import Enum
from typing import assert_never

from reconciler.model.records import Reason
from reconciler.names import instant_text

_AT_THE_START = "asked on the host that deploys: "


def opened(gate: str, why: str, *, since: datetime | None = None) -> Reason:
    """Nothing is in the way."""
    return Reason(gate=gate, state="open", why=why, since=_text(since))


def at_the_start(gate: str, question: str) -> Reason:
    """Open here, as only the host can ask ``question``: it does so before it starts anything."""
    return opened(gate, f"{_AT_THE_START}{question}")


class Told(Enum):
    """What people are told of a gate's answer: a symbol, and the word that says it."""

    OPEN = ("✔", "open")
    CLOSED = ("⏸", "closed")
    UNKNOWN = ("?", "unknown")
    AT_THE_START = ("·", "at the start")
    """It wasn't asked, as only the host can do so when it starts something."""

    @property
    def symbol(self) -> str:
        """One character."""
        return self.value[0]

    @property
    def word(self) -> str:
        """What it is called."""
        return self.value[1]


def told(reason: Reason) -> Told:
    """What people are told of this answer."""
    if reason.why.startswith(_AT_THE_START):
        return Told.AT_THE_START
    match reason.state:
        case "open":
            return Told.OPEN
        case "closed":
            return Told.CLOSED
        case "unknown":
            return Told.UNKNOWN
        case _:
            assert_never(reason.state)


def closed(
    gate: str,
    why: str,
    *,
    remedy: str,
    who: tuple[str, ...] = (),
    since: datetime | None = None,
    opens: datetime | None = None,
) -> Reason:
    """Something is in the way, and this is what takes it away."""
    return Reason(
        gate=gate,
        state="closed",
        why=why,
        remedy=remedy,
        who=who,
        since=_text(since),
        opens=_text(opens),
    )


def undecided(gate: str, why: str, *, remedy: str) -> Reason:
    """Nobody can tell yet, and so nothing starts."""
    return Reason(gate=gate, state="unknown", why=why, remedy=remedy)


def unfounded(gate: str) -> Reason:
    """A gate that speaks of content answers so where the files lead to none."""
    remedy = "see what the gates files and follow say"
    return undecided(gate, "nobody knows what would run here", remedy=remedy)


def _text(instant: datetime | None) -> str:
    return instant_text(instant) if instant else ""
