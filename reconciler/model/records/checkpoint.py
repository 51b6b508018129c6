"""Checkpoint: how far the protected branch was judged, so that an empty disk resumes there."""

from typing import Literal

from reconciler.model.records.base import RecordBase
from reconciler.names import CommitId


class Checkpoint(RecordBase):
    """What was found out of commits' signatures since the checkpoint before, and up to where.

    Judging is a pure function of the commits and these verdicts, so it comes out the same from
    here as from the trust root; only the verifier needn't be asked again. The first one with a
    trust root says for ever that the host's operator set it.
    """

    kind: Literal["Checkpoint"] = "Checkpoint"
    root: CommitId
    """The trust root that judging began at."""
    before: CommitId | None = None
    """The trust root before, where the operator has set another one."""
    reason: str = ""
    """Why the operator did so; empty where that is nowhere written."""
    tip: CommitId
    """The commit of the protected branch that was judged."""
    verdicts: dict[CommitId, str] = {}
    """Commit → ``signed`` or ``bad`` and the key, or ``unsigned``."""

    @property
    def subject(self) -> str:
        """The sentence people read."""
        if self.before is not None:
            why = f": {self.reason}" if self.reason else ""
            return f"trust root set to {self.root[:12]} on the host, was {self.before[:12]}{why}"
        return f"judged up to {self.tip[:12]}, {len(self.verdicts)} signatures"
