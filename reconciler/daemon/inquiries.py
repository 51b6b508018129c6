"""What deployments at work on this host ask people, on its way to where everybody sees it."""

from dataclasses import dataclass, replace

from reconciler.daemon.board import Board
from reconciler.daemon.view import View
from reconciler.model.records import numbered
from reconciler.planner.inputs import Inputs
from reconciler.ports import Failpoints


@dataclass(slots=True)
class Inquiries:
    """Takes questions from the board to the history. Only the deciding thread calls it."""

    board: Board
    view: View
    failpoints: Failpoints

    def record(self) -> None:
        """Push those that aren't in the history; raises as pushes do, and is called again."""
        asked = self.board.unrecorded(self.view.ledger)
        if asked:
            self.failpoints.reach("history.inquiry.before")
            self.view.history.append_facts(asked)
            self.failpoints.reach("history.inquiry.after")
            self.view.read_history()

    def seen(self, known: Inputs) -> Inputs:
        """What is known, as if those were recorded: people here may answer before that."""
        asked = self.board.unrecorded(known.ledger)
        if not asked:
            return known
        ledger = known.ledger.fork()
        for each in asked:
            ledger.apply(numbered(each, ledger.sequence + 1))
        return replace(known, ledger=ledger)
