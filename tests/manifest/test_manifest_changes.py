"""What may not change between two commits: each case has what was there before, and what is now."""

import os

import pytest
from manifest_trees import CORPUS, blob, tree_of

from reconciler.manifest.loading import load
from reconciler.validator import validate

CASES = sorted((CORPUS / "changes").iterdir())


@pytest.mark.parametrize("folder", CASES, ids=lambda each: each.name)
def test_a_bad_change_has_exactly_the_expected_findings(folder):
    base, _ = load("0" * 40, tree_of(folder / "base"))
    snapshot, report = load("1" * 40, tree_of(folder / "head"))
    found = "".join(f"{each}\n" for each in (report + validate(snapshot, base=base)).findings)
    expected = folder / "expected.txt"
    if os.environ.get("TAGBOAT_UPDATE_CORPUS"):
        expected.write_text(found)
    assert found
    assert found == expected.read_text()


@pytest.mark.parametrize("folder", CASES, ids=lambda each: each.name)
def test_what_was_there_before_was_good(folder):
    snapshot, report = load("0" * 40, tree_of(folder / "base"))
    assert (report + validate(snapshot)).findings == ()


@pytest.mark.parametrize("folder", CASES, ids=lambda each: each.name)
def test_a_change_is_judged_only_against_something(folder):
    snapshot, report = load("1" * 40, tree_of(folder / "head"))
    assert (report + validate(snapshot)).findings == ()


def test_no_change_has_no_findings():
    for folder in (CORPUS / "valid").iterdir():
        snapshot, _ = load("0" * 40, tree_of(folder))
        assert validate(snapshot, base=snapshot).findings == ()


def test_an_app_may_go_with_all_its_releases_while_another_stays(small):
    other = {
        path.replace("/shop/", "/blog/"): blob(each.data.replace(b"shop", b"blog"))
        for path, each in small.items()
        if path.startswith("releases/")
    }
    base, _ = load("0" * 40, {**small, **other})
    snapshot, report = load("1" * 40, small)
    assert not report
    assert validate(snapshot, base=base).findings == ()


def test_an_override_lets_a_lower_version_pass_B41(small):
    folder = CORPUS / "changes" / "B41-lower-version"
    base, _ = load("0" * 40, tree_of(folder / "base"))
    tree, path = tree_of(folder / "head"), "environments/dev/shop.yaml"
    said = b"""override:
  gate: require/not-behind
  release: "1.9.0"
  reason: The candidate was withdrawn
  evidence: https://tickets.example/7
  expires: "2026-12-01T00:00:00Z"
"""
    tree[path] = blob(tree[path].data + said)
    assert validate(load("1" * 40, tree)[0], base=base).findings == ()
