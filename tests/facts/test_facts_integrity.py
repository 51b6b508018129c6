"""The states of git that a merge request can bring, by the codes that the daemon has for them."""

import json

import pytest
from manifest_trees import CORPUS, tree_of

SHOP = "environments/dev/shop.yaml"


@pytest.fixture
def started(clone):
    tree = tree_of(CORPUS / "valid" / "one-app")
    clone.commit({path: each.data for path, each in tree.items()})
    return clone


def found(clone, *words):
    told = clone.call("validate", "--format", "json", *words)
    assert told.returncode in (0, 1), told.stderr
    findings = [(each["code"], each["path"]) for each in json.loads(told.stdout)["findings"]]
    assert told.returncode == bool(findings)
    return findings


def committed(clone, top):
    """A commit of this tree on HEAD, as HEAD."""
    commit = clone.git.tell(["commit-tree", top, "-p", "HEAD", "-m", "m"])
    clone.git.tell(["update-ref", "HEAD", commit])


def odd_tree(clone, sort):
    """The tree of HEAD, whose folder environments/dev is written as git wouldn't write it."""
    entries = []
    for line in clone.git.tell(["ls-tree", "HEAD:environments/dev"]).splitlines():
        (mode, _, object_id), name = line.split("\t")[0].split(), line.split("\t")[1]
        entries.append((mode, name, object_id))
    match sort:
        case "git-entry":
            entries.insert(0, ("100644", ".git", entries[0][2]))
        case "zero-padded-mode":
            entries[0] = ("0100644", *entries[0][1:])
        case "name-twice":
            entries.append(entries[-1])
        case _:
            entries.reverse()
    raw = b"".join(
        f"{mode} {name}\0".encode() + bytes.fromhex(each) for mode, name, each in entries
    )
    arguments = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"]
    dev = clone.git.tell(arguments, stdin=raw)
    inside = clone.git.tell(["ls-tree", "HEAD:environments"]).splitlines()
    lines = [each for each in inside if not each.endswith("\tdev")]
    text = "\n".join([*lines, f"040000 tree {dev}\tdev", ""])
    environments = clone.git.tell(["mktree"], stdin=text.encode())
    releases = clone.git.tell(["rev-parse", "HEAD:releases"])
    text = f"040000 tree {environments}\tenvironments\n040000 tree {releases}\treleases\n"
    return clone.git.tell(["mktree"], stdin=text.encode())


@pytest.mark.parametrize("sort", ["git-entry", "zero-padded-mode", "name-twice", "wrong-order"])
def test_b117_a_folder_that_gits_own_check_refuses_is_told(started, sort):
    assert found(started, "--commit", "HEAD") == []
    committed(started, odd_tree(started, sort))
    # Said again by what the first run has kept.
    for words in (["--commit", "HEAD"], ["--commit", "HEAD"], ["--base", "HEAD~1"]):
        assert ("TB405", "environments/dev") in found(started, *words)


def test_b117_two_odd_folders_are_told_in_one_run(started):
    committed(started, odd_tree(started, "zero-padded-mode"))
    inside = started.git.tell(["ls-tree", "HEAD:environments"]).splitlines()
    raw = b"".join(
        f"{mode.lstrip('0') if name == 'dev' else '0' + mode} {name}\0".encode()
        + bytes.fromhex(each)
        for mode, each, name in (
            (line.split()[0], line.split()[2], line.split("\t")[1]) for line in inside
        )
    )
    arguments = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"]
    environments = started.git.tell(arguments, stdin=raw)
    releases = started.git.tell(["rev-parse", "HEAD:releases"])
    text = f"040000 tree {environments}\tenvironments\n040000 tree {releases}\treleases\n"
    committed(started, started.git.tell(["mktree"], stdin=text.encode()))
    expected = [("TB405", "environments"), ("TB405", "environments/dev")]
    assert found(started, "--commit", "HEAD") == expected


@pytest.mark.parametrize("lost", [SHOP, "environments/dev"], ids=["file", "folder"])
def test_b116_what_the_clone_lacks_is_told(started, lost):
    lost = next(
        each
        for each in started.git.tell(["ls-tree", "-r", "-t", "--name-only", "HEAD"]).splitlines()
        if each.startswith("environments/") and each.endswith(".yaml") is lost.endswith(".yaml")
    )
    started.write({lost: b"# another\n"} if lost.endswith(".yaml") else {f"{lost}/x": b"x"})
    started.git.tell(["add", "-A"])
    started.git.tell(["commit", "-q", "-m", "m"])
    object_id = started.git.tell(["rev-parse", f"HEAD:{lost}"])
    (started.folder / ".git/objects" / object_id[:2] / object_id[2:]).unlink()
    place = lost if lost.endswith(".yaml") else "environments"
    for words in (["--commit", "HEAD"], ["--base", "HEAD~1"]):
        assert ("TB404", place) in found(started, *words)


def test_b115_a_commit_without_files_is_told(started):
    empty = started.git.tell(["mktree"], stdin=b"")
    committed(started, empty)
    assert found(started, "--commit", "HEAD") == [("TB406", ".")]
    assert ("TB406", ".") in found(started, "--base", "HEAD~1")
