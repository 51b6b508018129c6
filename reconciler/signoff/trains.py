"""Releases that a train has cut: a reconciler's own commit, which nobody merges (pure).

Such a commit proves nothing by its signature alone. It counts only if releases are all that it
brings, none of which was there, and each is, byte for byte, what cutting gives from the sighting
that the history holds of it, with the app's file in force at its parent. So whoever has stolen a
reconciler's key brings no release that others can't compute too. Anything else that is signed by a
reconciler is content by nobody.

A release of a tag that was pushed by hand is drafted in the same way, on a branch. That doesn't
count at once: a person merges it, and as it has nobody's opinion, nobody is on its author side.
"""

from collections.abc import Mapping

from reconciler.manifest.paths import app_path
from reconciler.signoff.classes import Sort, class_of
from reconciler.signoff.facts import PLAIN_FILE, Commit, Entry, Facts, Signed, Trains
from reconciler.signoff.merging import in_force
from reconciler.signoff.standing import Admission, PathState, Standing, State


def brought_by_train(
    facts: Facts, commit: Commit, before: State, delta: Mapping[str, PathState]
) -> dict[str, PathState]:
    """The states of the releases that count at once; empty unless the whole commit does."""
    if not brings_releases(facts.trains, commit):
        return {}
    for path, result in commit.changes.items():
        app = before.at(app_path(path.split("/")[1])).standing
        entry = app.entry if isinstance(app, Standing) else None
        cut = facts.cuts.get((path, entry.id)) if entry else None
        fresh = path in facts.trains.seen and before.at(path) == PathState(None, Standing(None))
        if not fresh or cut is None:
            return {}
        if result != Entry(PLAIN_FILE, cut):
            return {}
    admission = Admission(commit.id, "", (), (commit.id,))
    return {path: in_force(path, delta[path], admission) for path in commit.changes}


def is_unseen(facts: Facts, commit: Commit) -> bool:
    """Whether it would count if the history held the sighting it needs, which may yet come."""
    trains = facts.trains
    known = trains.seen.keys() | trains.tagged.keys()
    return (
        not trains.whole and brings_releases(trains, commit) and not commit.changes.keys() <= known
    )


def brings_releases(trains: Trains, commit: Commit) -> bool:
    """Whether a reconciler signed it, and releases are all that it brings."""
    by = commit.signature.by if isinstance(commit.signature, Signed) else ""
    return (
        len(commit.parents) == 1
        and by in trains.keys
        and bool(commit.changes)
        and all(
            result is not None and class_of(path).sort is Sort.RELEASE
            for path, result in commit.changes.items()
        )
    )
