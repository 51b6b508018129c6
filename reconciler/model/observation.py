"""Observation: what a driver reports is there."""

from dataclasses import dataclass
from enum import StrEnum


class Presence(StrEnum):
    """What was found in a place."""

    ABSENT = "absent"
    """Nothing was ever put there, or it was taken away."""
    RUNNING = "running"
    """Content is in place, and its processes (if it has any) run."""
    STOPPED = "stopped"
    """Content is in place, its processes don't run."""
    UNKNOWN = "unknown"
    """The driver could not tell."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What is in one place; ``digest`` is `Content.digest` of what was last switched to.

    ``fence`` is the highest fencing number the place has obeyed, 0 for none.
    """

    presence: Presence
    digest: str = ""
    version: str = ""
    fence: int = 0
    detail: str = ""
    altered: str = ""
    """What was changed by hand in the content that is there, in words."""
    page: bool = False
    """Whether visitors are to see a page of maintenance instead of it."""

    def instead_of(self, digest: str) -> str | None:
        """What is there instead of this content, in words: empty if it is as it was put there.

        Nothing when the driver could not tell.
        """
        if self.presence is Presence.UNKNOWN:
            return None
        if self.altered:
            return self.altered
        if self.presence is Presence.ABSENT:
            return "nothing is there"
        return "" if self.digest == digest else f"{self.version or 'something else'} is there"


class RolloutState(StrEnum):
    """How far workloads are in coming up."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Rollout:
    """One poll of a rollout; ``detail`` says what it waits for, or why it failed.

    ``DONE`` means that the new content answers *and* that the old one has ended.
    """

    state: RolloutState
    detail: str = ""
