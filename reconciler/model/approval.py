"""Approval: somebody's word for a release in an environment. Quarantine: nobody may have it."""

from typing import Literal

from pydantic import Field

from reconciler.canonical import canonical_json
from reconciler.model.base import Manifest
from reconciler.names import Digest, Instant, Line, Name, Text, Version


class Approval(Manifest):
    """Somebody's word for one release in one environment; the file is its own proof."""

    kind: Literal["Approval"]
    app: Name
    """The app, as in the path."""
    version: Version
    """The release, as in the path."""
    environment: Name
    """The environment, as in the path."""
    role: Name
    """The seat that it fills."""
    by: Name
    """The person whose word it is, as in the path."""
    recorded_by: Name | None = None
    """Who wrote it down for somebody outside; their `records_for` allows it."""
    decision: Literal["approved", "risk-accepted", "rejected"]
    """The word."""
    evidence: Line | None = Field(default=None, examples=["https://helpdesk.example/412"])
    """A link to where it was given."""
    comment: Line | None = None
    """What they said besides."""
    digest: Digest
    """What was approved: release, promotion with its slot, config, gates, pipeline and target."""
    expires: Instant | None = None
    """Until then; 14 days after it was first seen if left out."""
    signature: Text | None = None
    """Of this statement, by a key of `by` or `recorded_by`; ssh, namespace tagboat-approval."""

    @property
    def statement(self) -> bytes:
        """What the signature is over: canonical JSON of everything else that is said."""
        said = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"signature"})
        return canonical_json(said).encode()


class Quarantine(Manifest):
    """A release that may start nowhere."""

    kind: Literal["Quarantine"]
    app: Name
    """The app, as in the path."""
    version: Version
    """The release, as in the path."""
    reason: Line
    """Why."""
    by: Name
    """The person who says so."""
    until: Instant | None = None
    """Until then; for good if left out."""
