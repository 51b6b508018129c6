"""Departure: what became of a slot at which a follower might have taken something new."""

from typing import Literal

from reconciler.model.records.base import PlacedBase
from reconciler.model.records.evidence import Evidence
from reconciler.model.records.reason import Reason
from reconciler.names import CommitId

Fate = Literal["counting", "nothing-new", "missed"]
"""``counting``: the schedule is in force, and this slot is the last one before that.
``nothing-new``: there was nothing to take. ``missed``: a gate held it back, or nobody looked."""


class Departure(PlacedBase):
    """A slot that has come and at which nothing left; where something left, its claim says so."""

    kind: Literal["Departure"] = "Departure"
    slot: str
    """The slot's instant."""
    fate: Fate
    wanted: str = ""
    """What would have left."""
    why: str = ""
    basis: CommitId
    sign_off: CommitId
    """The merge that admitted the promotion, or the trust root."""
    reasons: tuple[Reason, ...] = ()
    """The gates that held it back."""
    evidence: Evidence | None = None

    @property
    def subject(self) -> str:
        """The sentence people read."""
        place = f"{self.environment}/{self.app}"
        slot = self.slot[:16].replace("T", " ")
        match self.fate:
            case "counting":
                return f"{place} follows its schedule from now on"
            case "nothing-new":
                return f"{place} found nothing new at {slot} UTC"
            case "missed":
                return f"{place} {self.wanted} missed its departure of {slot} UTC: {self.why}"
