"""Git's own check of folders, as whoever fetches them makes it (B117)."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler.diagnostics import Diagnostic
from reconciler.errors import TagboatError
from reconciler.folders import FOLDERS
from reconciler.repository.git import Git
from reconciler.repository.integrity import integrity_of, malformed_object

_MOST = 20
"""Findings; each costs another run."""
_TREE = "040000"


def folders(git: Git, commit: str) -> dict[str, str]:
    """Object id → path of every managed folder of a commit, and of its top."""
    said = git.tell(["ls-tree", "-r", "-d", "-z", "--full-tree", commit, "--", *FOLDERS])
    lines = (line.split("\t", 1) for line in said.split("\0") if line)
    found = {head.split()[2]: path for head, path in lines if head.startswith(_TREE)}
    return {git.tell(["rev-parse", f"{commit}^{{tree}}"]): ".", **found}


def changed_folders(git: Git, before: str, after: str) -> dict[str, str]:
    """The same, of those that differ between two commits."""
    arguments = ["diff-tree", "-r", "-t", "-z", "--no-renames", "--no-abbrev", "--raw"]
    fields = iter(git.tell([*arguments, before, after, "--", *FOLDERS]).split("\0"))
    found: dict[str, str] = {}
    for each in fields:
        if each:
            (_, mode, _, object_id, _), path = each.split(" "), next(fields)
            if mode == _TREE:
                found[object_id] = path
    return {git.tell(["rev-parse", f"{after}^{{tree}}"]): ".", **found}


def inspect(git: Git, trees: Mapping[str, str]) -> Iterator[Diagnostic]:
    """What git's check refuses in these trees: their names, modes and order, and what is missing.

    ``ls-tree`` and the diff of a merge request show some of them as if they were in order.
    """
    left = dict(trees)
    own = Path(git.tell(["rev-parse", "--git-path", "objects"]))
    with tempfile.TemporaryDirectory(prefix="tagboat-") as scratch:
        extra = {
            "GIT_OBJECT_DIRECTORY": scratch,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str((git.folder / own).absolute()),
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
