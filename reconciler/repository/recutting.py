"""Cutting once more what reconcilers say that trains have cut, for the judge to compare."""

import hashlib
from collections.abc import Mapping, Sequence

from reconciler.manifest.paths import app_path
from reconciler.model.app import App
from reconciler.repository.git import Git
from reconciler.repository.objects import read_objects
from reconciler.scaffold.trains import app_in, recut
from reconciler.signoff.facts import PLAIN_FILE, Commit, Entry, Trains
from reconciler.signoff.trains import brings_releases

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
    train has cut anything and no tag was pushed by hand.
    """
    brought = {
        path
        for each in (commits.values() if trains.seen or trains.tagged else ())
        if brings_releases(trains, each)
        for path in each.changes
        if trains.facts_of(path)
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
        seen = trains.facts_of(path)
        text = recut(app, path, seen) if app and seen else None
        if text is not None:
            found[path, each] = _blob(text)
    return found


def drafts_of(trains: Trains, commits: Mapping[str, Commit], cuts: Cuts) -> frozenset[str]:
    """The reconcilers' commits of which all is what cutting gives, by any file that its app had."""
    ids: dict[str, set[str]] = {}
    for (path, _), each in cuts.items():
        ids.setdefault(path, set()).add(each)
    return frozenset(
        each.id
        for each in (commits.values() if cuts else ())
        if brings_releases(trains, each)
        and all(
            entry is not None and entry.mode == PLAIN_FILE and entry.id in ids.get(path, ())
            for path, entry in each.changes.items()
        )
    )


def _blob(text: bytes) -> str:
    """The name that git gives a file of this content."""
    return hashlib.sha1(b"blob %d\0" % len(text) + text, usedforsecurity=False).hexdigest()
