"""Commits by which a reconciler changes files of the repository."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from reconciler.repository.git import Git
from reconciler.repository.seals import Author, commit_signed


def commit_files(
    git: Git, files: Mapping[str, bytes], message: str, *, onto: str, by: Author, at: datetime
) -> str:
    """A signed commit on ``onto`` with these files written; no ref knows it yet.

    Raises `ConfigurationError` when the key can't sign.
    """
    tree = tree_with(git, files, onto=onto)
    return commit_signed(git, tree, message, parent=onto, name=by.name, at=at, key=by.key)


def tree_with(git: Git, files: Mapping[str, bytes], *, onto: str) -> str:
    """The tree of ``onto`` with these files written."""
    with tempfile.TemporaryDirectory(prefix="tagboat-") as scratch:
        index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        git.tell(["read-tree", onto], extra=index)
        for path, data in files.items():
            blob = git.tell(["hash-object", "-w", "--stdin"], stdin=data)
            entry = f"100644,{blob},{path}"
            git.tell(["update-index", "--add", "--cacheinfo", entry], extra=index)
        return git.tell(["write-tree"], extra=index)
