"""Verification: whether content held in a place, by tests that come after its deployment."""

from typing import Literal

from reconciler.model.deployment import StepOutcome
from reconciler.model.records.base import PlacedBase
from reconciler.names import CommitId, Version


class Verification(PlacedBase):
    """What a place's ``tests`` said of the content that runs there; the newest one counts."""

    kind: Literal["Verification"] = "Verification"
    deployment: str
    """The one whose content was tested."""
    digest: str
    """`Content.digest` of what was tested."""
    version: Version
    commit: CommitId
    passed: bool
    tests: tuple[StepOutcome, ...] = ()
    why: str = ""
    """What failed, in one sentence."""

    @property
    def subject(self) -> str:
        """The sentence people read."""
        said = "tests passed" if self.passed else f"tests failed: {self.why}"
        return f"{self.environment}/{self.app} {self.version} {said}"
