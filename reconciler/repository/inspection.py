"""Git's own check of folders, as whoever fetches them makes it (B117)."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler.diagnostics import Diagnostic
from reconciler.errors import TagboatError
from reconciler.folders import FOLDERS, managed
from reconciler.repository.git import Git
from reconciler.repository.integrity import integrity_of, malformed_object
from reconciler.repository.trees import Entries

_MOST = 20
"""Findings; each costs another run."""
_TREE, _NOTHING = "040000", "000000"

Former = Mapping[str, tuple[str, str] | None]
"""Path → the mode and object id that it had; nothing where it is new."""


def folders(git: Git, commit: str) -> dict[str, str]:
    """Object id → path of every managed folder of a commit, and of its top."""
    said = git.tell(["ls-tree", "-r", "-d", "-z", "--full-tree", commit, "--", *FOLDERS])
    lines = (line.split("\t", 1) for line in said.split("\0") if line)
    found = {head.split()[2]: path for head, path in lines if head.startswith(_TREE)}
    return {git.tell(["rev-parse", f"{commit}^{{tree}}"]): ".", **found}


def differences(git: Git, before: str, after: str) -> tuple[Former, dict[str, str]]:
    """What files that differ between two commits were before, and the folders after, as `folders`.

    Raises `GitError` when a folder isn't there to be read.
    """
    arguments = ["diff-tree", "-r", "-t", "-z", "--no-renames", "--no-abbrev", "--raw"]
    fields = iter(git.tell([*arguments, before, after, "--", *FOLDERS]).split("\0"))
    former: dict[str, tuple[str, str] | None] = {}
    found: dict[str, str] = {}
    for each in fields:
        if not each:
            continue
        (old, new, old_id, new_id, _), path = each[1:].split(" "), next(fields)
        if new == _TREE:
            found[new_id] = path
        # A file that became a folder, or was one, is told twice.
        if old not in {_NOTHING, _TREE}:
            former[path] = (old, old_id)
        elif new not in {_NOTHING, _TREE}:
            former.setdefault(path, None)
    return former, {git.tell(["rev-parse", f"{after}^{{tree}}"]): ".", **found}


def undone(after: Entries, former: Former) -> dict[str, tuple[str, str]]:
    """The entries before, made of those after and of `differences`."""
    before = dict(after)
    for path, each in former.items():
        if each is None:
            before.pop(path, None)
        elif managed(path):
            before[path] = each
    return before


def inspect(git: Git, trees: Mapping[str, str]) -> Iterator[Diagnostic]:
    """What git's check refuses in these trees: their names, modes and order, and what is missing.

    ``ls-tree`` and the diff of a merge request show some of them as if they were in order.
    """
    left = dict(trees)
    own = _objects(git)
    with tempfile.TemporaryDirectory(prefix="tagboat-") as scratch:
        extra = {
            "GIT_OBJECT_DIRECTORY": scratch,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(own.absolute()),
        }
        for _ in range(_MOST):
            asked = "".join(f"{each}\n" for each in left).encode()
            packed = git.ask(["pack-objects", "--stdout", "-q", "--window=0"], stdin=asked)
            checked = packed
            if not packed.returncode:
                checked = git.ask(
                    ["index-pack", "--stdin", "--strict"], stdin=packed.stdout, extra=extra
                )
            if not checked.returncode:
                return
            said = checked.stderr.decode(errors="replace")
            bad = malformed_object(said)
            finding = integrity_of(said, left.pop(bad, "."))
            if finding is None:
                raise TagboatError(f"git {os.fspath(git.folder)}: {checked.complaint}")
            yield finding
            if not bad:
                return


def _objects(git: Git) -> Path:
    """Where the repository keeps its objects; git is asked only where that isn't plain to see."""
    for folder in (git.folder, git.folder / ".git"):
        if (folder / "HEAD").is_file() and (folder / "objects").is_dir():
            return folder / "objects"
    return git.folder / git.tell(["rev-parse", "--git-path", "objects"])
