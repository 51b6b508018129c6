"""Cutting once more what reconcilers say that trains have cut, for the judge to compare."""

import hashlib
from collections.abc import Mapping, Sequence

from reconciler.manifest.paths import app_path
from reconciler.model.app import App
from reconciler.repository.git import Git
from reconciler.repository.objects import read_objects
from reconciler.scaffold.trains import app_in, recut
from reconciler.signoff.facts import PLAIN_FILE, Commit, Entry, Signed, Trains

Cuts = Mapping[tuple[str, str], str]
"""A release's path and the id of its app's file → the id of the file that cutting gives."""


def cuts_of(
    git: Git,
    trains: Trains,
    places: Sequence[Mapping[str, Entry | None]],
    commits: Mapping[str, Commit],
    *,
    known: Cuts,
) -> Cuts:
    """What cutting gives, for each release of a reconciler's commit and each file of its app.

    ``places`` are all trees and changes, ``known`` what was computed before. Empty as long as no
    train has cut anything.
    """
    brought = {
        path
        for each in (commits.values() if trains.seen else ())
        if isinstance(each.signature, Signed) and each.signature.by in trains.keys
        for path in each.changes
        if path in trains.seen
    }
    files = {app_path(path.split("/")[1]) for path in brought}
    ids: dict[str, set[str]] = {each: set() for each in files}
    for place in places if files else ():
        for path in files & place.keys():
            entry = place[path]
            if entry is not None and entry.mode == PLAIN_FILE:
                ids[path].add(entry.id)
    asked = {
        (path, app)
        for path in brought
        for app in ids[app_path(path.split("/")[1])]
        if (path, app) not in known
    }
    texts = read_objects(git, sorted({app for _, app in asked}))
    apps: dict[tuple[str, str], App | None] = {}
    found = dict(known)
    for path, each in sorted(asked):
        at = (app_path(path.split("/")[1]), each)
        if at not in apps:
            apps[at] = app_in(texts[each], at[0]) if each in texts else None
        app = apps[at]
        text = recut(app, path, trains.seen[path]) if app else None
        if text is not None:
            found[path, each] = _blob(text)
    return found


def _blob(text: bytes) -> str:
    """The name that git gives a file of this content."""
    return hashlib.sha1(b"blob %d\0" % len(text) + text, usedforsecurity=False).hexdigest()
