"""The example apps' histories are what their readable files say, on every machine."""

from pathlib import Path

import pytest
import yaml

from reconciler.tutorial.layout import APPS
from reconciler.tutorial.sources import (
    SourceCommit,
    apps_of,
    build,
    bundle,
    history_of,
    refs_of,
    release_ids,
    unbundle,
    write_ids,
)


def tagged(tutorial: Path, app: str) -> list[SourceCommit]:
    return [each for each in history_of(tutorial, app) if each.tag]


@pytest.mark.parametrize("app", sorted(APPS))
def test_a_rebuilt_history_has_the_refs_of_the_committed_bundle(
    app: str, project: Path, tmp_path: Path, home: Path
) -> None:
    # Object ids and not bytes: git's versions pack the same objects differently.
    tutorial = project / "site" / "tutorial"
    built = build(tutorial, app, into=tmp_path / "built", home=home)
    shipped = unbundle(tutorial / f"{app}.bundle", into=tmp_path / "shipped", home=home)
    assert refs_of(built) == refs_of(shipped)
    assert len(refs_of(built)) == 1 + len(tagged(tutorial, app))
    shipped.tell(["fsck", "--full", "--strict"])


@pytest.mark.parametrize("app", sorted(APPS))
def test_every_release_file_names_the_commit_and_tree_of_its_annotated_tag(
    app: str, project: Path, tmp_path: Path, home: Path
) -> None:
    tutorial = project / "site" / "tutorial"
    git = unbundle(tutorial / f"{app}.bundle", into=tmp_path / "git", home=home)
    scheme = yaml.safe_load((project / "releases" / app / "app.yaml").read_text())["versions"]
    versions = {path.parent.name for path in (project / "releases" / app).glob("*/release.yaml")}
    assert versions == {each.version for each in tagged(tutorial, app)}
    for each in tagged(tutorial, app):
        path = project / "releases" / app / each.version / "release.yaml"
        release = yaml.safe_load(path.read_text())
        assert release["tag"] == each.tag == scheme["tag"].replace("{version}", each.version)
        tree = release["components"][0]["artifact"]["tree"]
        assert (release["commit"], tree) == release_ids(git, each.tag)
        assert git.tell(["cat-file", "-t", f"refs/tags/{each.tag}"]) == "tag"


def test_all_example_apps_are_known(project: Path) -> None:
    assert set(apps_of(project / "site" / "tutorial")) == set(APPS)


def test_a_bundle_of_a_changed_source_has_other_ids(
    project: Path, tmp_path: Path, home: Path
) -> None:
    copy = tmp_path / "tutorial"
    (copy / "apps").mkdir(parents=True)
    (copy / "apps" / "server.py").write_text("print('other')\n")
    text = (project / "site" / "tutorial" / "apps" / "shop.toml").read_text()
    (copy / "apps" / "shop.toml").write_text(text)
    other = build(copy, "shop", into=tmp_path / "other", home=home)
    bundle(other, tmp_path / "other.bundle")
    again = unbundle(tmp_path / "other.bundle", into=tmp_path / "again", home=home)
    shipped = Path(project / "site" / "tutorial" / "shop.bundle")
    real = unbundle(shipped, into=tmp_path / "real", home=home)
    assert refs_of(again) == refs_of(other)
    assert not set(refs_of(again).values()) & set(refs_of(real).values())


def test_writing_ids_changes_nothing_else_of_a_release_file(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "release.yaml"
    before = (project / "releases" / "shop" / "1.3.0" / "release.yaml").read_text()
    path.write_text(before)
    write_ids(path, commit="a" * 40, tree="b" * 40)
    changed = [
        (old, new)
        for old, new in zip(before.splitlines(), path.read_text().splitlines(), strict=True)
        if old != new
    ]
    assert [new.strip() for _, new in changed] == [
        f'commit: "{"a" * 40}"',
        f'- {{name: web, artifact: {{tree: "{"b" * 40}"}}}}',
    ]
