from dataclasses import MISSING, fields

import pytest
from facts_changes import changes
from manifest_trees import CORPUS, blob, tree_of

from reconciler.folders import managed
from reconciler.manifest.layering import effective_environments, resolve
from reconciler.manifest.loading import advance, load, report_of
from reconciler.manifest.snapshot import Blob, Snapshot
from reconciler.validator import Review, validate

FOLDERS = sorted(
    each for sort in ("valid", "invalid") for each in (CORPUS / sort).iterdir() if each.is_dir()
)
OURS = {"derived", "layered", "documents"}


def told(snapshot):
    """All that can be seen of a snapshot, in its order, with where each file begins and ends."""
    parts = {
        each.name: repr(getattr(snapshot, each.name))
        for each in fields(snapshot)
        if each.name not in OURS | {"broken"}
    }
    documents = {path: (each.value, each.text) for path, each in snapshot.documents.items()}
    return parts, sorted(snapshot.broken), documents, list(snapshot.documents)


def difference(before, after):
    return {
        path: after.get(path) for path in {*before, *after} if before.get(path) != after.get(path)
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda each: each.name)
def test_m13_going_on_from_other_files_finds_what_a_look_at_all_of_them_finds(folder):
    before = {path: each for path, each in tree_of(folder).items() if managed(path)}
    known, review = {}, Review()
    snapshot, _ = load("0" * 40, before, known)
    validate(snapshot, review=review)
    tree = before
    for name, changed in changes(folder, before):
        after = {path: each for path, each in changed.items() if each is not None}
        snapshot = advance(snapshot, "1" * 40, difference(tree, after), known)
        whole, report = load("1" * 40, after)
        assert told(snapshot) == told(whole), name
        assert report_of(snapshot) == report, name
        assert [repr(each) for each in validate(snapshot, review=review).findings] == [
            repr(each) for each in validate(whole).findings
        ], name
        assert list(effective_environments(snapshot)) == list(effective_environments(whole))
        tree = after


def test_parts_without_a_change_stay_the_very_same_and_so_does_what_was_made_of_them():
    tree = tree_of(CORPUS / "valid" / "two-processes")
    known = {}
    before, _ = load("0" * 40, tree, known)
    (environment, app), *_ = before.promotions
    laid = resolve(before, environment, app)
    path = f"environments/{environment}/{app}.yaml"
    changed = {path: blob(tree[path].data + b"# more\n")}
    after = advance(before, "1" * 40, changed, known)
    assert after.promotions is not before.promotions, "its lines may stand elsewhere now"
    assert after.releases is before.releases
    assert after.placed is before.placed
    assert resolve(after, environment, app) is laid
    policy = f"environments/{environment}/environment.yaml"
    other = advance(after, "2" * 40, {policy: blob(tree[policy].data + b"# more\n")}, known)
    assert resolve(other, environment, app) is not laid


def test_b26_a_path_that_gets_a_twin_is_refused_and_good_again_when_that_goes():
    tree = tree_of(CORPUS / "valid" / "two-processes")
    known = {}
    before, _ = load("0" * 40, tree, known)
    path = next(each for each in tree if each.startswith("releases/") and "release.yaml" in each)
    twin = path.replace("release.yaml", "Release.yaml")
    with_twin = advance(before, "1" * 40, {twin: Blob("100644", "f" * 40, b"x\n")}, known)
    assert path in with_twin.broken
    assert len(with_twin.releases) == len(before.releases) - 1
    again = advance(with_twin, "2" * 40, {twin: None}, known)
    assert told(again)[0].keys() == told(before)[0].keys()
    assert again.releases == before.releases
    assert not again.broken


def test_no_part_of_a_snapshot_can_be_looked_at_unseen():
    assert all(each.default is MISSING for each in fields(Snapshot)), "a class would answer for it"
