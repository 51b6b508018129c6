"""Tickets can be asked for, and what is done on them is something."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import reach
from reconciler.manifest.paths import app_path
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.effective import deployed, environments


def tickets(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """With all layers an action on tickets comments, moves or closes them (B94).

    Where ``gates.tickets`` asks where they stand, the app names its ``tracker`` (S11).
    """
    for place in deployed(snapshot):
        assert place.app is not None  # noqa: S101 - narrowing
        if place.value.gates.tickets is not None and place.app.tracker is None:
            # Other apps of the environment may have one: it is this app that lacks it.
            yield reach.NO_TRACKER.at(
                snapshot.locate(app_path(place.app.name), ("name",)),
                f"{place.label} asks where tickets stand, and {place.app.name} names no tracker",
            )
    for each in environments(snapshot):
        for event, action in each.value.tickets.items():
            if action is not None and not (action.comment or action.transition or action.close):
                said = f"nothing is done on tickets at {event}"
                yield each.finding(reach.SILENT, said, "tickets", event, key=True)
