"""Evidence: what a decision was made from, so that anybody can make it again."""

from typing import Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from reconciler.model.alarm import Alarm
from reconciler.model.base import Model
from reconciler.model.observation import Presence
from reconciler.model.records.base import without_empty
from reconciler.names import CommitId


class Observed(Model):
    """What the driver reported of the place just before."""

    presence: Presence
    digest: str = ""
    version: str = ""
    fence: int = 0
    detail: str = ""
    altered: str = ""

    @model_serializer(mode="wrap")
    def _without_nothing_altered(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return without_empty(handler(self), "altered")


class Evidence(Model):
    """Every input of one decision that git alone doesn't hold, and digests of those that it does.

    With a bare clone it is enough to decide again: the files are those of the record's ``basis``,
    judged from ``root``; the history is the records up to ``history``.
    """

    now: str
    """The instant that was decided for."""
    root: CommitId
    """The trust root that the files were judged from."""
    history: int
    """The sequence of the last record that was known; 0 for none."""
    observed: Observed | None = None
    drivers: tuple[str, ...] | None = None
    """Drivers that the host has enabled."""
    repositories: tuple[str, ...] | None = None
    """Repositories of apps that the host can look at."""
    places_at_once: int = 20
    """Places that one merge may move on this host without a confirmation."""
    full: str = ""
    """Why the host had no room for anything new, if so."""
    alarms: tuple[Alarm, ...] = Field(default=(), strict=False)
    stopped: str = ""
    """Why the host may not touch the place, if so."""
    host: str = ""
    """Which of the hosts with this reconciler's name it was, where that is known."""
    journalled: bool = False
    """Whether the host had the journal of what was under way in the place."""
    inputs: dict[str, str] = {}
    """Input → digest: tells which one changed when the decision can't be repeated."""
    decision: str
    """Digest over all that was decided and said of the place."""

    @model_serializer(mode="wrap")
    def _without_no_shortage(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return without_empty(handler(self), "full")
