"""References lead to somebody."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import fields, references
from reconciler.manifest.document import NodePath
from reconciler.manifest.paths import PEOPLE, app_path, environment_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.near import near
from reconciler.validator.written import tests


def parties(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Every reference leads to a person, team or role of ``environments/people.yaml``.

    Silent while that file is broken. ``initiator``, ``channel/…`` and ``customer/…`` aren't
    supported yet; ``mail/…`` is an owner, and never somebody who may promote.
    """
    if PEOPLE in snapshot.broken:
        return
    for path, node, reference in _references(snapshot):
        yield from _one(snapshot, path, node, reference)


def _references(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str]]:
    for name, app in snapshot.apps.items():
        if app.owner:
            yield app_path(name), ("owner",), app.owner
        for index, component in enumerate(app.components):
            if component.owner:
                yield app_path(name), ("components", index, "owner"), component.owner
    for each in tests(snapshot):
        if each.test.owner:
            yield each.path, (*each.node, "owner"), each.test.owner
    for name, environment in snapshot.environments.items():
        if "promote" in environment.permissions.model_fields_set:
            for index, reference in enumerate(environment.permissions.promote):
                yield environment_path(name), ("permissions", "promote", index), reference


def _one(snapshot: Snapshot, path: str, node: NodePath, reference: str) -> Iterator[Diagnostic]:
    sort, _, name = reference.partition("/")
    if sort == "mail" and "permissions" not in node:
        return
    if sort not in {"person", "team", "role"}:
        yield fields.NOT_YET_VALUE.at(
            snapshot.locate(path, node),
            f"reference {shown(reference)} is not supported yet here",
            hint="name a person, a team or a role",
        )
        return
    known = snapshot.people.names(sort) if snapshot.people else frozenset()
    if name not in known:
        yield references.PARTY.at(
            snapshot.locate(path, node),
            f"there is no {sort} {shown(name)} in {PEOPLE}",
            hint=near(name, known),
        )
