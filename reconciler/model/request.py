"""Request: an operator's signed wish, such as to pause a place."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)

from reconciler.canonical import canonical_json
from reconciler.model.base import Model
from reconciler.model.records import Verb
from reconciler.model.records.base import without_empty
from reconciler.names import CommitId, Line, Name, instant_of

HOST = "host"
"""Who asks for what an operator of the reconciler's own host asks there."""


def _moment(text: str) -> str:
    if instant_of(text).tzinfo is None:
        raise ValueError("expected an instant with an offset")
    return text


Moment = Annotated[str, AfterValidator(_moment)]
"""An instant as records write it."""


class Request(Model):
    """What is asked for, where, and until when the wish is good."""

    apiVersion: Literal["tagboat/v1"] = "tagboat/v1"  # noqa: N815
    kind: Literal["Request"] = "Request"
    repository: CommitId
    """The trust root of the repository that it is for."""
    verb: Verb
    environment: Name
    app: Name | None = None
    """Left out: all apps of the environment."""
    deployment: Line | None = None
    """The one that is meant, where the verb speaks of one."""
    content: Line | None = None
    """What is meant where the verb speaks of content: its digest, or a merge."""
    question: Line | None = None
    """The step that asks, or the test's name in it, where somebody answers a question."""
    said: Literal["yes", "no"] | None = None
    """The answer to it; yes if left out."""
    reason: Line | None = None
    until: Moment | None = None
    """When what it asks for ends by itself."""
    at: Moment
    expires: Moment
    """From then on nobody grants it."""
    nonce: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    """Makes two equal wishes two requests."""

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(
        self, handler: SerializerFunctionWrapHandler
    ) -> dict[str, object]:
        """What was signed before questions could be answered is the same statement."""
        return without_empty(without_empty(handler(self), "question"), "said")

    @property
    def statement(self) -> bytes:
        """What is signed."""
        return canonical_json(self.model_dump(mode="json", by_alias=True)).encode()

    @property
    def scope(self) -> str:
        """``production/shop``, or ``production`` for all its apps."""
        return f"{self.environment}/{self.app}" if self.app else self.environment

    def id_for(self, key: str) -> str:
        """Its id, 32 hex digits: nobody else's request, and no other request of theirs, has it.

        ``key`` is the fingerprint of the key that signs it, empty on the reconciler's own host.
        """
        return hashlib.sha256(self.statement + b"\n" + key.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came, its signature checked: ``key`` is the fingerprint of who signed it.

    Without a key it came from the reconciler's own host.
    """

    request: Request
    key: str = ""

    @property
    def id(self) -> str:
        """See `Request.id_for`."""
        return self.request.id_for(self.key)
