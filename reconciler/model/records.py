"""Records: the entries of the history, one git commit each.

A record's body is the canonical JSON of the model; its subject is the sentence people read.
Instants are RFC 3339 in UTC with milliseconds. There are no floats.
"""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field, TypeAdapter

from reconciler.canonical import canonical_json
from reconciler.model.base import Model
from reconciler.model.content import Content
from reconciler.model.deployment import Assignment, StepOutcome
from reconciler.names import CommitId, Name


class Outcome(StrEnum):
    """How a deployment ended."""

    SUCCEEDED = "succeeded"
    ROLLED_BACK = "rolled-back"
    STUCK = "stuck"


class Reason(Model):
    """One gate's answer, as it was when the decision was taken."""

    gate: str
    state: Literal["open", "closed", "unknown"]
    why: str
    remedy: str = ""


class SignOff(Model):
    """Who brought the promotion in, and on whose word."""

    commit: CommitId
    """The merge that admitted it, or the trust root."""
    merged_by: str = ""
    """Person id; empty for the trust root."""
    authors: tuple[str, ...] = ()
    """Person ids of the author side."""


class RecordBase(Model):
    """What every record has."""

    PLACED: ClassVar[bool] = True

    apiVersion: Literal["tagboat/v1"] = "tagboat/v1"  # noqa: N815
    id: str
    """Unique; a record that is appended again keeps it."""
    sequence: int = 0
    """Parent's plus 1: the fencing number. Given when it is appended."""
    at: str
    """When it was written."""
    reconciler: Name
    """Whose key signs it."""


class Claim(RecordBase):
    """A deployment is ours: pushed before its first effect."""

    kind: Literal["Claim"] = "Claim"
    environment: Name
    app: Name
    deployment: str = ""
    """``<environment>.<app>.<sequence>``; given when it is appended."""
    assignment: Assignment
    basis: CommitId
    """The commit of the protected branch that it was decided on."""
    sign_off: SignOff
    reasons: tuple[Reason, ...] = ()
    plan_digest: str
    estimate: int = 0
    """Seconds, as the release says; 0 for unknown."""
    summary: str = ""
    """The release's summary."""

    @property
    def subject(self) -> str:
        """The sentence people read."""
        version = self.assignment.content.version
        return f"{self.environment}/{self.app} {version} started"


class End(RecordBase):
    """What became of a claim: exactly one for each."""

    kind: Literal["End"] = "End"
    environment: Name
    app: Name
    deployment: str
    outcome: Outcome
    version: str
    """Of the content that was wanted."""
    running: Content | None
    """What runs now; nothing after a first deployment went back, or when nobody can tell."""
    steps: tuple[StepOutcome, ...]
    why: str = ""
    """What failed, in one sentence."""
    started: str
    ended: str
    seconds: int

    @property
    def subject(self) -> str:
        """The sentence people read."""
        minutes, seconds = divmod(self.seconds, 60)
        took = f"{minutes}m{seconds:02d}s" if minutes else f"{seconds}s"
        now = f", runs {self.running.version}" if self.running else ""
        tail = now if self.outcome is Outcome.ROLLED_BACK else ""
        place = f"{self.environment}/{self.app}"
        return f"{place} {self.version} {self.outcome.value} in {took}{tail}"


class Refusal(RecordBase):
    """A promotion is held: written when the set of closed gates changes."""

    kind: Literal["Refusal"] = "Refusal"
    environment: Name
    app: Name
    wanted: str
    """Version that the file asks for."""
    basis: CommitId
    reasons: tuple[Reason, ...]

    @property
    def subject(self) -> str:
        """The sentence people read."""
        why = self.reasons[0].why if self.reasons else "nobody can tell why"
        more = f" (and {len(self.reasons) - 1} more)" if len(self.reasons) > 1 else ""
        return f"{self.environment}/{self.app} {self.wanted} held: {why}{more}"


class Restart(RecordBase):
    """Processes of unchanged content were started again: supervision, not a deployment."""

    kind: Literal["Restart"] = "Restart"
    environment: Name
    app: Name
    version: str
    why: str

    @property
    def subject(self) -> str:
        """The sentence people read."""
        return f"{self.environment}/{self.app} {self.version} started again: {self.why}"


Record = Annotated[Claim | End | Refusal | Restart, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[Claim | End | Refusal | Restart] = TypeAdapter(Record)


def record_of(text: str) -> Claim | End | Refusal | Restart:
    """The record of a commit's body; raises `ValueError` for an unknown kind or version."""
    return _ADAPTER.validate_json(text, strict=False)


def body_of(record: RecordBase) -> str:
    """The canonical JSON of a record: what the commit's body holds."""
    return canonical_json(record.model_dump(mode="json", by_alias=True))


def numbered(
    record: "Claim | End | Refusal | Restart", sequence: int
) -> "Claim | End | Refusal | Restart":
    """The record as it is appended at this sequence; a claim gets its deployment's id from it."""
    changes: dict[str, object] = {"sequence": sequence}
    if isinstance(record, Claim):
        changes["deployment"] = f"{record.environment}.{record.app}.{sequence}"
    return record.model_copy(update=changes)
