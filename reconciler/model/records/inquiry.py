"""Inquiry: a deployment asks people something, and waits for the answer of one of them."""

from typing import Literal

from reconciler.canonical import digest_of
from reconciler.model.records.base import PlacedBase
from reconciler.names import Line, Reference


class Inquiry(PlacedBase):
    """A question is open, from ``at`` until ``until``; its `Answer` names this record.

    Who asks the same again, after a restart, gives it the same id.
    """

    kind: Literal["Inquiry"] = "Inquiry"
    deployment: str
    step: str
    """The step that waits, such as ``smoke/changes``: the question's name."""
    ask: Line
    """The question."""
    by: tuple[Reference, ...]
    """Who may answer."""
    until: str
    """From then on nobody's answer counts, and it has failed."""

    @staticmethod
    def id_of(deployment: str, step: str, at: str) -> str:
        """32 hex digits, for the question that a step asks from an instant on."""
        said = {"deployment": deployment, "step": step, "at": at}
        return digest_of(said).removeprefix("sha256:")[:32]

    @property
    def subject(self) -> str:
        """The sentence people read."""
        who = ", ".join(self.by)
        return f"{self.environment}/{self.app} {self.step} asks {who}: {self.ask}"
