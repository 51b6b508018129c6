"""Answer: what became of a request, such as to pause a place."""

from datetime import UTC
from typing import Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from reconciler.model.records.base import RecordBase, without_empty
from reconciler.names import Name, instant_of

Verb = Literal[
    "abort",
    "retry",
    "rollback",
    "dismiss",
    "confirm",
    "pause",
    "resume",
    "verify",
    "maintenance-on",
    "maintenance-off",
    "adopt",
    "retire",
]


class Answer(RecordBase):
    """The one answer to a request: granted or refused, and why.

    Without ``app`` it speaks of all apps of the environment.
    """

    kind: Literal["Answer"] = "Answer"
    request: str
    """The request's id; exactly one answer each."""
    verb: Verb
    environment: Name
    app: Name | None = None
    deployment: str = ""
    """The one that was meant, where the verb speaks of one."""
    content: str = ""
    """What was meant, where the verb speaks of content: a digest, a merge, or a version."""
    by: str
    """The person who asked; ``host`` for the operator of the reconciler's own host."""
    granted: bool
    reason: str = ""
    """Why it was asked for."""
    why: str = ""
    """Why it was refused."""
    remedy: str = ""
    """What to do instead of it, where it was refused."""
    until: str = ""
    """When it ends by itself; empty for never."""
    inquiry: str = ""
    """The id of the `Inquiry` that it answers."""
    question: str = ""
    """The step that asked."""
    said: Literal["", "yes", "no"] = ""
    """What was answered to it."""

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(
        self, handler: SerializerFunctionWrapHandler
    ) -> dict[str, object]:
        told: dict[str, object] = handler(self)
        for name in ("remedy", "inquiry", "question", "said"):
            told = without_empty(told, name)
        return told

    @property
    def subject(self) -> str:
        """The sentence people read."""
        place = f"{self.environment}/{self.app}" if self.app else self.environment
        said = "" if self.granted else f" refused: {self.why}"
        end = instant_of(self.until).astimezone(UTC) if self.until else None
        until = f" until {end:%Y-%m-%d %H:%M} UTC" if end else ""
        reason = f" ({self.reason})" if self.reason else ""
        if self.question:
            return f"{place} {self.question}: {self.said} by {self.by}{reason}{said}"
        return f"{place} {self.verb} by {self.by}{until}{reason}{said}"
