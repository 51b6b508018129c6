"""Which files are in a folder is known again without listing it; what changed is seen."""

import os
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from manifest_trees import CORPUS

import reconciler
from reconciler.cli.checking import check_folder, open_store
from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob
from reconciler.repository.folders import read_folder
from reconciler.repository.glance import fingerprint, glance, looks, names_of
from reconciler.repository.walking import walk, walk_again

LATER = datetime.now(UTC) + timedelta(days=1)
"""When all that the tests write has settled."""
SHOP = "releases/shop/1.2.0/release.yaml"


@pytest.fixture
def top(tmp_path):
    for path in (SHOP, "environments/dev/shop.yaml", "calendars/at.ics", "calendars/notes.txt"):
        file = tmp_path / "top" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    return tmp_path / "top"


def test_unchanged_folders_are_known_again(top):
    files, listing = walk_again(top, {}, now=LATER)
    assert list(files) == ["calendars/at.ics", "environments/dev/shop.yaml", SHOP]
    assert walk_again(top, listing, now=LATER) == (files, listing)
    # The only way to see that a folder isn't listed: what is known of it says something else.
    known = {path: [times, sub, []] for path, (times, sub, _) in listing.items()}
    assert walk_again(top, known, now=LATER)[0] == {}


CHANGES = {
    "a file added": lambda top: (top / "releases/shop/1.2.0/notes.md").write_text("new"),
    "a file removed": lambda top: (top / SHOP).unlink(),
    "a folder added": lambda top: shutil.copytree(top / "releases/shop", top / "releases/blog"),
    "a folder removed": lambda top: shutil.rmtree(top / "releases"),
    "a file renamed": lambda top: (top / SHOP).rename(top / "releases/shop/1.2.0/other.yaml"),
    "a file made a link": lambda top: ((top / SHOP).unlink(), (top / SHOP).symlink_to("/dev/null")),
    "a file made a folder": lambda top: ((top / SHOP).unlink(), (top / SHOP).mkdir()),
    "a folder made a link": lambda top: (
        shutil.rmtree(top / "releases"),
        (top / "releases").symlink_to("environments"),
    ),
    "a folder moved here": lambda top: (
        shutil.copytree(top / "releases", top / "other"),
        shutil.rmtree(top / "releases"),
        (top / "other" / "shop" / "1.3.0").mkdir(),
        (top / "other").rename(top / "releases"),
    ),
    "a file written anew": lambda top: (top / SHOP).write_text("something longer than it was"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_m4_what_changes_in_a_known_folder_is_seen(top, change):
    before, listing = walk_again(top, {}, now=LATER)
    CHANGES[change](top)
    files, again = walk_again(top, listing, now=LATER)
    assert files == walk(top)
    assert known_by(files) != known_by(before)
    assert walk_again(top, {}, now=LATER) == (files, again)


@pytest.mark.parametrize("name", ["releases", "environments"])
def test_b22_a_managed_folder_that_is_a_link_is_told(top, name):
    shutil.rmtree(top / name)
    (top / name).symlink_to("/etc")
    found, contents = read_folder(top, walk(top))
    mode, object_id = found[name]
    report = load("", {name: Blob(mode, object_id, contents.data[object_id])})[1]
    (finding,) = report.findings
    assert (finding.code, str(finding.location)) == ("TB401", name)
    assert walk_again(top, {}, now=LATER)[0] == walk(top)


def test_a_folder_that_was_just_changed_is_not_known(top):
    changed = (top / "releases/shop/1.2.0").stat().st_ctime
    _, listing = walk_again(top, {}, now=datetime.fromtimestamp(changed + 1, UTC))
    assert listing == {}
    files, listing = walk_again(top, {}, now=LATER)
    assert known_by(files, now=datetime.fromtimestamp(changed + 1, UTC)) == ""
    assert known_by(files)


def test_m4_a_folder_without_a_change_is_known_at_a_glance(top):
    files, listing = walk_again(top, {}, now=LATER)
    paths, said = glance(top, names_of(listing, files))
    assert paths == list(files)
    assert fingerprint(paths, said, now=LATER) == known_by(files)


@pytest.mark.parametrize("change", CHANGES)
def test_m4_what_changes_is_seen_at_a_glance(top, change):
    before, listing = walk_again(top, {}, now=LATER)
    CHANGES[change](top)
    seen = glance(top, names_of(listing, before))
    assert seen is None or fingerprint(*seen, now=LATER) != known_by(before)


def test_m4_a_managed_folder_that_comes_is_seen_at_a_glance(top):
    shutil.rmtree(top / "environments")
    files, listing = walk_again(top, {}, now=LATER)
    assert glance(top, names_of(listing, files)) is not None
    (top / "environments").symlink_to("/etc")
    assert glance(top, names_of(listing, files)) is None


@pytest.mark.parametrize("names", ["", "\0\0", "x\0\0releases\0\0", "x\0\0/etc\0\0/etc/passwd"])
def test_m4_names_that_were_never_kept_are_no_knowledge(top, names):
    assert glance(top, names) is None
    assert glance(top / "nowhere", names) is None


def test_m4_a_folder_too_young_to_tell_is_not_known_at_a_glance(top):
    changed = (top / "releases/shop/1.2.0").stat().st_ctime
    young = datetime.fromtimestamp(changed + 1, UTC)
    os.utime(top / "calendars")
    files, listing = walk_again(top, {}, now=young)
    assert glance(top, names_of(listing, files)) is None
    listing = {
        path: found
        for path, found in walk_again(top, {}, now=LATER)[1].items()
        if "1.2" not in path
    }
    assert names_of(listing, files) == ""


def test_m4_a_check_without_a_change_lists_no_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for folder in (CORPUS / "valid" / "one-app", CORPUS / "valid" / "one-app" / "releases"):
        first = check_folder(folder)
        store, place = open_store(), os.fsencode(CORPUS / "valid" / "one-app").hex()
        assert store.recall([f"names {place}"])[f"names {place}"]
        # The only way to see that it isn't walked: what a walk keeps isn't there again.
        store.keep({f"listing {place}": ""})
        again = check_folder(folder)
        assert (again.report, again.files) == (first.report, first.files)
        assert store.recall([f"listing {place}"]) == {f"listing {place}": ""}


def test_m4_a_folder_whose_name_is_no_text_is_walked_each_time(monkeypatch, top):
    monkeypatch.setenv("XDG_CACHE_HOME", str(top.parent / "cache"))
    odd = top / "releases" / os.fsdecode(b"odd\xff")
    odd.mkdir()
    (odd / "a.yaml").write_text("x")
    said = [check_folder(top).report for _ in range(2)]
    assert said[0] == said[1]
    assert any("odd" in each.location.path for each in said[0].findings)


def known_by(files, now=LATER):
    return fingerprint(list(files), looks(files.values()), now=now)


SAID = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from reconciler.system.editions import edition, remembered_edition
now = datetime.now(UTC) + timedelta(days=int(sys.argv[2]))
said = remembered_edition(Path(sys.argv[1]), now=now)
print(said == edition(), said)
"""


@pytest.fixture
def said(tmp_path):
    """Copied code, and what it says of its own edition."""
    code = tmp_path / "code"
    shutil.copytree(
        Path(reconciler.__file__).parent,
        code / "reconciler",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (tmp_path / "kept").mkdir()

    def say(days):
        told = subprocess.run(
            [sys.executable, "-c", SAID, str(tmp_path / "kept"), str(days)],
            cwd=code,
            env={**os.environ, "PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        right, name = told.stdout.split()
        return right == "True", name

    return say


def test_the_edition_is_remembered_until_the_code_changes(said, tmp_path):
    kept = tmp_path / "kept" / "edition"
    assert said(days=0)[0]
    assert not kept.exists(), "the copied code is too young to be known again"
    right, first = said(days=1)
    assert right
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    # The only way to see that the code isn't read: what was kept says something else.
    times, _ = kept.read_text().split()
    kept.write_text(f"{times} {'0' * 64}\n")
    assert said(days=1) == (False, "0" * 64)
    kept.chmod(0o644)
    assert said(days=1) == (True, first), "what others can write isn't believed"
    with (tmp_path / "code/reconciler/model/release.py").open("a") as file:
        file.write("# another\n")
    right, second = said(days=1)
    assert right
    assert second != first
