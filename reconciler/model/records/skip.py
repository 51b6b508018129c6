"""Skip: what became of a slot of an app's train at which nobody looked for a release to cut."""

from typing import Literal

from reconciler.model.records.base import RecordBase
from reconciler.names import CommitId, Name

SkipFate = Literal["counting", "missed", "ended"]
"""``counting``: the schedule is in force, and this slot is the last one before that.
``missed``: a freeze or a hotfix stood in the way, or nobody could look in time. ``ended``: the app
has no train any more."""


class Skip(RecordBase):
    """A slot of a train that nothing was cut at. Where somebody looked, a sighting says so."""

    kind: Literal["Skip"] = "Skip"
    app: Name
    slot: str
    """The slot's instant; empty for a train that has ended."""
    fate: SkipFate
    why: str = ""
    schedule: str = ""
    """Canonical JSON of the schedule that counts from then on, for ``counting``."""
    basis: CommitId
    """The commit of the protected branch whose files said so."""

    @property
    def subject(self) -> str:
        """The sentence people read."""
        slot = self.slot[:16].replace("T", " ")
        match self.fate:
            case "counting":
                return f"{self.app} has a train by its schedule from now on"
            case "ended":
                return f"{self.app} has no train any more"
            case "missed":
                return f"{self.app} cut nothing at {slot} UTC: {self.why}"
