"""Cutting is a function of what was seen: who cuts again gets the same bytes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.changelog import Commit, Person, Span, changes_of
from reconciler.errors import UsageError
from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob
from reconciler.model.app import App
from reconciler.scaffold.cut import Sighted, cut, proposed, version_to_cut
from reconciler.versions import Step

HEAD, TREE = "a" * 40, "b" * 40
DAY = date(2026, 11, 24)


def app(**versions):
    return App.model_validate(
        {
            "apiVersion": "tagboat/v1",
            "kind": "App",
            "name": "shop",
            "versions": {"scheme": "semver", **versions},
            "components": [{"name": "web", "artifact": {"tree": "."}}],
            "tracker": {"name": "jira", "pattern": "SHOP-[0-9]+"},
        }
    )


def seen(*messages, line="1.4.2"):
    ids = [HEAD, *(f"{number:040x}" for number in range(1, len(messages)))]
    commits = tuple(
        Commit(each, (after,), Person("Ana Silva", "ana@shop.example"), text)
        for each, after, text in zip(ids, [*ids[1:], "f" * 40], messages, strict=True)
    )
    return Sighted.of(HEAD, line, changes_of(app(), Span(None, HEAD, commits)))


def file_of(found, version="1.5.0"):
    return cut(app(), found, version, {"web": {"tree": TREE}})


def test_the_file_tells_what_changed_and_pins_what_it_consists_of_T1():
    found = seen("feat(basket): keep it\n\nSHOP-12", "fix: round up", "docs: more")
    assert file_of(found).text == (
        "# yaml-language-server: $schema=../../../schema/release.schema.json\n"
        "apiVersion: tagboat/v1\n"
        "kind: Release\n"
        "app: shop\n"
        'version: "1.5.0"\n'
        'tag: "v1.5.0"\n'
        f'commit: "{HEAD}"\n'
        "components:\n"
        f'  - {{name: web, artifact: {{tree: "{TREE}"}}}}\n'
        'summary: "keep it, and 2 more"\n'
        "notes: |\n"
        "  Added\n"
        "\n"
        "  - basket: keep it (SHOP-12, Ana Silva, aaaaaaaaaa)\n"
        "\n"
        "  Fixed\n"
        "\n"
        "  - round up (Ana Silva, 0000000000)\n"
        "\n"
        "  Upkeep\n"
        "\n"
        "  - more (Ana Silva, 0000000000)\n"
        'tickets: ["SHOP-12"]\n'
        "downtime: none\n"
        "estimate: 10m\n"
        "migration: none\n"
        "way_back: Promote the release before it\n"
    )


@given(
    st.lists(st.text(max_size=200).filter(lambda each: "\0" not in each), min_size=1, max_size=5)
)
def test_whatever_commits_say_the_file_is_valid_and_the_same_each_time_T1(messages):
    found = seen(*messages)
    made = file_of(found)
    assert file_of(Sighted.of_facts(found.as_facts())) == made
    assert not any("\n" in each for each in found.as_facts().values())
    snapshot, report = load(HEAD, {made.path: Blob("100644", HEAD, made.text.encode())})
    assert report.findings == ()
    assert snapshot.releases["shop", "1.5.0"].summary


def test_notes_of_many_changes_are_cut_where_a_file_would_be_too_long():
    made = file_of(seen(*(f"feat: number {each} {'x' * 250}" for each in range(400))))
    assert len(made.text.encode()) < 64 * 1024
    assert "\n  … and " in made.text
    _, report = load(HEAD, {made.path: Blob("100644", HEAD, made.text.encode())})
    assert report.findings == ()


@pytest.mark.parametrize(
    ("messages", "step", "version"),
    [
        (["docs: x", "fix: y"], Step.PATCH, "1.5.2"),
        (["fix: y", "feat: x"], Step.MINOR, "1.6.0"),
        (["chore: y\n\nBREAKING CHANGE: z", "feat: x"], Step.MAJOR, "2.0.0"),
    ],
    ids=["patch", "minor", "major"],
)
def test_what_changed_says_how_far_a_semantic_version_goes(messages, step, version):
    found = seen(*messages)
    assert found.step is step
    assert version_to_cut(app(), found, ["1.4.2", "1.5.1"], day=DAY) == version


def test_a_hotfix_stands_on_what_its_commit_contains_T10():
    found = seen("fix: y")
    assert version_to_cut(app(), found, ["1.4.2", "1.5.1"], day=DAY, hotfix=True) == "1.4.3"
    made = cut(app(), found, "1.4.3", {"web": {"tree": TREE}}, hotfix=True)
    assert "\nhotfix: true\n" in made.text
    with pytest.raises(UsageError, match="nothing to mend"):
        version_to_cut(app(), seen("fix: y", line=""), [], day=DAY, hotfix=True)


def test_a_calendar_version_has_the_day_it_is_cut_M6():
    weekly = app(scheme="calver", pattern="3.YYYY.0W.0N", first=0)
    assert version_to_cut(weekly, seen("x", line=""), ["3.2026.48.00"], day=DAY) == "3.2026.48.01"


def test_tags_pushed_by_hand_become_proposed_releases_the_newest_first_D26():
    taking = app(from_tags=True)
    tags = {"v1.10.0": HEAD, "v1.9.0": TREE, "v1.8.0": HEAD, "nightly": HEAD}
    assert proposed(taking, tags, ["1.8.0"]) == (
        ("1.10.0", "v1.10.0", HEAD),
        ("1.9.0", "v1.9.0", TREE),
    )
    assert proposed(app(), tags, []) == ()
