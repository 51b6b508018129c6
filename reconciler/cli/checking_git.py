"""What ``tagboat validate`` finds in a commit or the index, and since a base."""

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.checking import Checked, find, key_of, open_store, read, remember, require
from reconciler.diagnostics import Diagnostic, Location, Report
from reconciler.errors import ConfigurationError, TagboatError, UsageError
from reconciler.findings.difference import new_since
from reconciler.manifest.codes import integrity
from reconciler.repository.git import Git, GitError
from reconciler.repository.inspection import differences, folders, inspect, undone
from reconciler.repository.integrity import IntegrityError
from reconciler.repository.trees import Entries, GitContents, entries, folders_of, staged
from reconciler.system.caches import cache_folder

if TYPE_CHECKING:
    from reconciler.manifest.snapshot import Parsed, Snapshot


def check_commit(folder: Path, revision: str) -> Checked:
    """The files of a commit, and whether git's own check takes their folders."""
    git = _git(folder)
    commit = _resolve(git, revision)
    try:
        found = entries(git, commit)
    except IntegrityError as error:
        return _without_files(error.finding)
    return _check(git, found, commit=commit) if found else _without_files(_empty(commit))


def check_staged(folder: Path) -> Checked:
    """The files as the next commit would have them."""
    git = _git(folder)
    found = staged(git)
    require(found, folder)
    return _check(git, found)


def check_since(folder: Path, base: str, *, revision: str = "") -> Checked:
    """What is wrong at a commit (or in the index) and wasn't where its branch left ``base``.

    Reads the files that changed and those that they touch. The same finding on another line is no
    new one.
    """
    git = _git(folder)
    commit = _resolve(git, revision or "HEAD")
    start = _parted(git, base, commit, revision=revision)
    try:
        before, after, trees = _sides(git, start, commit, revision=revision)
    except IntegrityError as error:
        return _without_files(error.finding)
    odd = Report.of(inspect(git, trees) if revision else ())
    if before and not after:
        odd += Report.of([_empty(commit if revision else "the index")])
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    if not changed:
        return Checked(odd, 0, _no_source)
    contents = GitContents(git)
    sides = (before, after)
    touched = _circle(sides, changed, contents)
    known: dict[tuple[str, str], Parsed] = {}
    store = open_store()

    def read_side(side: Entries, other: "Snapshot | None" = None) -> "tuple[Snapshot, Report]":
        some = {path: each for path, each in side.items() if path in touched}
        return read(some, contents, store=store, known=known, before=other)

    from reconciler.validator import Review, validate

    now, new = read_side(after)
    was, old = read_side(before, now)
    review = Review()
    found = new + validate(now, base=was, review=review)
    # Where nothing is wrong nothing is new, and the rules needn't look at the base.
    if found:
        # Again, since it takes over what the rules have worked out of the files that are the same.
        was, old = read_side(before, now)
        found = new_since(old + validate(was, review=review), found)
    return Checked(odd + found, len(touched), _source(contents, after))


def _sides(
    git: Git, start: str, commit: str, *, revision: str
) -> tuple[Entries, Entries, Mapping[str, str]]:
    """The files before and after, and the folders that a commit changes: object id → path.

    Raises `IntegrityError` when a folder isn't there to be read.
    """
    if not revision:
        return entries(git, start), staged(git), {}
    after = entries(git, commit)
    try:
        former, trees = differences(git, start, commit)
    except GitError:
        entries(git, start)  # says which folder it is
        raise
    return undone(after, former), after, trees


def _parted(git: Git, base: str, commit: str, *, revision: str) -> str:
    finished = git.ask(["merge-base", _resolve(git, base), commit])
    if finished.returncode:
        raise ConfigurationError(
            f"nothing here says where {base} and {revision or 'HEAD'} parted",
            hint="fetch more of the history (git fetch --unshallow)",
        )
    return finished.text.strip()


def _check(git: Git, found: Entries, *, commit: str = "") -> Checked:
    contents, store = GitContents(git), open_store()

    def check() -> Report:
        odd = Report.of(inspect(git, folders(git, commit)) if commit else ())
        return odd + find(found, contents, store=store, known={})

    # Equal entries may come from folders that are written in another way.
    key = key_of(found) + (folders_of(git, commit) if commit else "")
    return Checked(remember(key, store, check), len(found), _source(contents, found))


def _without_files(finding: Diagnostic) -> Checked:
    return Checked(Report.of([finding]), 0, _no_source)


def _empty(where: str) -> Diagnostic:
    said = f"{where[:12]} has no file below releases/ or environments/"
    return integrity.GONE.at(Location("."), said, hint="restore the files")


def _circle(
    sides: tuple[Entries, Entries], changed: Collection[str], contents: GitContents
) -> frozenset[str]:
    from reconciler.validator.circle import circle

    def texts(paths: Collection[str]) -> Mapping[str, bytes]:
        ids = {path: [side[path][1] for side in sides if path in side] for path in paths}
        data = contents.read(each for some in ids.values() for each in some)
        return {
            path: b"\n".join(data.get(each, b"") for each in some) for path, some in ids.items()
        }

    return circle({**sides[0], **sides[1]}.keys(), changed, read=texts)


def _no_source(_path: str) -> None:
    """No text: nothing could be read."""


def _source(contents: GitContents, found: Entries) -> Callable[[str], str | None]:
    def source(path: str) -> str | None:
        mode, each = found.get(path, ("", ""))
        try:
            return contents.text(path, each) if mode.startswith("100") else None
        except TagboatError:
            return None  # a missing object is told already

    return source


def _git(folder: Path) -> Git:
    # A hook of `git commit FILE` has the next commit in an index of its own.
    index = os.environ.get("GIT_INDEX_FILE")
    own = {"GIT_INDEX_FILE": str(Path(index).absolute())} if index else {}
    return Git(folder, cache_folder() / "git-home", own)


def _resolve(git: Git, revision: str) -> str:
    found = git.resolve(revision)
    if found is None:
        raise UsageError(f"there is no commit {revision} in {git.folder.absolute()}")
    return found
