"""The example apps' source histories: always the same commits, made from files one can read.

``site/tutorial/apps/<app>.toml`` lists an app's commits, ``server.py`` beside it is in all of them.
Author, date and message are given there, so commit and tag ids are the same on every machine. The
bytes of a bundle are not: git's versions pack differently. Compare `refs_of`, which covers all
content by its hashes.
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from reconciler.repository.git import Git
from reconciler.tutorial.edits import edit


@dataclass(frozen=True, slots=True)
class SourceCommit:
    """One commit with its annotated tag, if it has one; ``files`` are those that it changes."""

    at: str
    by: str
    says: str
    files: dict[str, str]
    version: str = ""
    tag: str = ""


def apps_of(tutorial: Path) -> tuple[str, ...]:
    """The example apps by name, sorted."""
    return tuple(sorted(path.stem for path in (tutorial / "apps").glob("*.toml")))


def history_of(tutorial: Path, app: str) -> tuple[SourceCommit, ...]:
    """The commits of an app, oldest first."""
    listed = tomllib.loads((tutorial / "apps" / f"{app}.toml").read_text())["commits"]
    return tuple(SourceCommit(**each) for each in listed)


def build(tutorial: Path, app: str, *, into: Path, home: Path) -> Git:
    """A bare repository of the app's whole history at ``into``, which must not exist yet."""
    into.mkdir(parents=True)
    git = Git(into, home)
    git.tell(["init", "--quiet", "--bare", "--initial-branch", "main"])
    server = (tutorial / "apps" / "server.py").read_bytes()
    git.tell(["fast-import", "--quiet"], stdin=_stream(history_of(tutorial, app), server))
    return git


def bundle(git: Git, path: Path) -> None:
    """Write the repository's main branch and tags as a git bundle."""
    git.tell(["-c", "pack.threads=1", "bundle", "create", "--quiet", str(path), "HEAD", "--all"])


def refs_of(git: Git) -> dict[str, str]:
    """Full ref name → object id (of the tag object, for a tag)."""
    said = git.tell(["for-each-ref", "--format=%(refname) %(objectname)"])
    return {name: oid for name, _, oid in (line.partition(" ") for line in said.splitlines())}


def unbundle(path: Path, *, into: Path, home: Path) -> Git:
    """A bare repository with everything that the bundle holds at ``into``."""
    into.mkdir(parents=True)
    git = Git(into, home)
    git.tell(["init", "--quiet", "--bare", "--initial-branch", "main"])
    git.fetch(str(path), "refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*")
    return git


def release_ids(git: Git, tag: str) -> tuple[str, str]:
    """Commit and root tree that a tag leads to."""
    said = git.tell(["rev-parse", f"refs/tags/{tag}^{{commit}}", f"refs/tags/{tag}^{{tree}}"])
    commit, tree = said.split()
    return commit, tree


def write_ids(path: Path, *, commit: str, tree: str) -> None:
    """Set the ids of a release file, and leave everything else in it as it is."""

    def change(release: Any) -> None:
        release["commit"] = DoubleQuotedScalarString(commit)
        release["components"][0]["artifact"]["tree"] = DoubleQuotedScalarString(tree)

    edit(path, change)


def _stream(commits: tuple[SourceCommit, ...], server: bytes) -> bytes:
    parts: list[bytes] = []
    for mark, commit in enumerate(commits, start=1):
        when = f"{commit.by} {int(datetime.fromisoformat(commit.at).timestamp())} +0000"
        parts += [
            f"commit refs/heads/main\nmark :{mark}\n".encode(),
            f"author {when}\ncommitter {when}\n".encode(),
            _data(f"{commit.says}\n".encode()),
            b"M 100755 inline server.py\n" + _data(server),
        ]
        parts += [
            f"M 100644 inline {name}\n".encode() + _data(text.lstrip("\n").encode())
            for name, text in sorted(commit.files.items())
        ]
        if commit.tag:
            parts += [
                f"tag {commit.tag}\nfrom :{mark}\ntagger {when}\n".encode(),
                _data(f"{commit.says}\n".encode()),
            ]
    return b"".join([*parts, b"done\n"])


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content + b"\n"
