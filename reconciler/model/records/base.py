"""What every record has, and how it becomes a commit's body."""

from typing import Literal

from reconciler.canonical import canonical_json
from reconciler.model.base import Model
from reconciler.names import Name


def without_empty(said: dict[str, object], name: str) -> dict[str, object]:
    """What a value says, a field left out that is empty: what was written before it came, stays."""
    return said if said[name] else {each: said[each] for each in said if each != name}


class RecordBase(Model):
    """What every record has."""

    apiVersion: Literal["tagboat/v1"] = "tagboat/v1"  # noqa: N815
    id: str
    """Unique; a record that is appended again keeps it."""
    sequence: int = 0
    """Parent's plus 1: the fencing number. Given when it is appended."""
    at: str
    """When it was written."""
    reconciler: Name
    """Whose key signs it."""


class PlacedBase(RecordBase):
    """What every record about one place has."""

    environment: Name
    app: Name


def body_of(record: RecordBase) -> str:
    """The canonical JSON of a record: what the commit's body holds."""
    return canonical_json(record.model_dump(mode="json", by_alias=True))
