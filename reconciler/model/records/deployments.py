"""Records of deployments: claimed, ended, refused, started again."""

from enum import StrEnum
from hashlib import sha256
from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from reconciler.model.base import Model
from reconciler.model.content import Content
from reconciler.model.deployment import Assignment, StepOutcome
from reconciler.model.records.base import PlacedBase, without_empty
from reconciler.model.records.evidence import Evidence
from reconciler.model.records.reason import Reason, SignOff
from reconciler.names import CommitId


class Outcome(StrEnum):
    """How a deployment ended."""

    SUCCEEDED = "succeeded"
    ROLLED_BACK = "rolled-back"
    STUCK = "stuck"


class Claim(PlacedBase):
    """A deployment is ours: pushed before its first effect."""

    kind: Literal["Claim"] = "Claim"
    deployment: str = ""
    """``<environment>.<app>.<sequence>``; given when it is appended."""
    host: str = ""
    """Which host claimed it: two hosts may have one reconciler's name; empty for nobody knows."""
    assignment: Assignment
    basis: CommitId
    """The commit of the protected branch that it was decided on."""
    sign_off: SignOff
    reasons: tuple[Reason, ...] = ()
    plan_digest: str = ""
    """Digest of the whole plan; only in records from before evidence was kept."""
    evidence: Evidence | None = None
    slot: str = ""
    """The slot of a schedule that let it go; empty for one that waited for none."""
    estimate: int = 0
    """Seconds, as the release says; 0 for unknown."""
    summary: str = ""
    """The release's summary."""
    expires: str = ""
    """When it goes again by itself, of what is there for a while; empty for what stays."""

    @model_serializer(mode="wrap")
    def _without_no_end(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return without_empty(handler(self), "expires")

    def is_of(self, reconciler: str, host: str) -> bool:
        """Whether this host made it, as far as anybody knows; no ``host`` stands for every one."""
        somewhere_else = self.host and host and self.host != host
        return self.reconciler == reconciler and not somewhere_else

    @property
    def mends(self) -> bool:
        """Whether it only puts back what was changed by hand: the gate `drift` let it go."""
        return any(each.gate == "drift" for each in self.reasons)

    @property
    def subject(self) -> str:
        """The sentence people read."""
        version, lanes = self.assignment.content.version, self.assignment.lanes
        done = "taken over as it is" if lanes.adopts else "leaves" if lanes.retires else "started"
        return f"{self.environment}/{self.app} {version} {done}"


class StepLog(Model):
    """Which log tells of a deployment step by step; it is kept by month, beside the history.

    The history stays whole when a log is purged: then this says what it was.
    """

    month: str
    """The month that it is kept under, as ``2026-11``."""
    digest: str
    """``sha256:`` and 64 hex digits over its bytes."""
    size: int
    """Its bytes."""

    @classmethod
    def of(cls, data: bytes, *, month: str) -> "StepLog":
        """What a record says of a log that is kept under this month."""
        return cls(month=month, digest=f"sha256:{sha256(data).hexdigest()}", size=len(data))


class End(PlacedBase):
    """What became of a claim: exactly one for each."""

    kind: Literal["End"] = "End"
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
    log: StepLog | None = None

    @model_serializer(mode="wrap")
    def _without_no_log(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return without_empty(handler(self), "log")

    @property
    def log_path(self) -> str:
        """Where its log lies in its month's branch."""
        return f"{self.environment}/{self.app}/{self.deployment}.log"

    @property
    def log_month(self) -> str:
        """The month whose branch has its log, or would have one that came too late to be named."""
        return self.log.month if self.log else self.ended[:7]

    @property
    def retired(self) -> bool:
        """Whether the place was emptied: nothing else that succeeds leaves nothing running."""
        return self.outcome is Outcome.SUCCEEDED and self.running is None

    @property
    def subject(self) -> str:
        """The sentence people read."""
        minutes, seconds = divmod(self.seconds, 60)
        took = f"{minutes}m{seconds:02d}s" if minutes else f"{seconds}s"
        if self.retired:
            return f"{self.environment}/{self.app} retired in {took}: {self.version} runs no more"
        now = f", runs {self.running.version}" if self.running else ""
        tail = now if self.outcome is Outcome.ROLLED_BACK else ""
        place = f"{self.environment}/{self.app}"
        return f"{place} {self.version} {self.outcome.value} in {took}{tail}"


class Refusal(PlacedBase):
    """A promotion is held: written when the set of closed gates changes."""

    kind: Literal["Refusal"] = "Refusal"
    wanted: str
    """Version that the file asks for."""
    basis: CommitId
    reasons: tuple[Reason, ...]
    evidence: Evidence | None = None

    @property
    def subject(self) -> str:
        """The sentence people read."""
        why = self.reasons[0].why if self.reasons else "nobody can tell why"
        more = f" (and {len(self.reasons) - 1} more)" if len(self.reasons) > 1 else ""
        return f"{self.environment}/{self.app} {self.wanted} held: {why}{more}"


class Restart(PlacedBase):
    """Processes of unchanged content were started again: supervision, not a deployment."""

    kind: Literal["Restart"] = "Restart"
    version: str
    why: str

    @property
    def subject(self) -> str:
        """The sentence people read."""
        return f"{self.environment}/{self.app} {self.version} started again: {self.why}"
