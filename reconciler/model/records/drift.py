"""Drift: what a place holds isn't what the last deployment put there, or is again."""

from typing import Literal

from reconciler.model.records.base import PlacedBase


class Drift(PlacedBase):
    """Something was changed by hand: written when it is found, and when it is as it was again.

    It says nothing of what is good: what was last proven here stays what it was.
    """

    kind: Literal["Drift"] = "Drift"
    deployment: str
    """The one whose content should be there."""
    version: str
    found: str = ""
    """What is there instead, in words; empty for nothing any more."""

    @property
    def subject(self) -> str:
        """The sentence people read."""
        place = f"{self.environment}/{self.app}"
        if not self.found:
            return f"{place} {self.version} is there again, as {self.deployment} left it"
        return f"{place} drifted from {self.version}: {self.found}"
