"""Alarm: why nothing new may start, wherever it would."""

from reconciler.diagnostics import Diagnostic
from reconciler.model.base import Model


class Alarm(Model):
    """What is wrong with a branch of the remote; it stands until that is put right."""

    code: str
    """Permanent code."""
    branch: str
    """Full name of the ref."""
    why: str
    remedy: str

    @classmethod
    def of(cls, finding: Diagnostic) -> "Alarm":
        """The alarm that a finding about a branch raises."""
        return cls(
            code=finding.code,
            branch=str(finding.location),
            why=finding.message,
            remedy=finding.hint,
        )

    def __str__(self) -> str:
        """One sentence, without the remedy."""
        return f"{self.code} {self.branch}: {self.why}"
