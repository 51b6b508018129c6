"""Checkpoints: what was found out of signatures, written down for whoever starts without a disk."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from reconciler.daemon.view import View
from reconciler.model.records import Checkpoint
from reconciler.names import instant_text
from reconciler.ports import Clock
from reconciler.system.trust_root import Reset

APART = 50
"""New verdicts that are worth a record."""
_AT_ONCE = 1000


@dataclass(slots=True)
class Milestones:
    """Says which checkpoints are due. One thread, the deciding one."""

    view: View
    clock: Clock
    identify: Callable[[], str]
    reconciler: str
    reset: Callable[[], Reset | None] = lambda: None
    """The note that an operator of this host has left with the last reset."""
    _told: str = ""

    def due(self) -> list[Checkpoint]:
        """The checkpoints to append now, in order; usually none.

        One is due when many signatures were checked that no record has yet, and whenever the
        host's operator has set another trust root than the last checkpoint has.
        """
        judged, root = self.view.judged(), self.view.root
        if judged.judgement.undecided or judged.tip == self._told:
            return []
        known = self.view.ledger.verdicts(root)
        new = {each: word for each, word in self.view.verdicts().items() if each not in known}
        last = self.view.ledger.trust_root
        note = self.reset()
        note = note if note and note.root == root != last else None
        before = last or (note.before if note else "")
        moved = bool(before) and last != root
        self._told = judged.tip
        if len(new) < APART and not moved:
            return []
        rest, found = iter(new.items()), list[Checkpoint]()
        while part := dict(islice(rest, _AT_ONCE)):
            found.append(self._made(root, judged.tip, part))
        found = found or [self._made(root, judged.tip, {})]
        if moved:
            why = note.reason if note else ""
            found[0] = found[0].model_copy(update={"before": before, "reason": why})
        return found

    def _made(self, root: str, tip: str, verdicts: dict[str, str]) -> Checkpoint:
        return Checkpoint(
            id=self.identify(),
            at=instant_text(self.clock.now()),
            reconciler=self.reconciler,
            root=root,
            tip=tip,
            verdicts=verdicts,
        )
