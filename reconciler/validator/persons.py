"""Persons are there."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import links, references
from reconciler.manifest.document import NodePath
from reconciler.manifest.paths import (
    PEOPLE,
    approval_path,
    environment_path,
    promotion_path,
)
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.near import near


def persons(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Whoever is named by an id stands in ``environments/people.yaml``.

    Approvals are asked only while their release is promoted there: people come and go, and what was
    approved once stays. ``records_for`` names persons outside, those with a ``customer``: for
    anybody else nobody writes a word down. Silent while that file is broken.
    """
    if PEOPLE in snapshot.broken:
        return
    known = snapshot.people.people if snapshot.people else {}
    for path, node, person in _named(snapshot):
        place = snapshot.locate(path, node)
        if person not in known:
            said = f"there is no person {shown(person)} in {PEOPLE}"
            yield references.PARTY.at(place, said, hint=near(person, known))
        elif "records_for" in node and known[person].customer is None:
            yield links.RECORDER.at(
                place,
                f"{person} is not somebody outside",
                hint=f"give {person} a 'customer', or let them approve by themselves",
            )


def _named(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str]]:
    for key, approval in snapshot.approvals.items():
        promotion = snapshot.promotions.get((approval.environment, approval.app))
        if promotion is None or promotion.release != approval.version:
            continue
        yield approval_path(*key), ("by",), approval.by
        if approval.recorded_by is not None:
            yield approval_path(*key), ("recorded_by",), approval.recorded_by
    for name, environment in snapshot.environments.items():
        if environment.temporary is not None:
            yield environment_path(name), ("temporary", "owner"), environment.temporary.owner
    for (name, app), promotion in snapshot.promotions.items():
        if promotion.temporary is not None:
            yield promotion_path(name, app), ("temporary", "owner"), promotion.temporary.owner
    for person, entry in snapshot.people.people.items() if snapshot.people else ():
        for index, each in enumerate(entry.records_for):
            yield PEOPLE, ("people", person, "records_for", index), each
