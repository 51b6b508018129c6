"""How one check ended."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Who has something to do."""

    GOOD = "good"
    WRONG = "wrong"
    """Something of ours."""
    SILENT = "silent"
    """A remote didn't answer."""
    SKIPPED = "skipped"
    """It needs what an earlier check didn't find."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found, and what to do about it."""

    what: str
    state: State
    found: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        """For programs."""
        return {
            "check": self.what,
            "state": self.state.value,
            "found": self.found,
            "remedy": self.remedy,
        }


def good(what: str, found: str) -> Finding:
    """It is as it should be."""
    return Finding(what, State.GOOD, found)


def wrong(what: str, found: str, remedy: str) -> Finding:
    """Something of ours is not as it should be."""
    return Finding(what, State.WRONG, found, remedy)


def silent(what: str, found: str, remedy: str = "") -> Finding:
    """A remote didn't answer, so nobody can tell."""
    return Finding(what, State.SILENT, found, remedy or "try again; is the network up?")


def skipped(what: str, why: str) -> Finding:
    """It wasn't looked at."""
    return Finding(what, State.SKIPPED, why)
