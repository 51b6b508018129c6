"""Channels and trackers are there."""

import re
import warnings
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import links, reach
from reconciler.manifest.document import NodePath
from reconciler.manifest.paths import CONNECTIONS, app_path, customer_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.notice import AppNotice, Notice
from reconciler.validator.near import near
from reconciler.validator.written import layers, references, tests

_LONGEST = 200


def connections(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Channels and the trackers of apps stand in ``environments/connections.yaml``.

    Channels are named by notices, contacts of customers, and owners.

    A tracker's ``pattern`` is a regular expression (B100, B104). Silent while that file is broken.
    """
    for name, app in snapshot.apps.items():
        if app.tracker is not None:
            yield from _tracker(snapshot, app_path(name), app.tracker.name)
            yield from _pattern(snapshot, app_path(name), app.tracker.pattern)
    if CONNECTIONS in snapshot.broken:
        return
    known = frozenset(snapshot.connections.channels) if snapshot.connections else frozenset()
    for path, node, name in _channels(snapshot):
        if name not in known:
            yield links.CHANNEL.at(
                snapshot.locate(path, node),
                f"there is no channel {shown(name)} in {CONNECTIONS}",
                hint=near(name, known),
            )


def _channels(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str]]:
    for path, node, entry in (*_told(snapshot), *_owners(snapshot)):
        sort, _, name = entry.partition("/")
        if sort == "channel":
            yield path, node, name
    for path, node, told in _notices(snapshot):
        if "via" in told.model_fields_set:
            for index, channel in enumerate(told.via):
                yield path, (*node, "via", index), channel


def _told(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str]]:
    for path, node, entries in references(snapshot):
        for index, entry in enumerate(entries):
            yield path, (*node, index), entry
    for name, customer in snapshot.customers.items():
        for group, members in customer.contacts.items():
            for index, member in enumerate(members):
                yield customer_path(name), ("contacts", group, index), member


def _owners(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str]]:
    for name, app in snapshot.apps.items():
        yield app_path(name), ("owner",), app.owner or ""
        for index, component in enumerate(app.components):
            yield app_path(name), ("components", index, "owner"), component.owner or ""
    for each in tests(snapshot):
        yield each.path, (*each.node, "owner"), each.test.owner or ""


def _notices(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, Notice | AppNotice]]:
    for name, app in snapshot.apps.items():
        for notice, entry in app.notices.items():
            yield app_path(name), ("notices", notice), entry
    for path, layer in layers(snapshot):
        for notice, told in layer.notices.items():
            if told is not None:
                yield path, ("notices", notice), told


def _tracker(snapshot: Snapshot, path: str, name: str) -> Iterator[Diagnostic]:
    if CONNECTIONS in snapshot.broken:
        return
    known = frozenset(snapshot.connections.trackers) if snapshot.connections else frozenset()
    if name not in known:
        yield links.TRACKER.at(
            snapshot.locate(path, ("tracker", "name")),
            f"there is no tracker {shown(name)} in {CONNECTIONS}",
            hint=near(name, known),
        )


def _pattern(snapshot: Snapshot, path: str, pattern: str) -> Iterator[Diagnostic]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a pattern that will mean something else one day
            good = len(pattern) <= _LONGEST and not re.compile(pattern).fullmatch("")
    except (re.error, OverflowError, RecursionError, Warning):
        good = False
    if not good:
        yield reach.PATTERN.at(
            snapshot.locate(path, ("tracker", "pattern")), f"pattern: found {shown(pattern)}"
        )
