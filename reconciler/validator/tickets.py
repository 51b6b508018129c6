"""What is done on tickets is something."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import reach
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.effective import environments


def tickets(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """With all layers an action on tickets comments, moves or closes them (B94)."""
    for each in environments(snapshot):
        for event, action in each.value.tickets.items():
            if action is not None and not (action.comment or action.transition or action.close):
                said = f"nothing is done on tickets at {event}"
                yield each.finding(reach.SILENT, said, "tickets", event, key=True)
