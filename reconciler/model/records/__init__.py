"""Records: the entries of the history, one git commit each.

A record's body is the canonical JSON of the model; its subject is the sentence people read.
Instants are RFC 3339 in UTC with milliseconds. There are no floats.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from reconciler.model.place import Place
from reconciler.model.records.answer import Answer, Verb
from reconciler.model.records.base import PlacedBase, RecordBase, body_of
from reconciler.model.records.checkpoint import Checkpoint
from reconciler.model.records.departure import Departure
from reconciler.model.records.deployments import (
    Claim,
    End,
    Outcome,
    Refusal,
    Restart,
)
from reconciler.model.records.drift import Drift
from reconciler.model.records.evidence import Evidence, Observed
from reconciler.model.records.expiry import Expiry
from reconciler.model.records.inquiry import Inquiry
from reconciler.model.records.reason import Reason, SignOff
from reconciler.model.records.sighting import Sighting
from reconciler.model.records.skip import Skip
from reconciler.model.records.verification import Verification

PlacedRecord = Claim | End | Refusal | Restart | Verification | Departure | Drift | Inquiry | Expiry
"""Those that speak of one place."""
_Any = (
    Claim
    | End
    | Refusal
    | Restart
    | Verification
    | Departure
    | Inquiry
    | Drift
    | Expiry
    | Sighting
    | Skip
    | Answer
    | Checkpoint
)
Record = Annotated[_Any, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[_Any] = TypeAdapter(Record)


def record_of(text: str) -> Record:
    """The record of a commit's body; raises `ValueError` for an unknown kind or version."""
    return _ADAPTER.validate_json(text, strict=False)


def place_of(record: RecordBase) -> Place | None:
    """The one place that a record speaks of; nothing for one that speaks of several, or of none."""
    match record:
        case PlacedBase():
            return Place(record.environment, record.app)
        case Answer(environment=environment, app=str() as app):
            return Place(environment, app)
        case _:
            return None


def numbered(record: Record, sequence: int) -> Record:
    """The record as it is appended at this sequence; a claim gets its deployment's id from it."""
    changes: dict[str, object] = {"sequence": sequence}
    if isinstance(record, Claim):
        changes["deployment"] = f"{record.environment}.{record.app}.{sequence}"
    return record.model_copy(update=changes)


__all__ = [
    "Answer",
    "Checkpoint",
    "Claim",
    "Departure",
    "Drift",
    "End",
    "Evidence",
    "Expiry",
    "Inquiry",
    "Observed",
    "Outcome",
    "PlacedBase",
    "PlacedRecord",
    "Reason",
    "Record",
    "RecordBase",
    "Refusal",
    "Restart",
    "Sighting",
    "SignOff",
    "Skip",
    "Verb",
    "Verification",
    "body_of",
    "numbered",
    "place_of",
    "record_of",
]
