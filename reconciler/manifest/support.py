"""What files use and this version doesn't act on yet (pure).

Models name such fields in ``UNENFORCED``. A field that is read and ignored would promise what
isn't done, so a place that uses one isn't touched. ``guards`` of people aren't asked for: no merge
changes what they guard, only a new trust root does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.diagnostics import Location
from reconciler.manifest.document import NodePath
from reconciler.manifest.layering import LAID, Resolved, resolve
from reconciler.manifest.paths import (
    app_path,
    promotion_path,
    release_path,
)
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.base import Model
from reconciler.model.environment import Environment

DRIVERS = frozenset({"local", "memory"})
"""Drivers that this version has."""
PUTTING_NOTHING = frozenset({"memory"})
"""Those that put no content anywhere, so that a host may do without the app's repository."""


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that a place relies on and nothing enforces: what, and where it is written."""

    what: str
    path: str
    node: NodePath = ()

    def locate(self, snapshot: Snapshot) -> Location:
        """The line that one has to look at."""
        return snapshot.locate(self.path, self.node, key=True)


def unsupported(snapshot: Snapshot, environment: str, app: str) -> Iterator[Use]:
    """Everything that a place uses and this version doesn't enforce, its own files first.

    Nothing for a place whose environment can't be had: findings say that.
    """
    resolved = resolve(snapshot, environment, app)
    promotion = snapshot.promotions.get((environment, app))
    if promotion is None or resolved.environment is None:
        return
    path = promotion_path(environment, app)
    yield from snapshot.derive(
        ("promotions",),
        ("unsupported", environment, app),
        lambda: tuple(Use(_name(node), path, node) for node in _used(promotion, ())),
    )
    yield from snapshot.derive(
        LAID,
        ("unsupported", environment, app),
        lambda: (
            *_of_environment(resolved, resolved.environment),
            *_of_app(snapshot, app),
        ),
    )
    if promotion.release is not None:
        yield from _of_release(snapshot, app, promotion.release)


def _of_environment(resolved: Resolved, environment: Environment | None) -> Iterator[Use]:
    if environment is None:
        return
    known = environment.target.driver in DRIVERS
    if not known and environment.target.driver is not None:
        node: NodePath = ("target", "driver")
        yield Use(f"driver {environment.target.driver}", *resolved.source(node))
    for node in _used(environment, ()):
        if known or node[0] != "target":
            yield Use(_name(node), *resolved.source(node))


def _of_app(snapshot: Snapshot, app: str) -> Iterator[Use]:
    found = snapshot.apps.get(app)
    for node in _used(found, ()) if found else ():
        if node[0] != "pipeline":  # part of the environment in force
            yield Use(_name(node), app_path(app), node)


def _of_release(snapshot: Snapshot, app: str, version: str) -> Iterator[Use]:
    release = snapshot.releases.get((app, version))
    for node in _used(release, ()) if release else ():
        yield Use(_name(node), release_path(app, version), node)


def _used(value: Any, node: NodePath) -> Iterator[NodePath]:
    """Where fields stand that are used and not enforced; what is inside them isn't looked at."""
    match value:
        case Model():
            fields, closed = type(value).model_fields, value.unenforced()
            for name in sorted(value.model_fields_set | closed):
                inner = (*node, fields[name].alias or name)
                if name in closed:
                    yield inner
                else:
                    yield from _used(getattr(value, name), inner)
        case dict():
            for name, each in value.items():
                yield from _used(each, (*node, name))
        case tuple():
            for index, each in enumerate(value):
                yield from _used(each, (*node, index))
        case _:
            pass


def _name(node: NodePath) -> str:
    text = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in node)
    return text.removeprefix(".")
