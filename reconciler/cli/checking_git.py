"""What ``tagboat validate`` finds in a commit or the index, and since a base."""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.checking import Checked, find, key_of, open_store, read, remember, require
from reconciler.diagnostics import Diagnostic, Location, Report
from reconciler.errors import ConfigurationError, TagboatError, UsageError
from reconciler.findings.difference import new_since
from reconciler.folders import managed
from reconciler.manifest.codes import integrity
from reconciler.repository.git import Git, GitError
from reconciler.repository.inspection import differences, folders, inspect, undone
from reconciler.repository.integrity import IntegrityError
from reconciler.repository.trees import Entries, GitContents, entries, folders_of, has_files, staged
from reconciler.system.caches import cache_folder

if TYPE_CHECKING:
    from reconciler.manifest.snapshot import Parsed, Snapshot
    from reconciler.validator.circle import Circle


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
        sides = _sides(git, start, commit if revision else "")
    except IntegrityError as error:
        return _without_files(error.finding)
    odd = Report.of(inspect(git, sides.trees) if sides.trees else ())
    if sides.before and not sides.after and not (revision and has_files(git, commit)):
        odd += Report.of([_empty(commit if revision else "the index")])
    if not sides.changed:
        return Checked(odd, 0, _no_source)
    contents = GitContents(git)
    touched = sides.touched(contents)
    known: dict[tuple[str, str], Parsed] = {}
    store = open_store()
    contents.fetch(
        side[path][1] for side in (sides.before, sides.after) for path in touched if path in side
    )

    def read_side(side: Entries, other: "Snapshot") -> "tuple[Snapshot, Report]":
        some = {path: side[path] for path in touched if path in side}
        return read(some, contents, store=store, known=known, before=other)

    from reconciler.manifest.snapshot import Snapshot
    from reconciler.validator import Review, validate

    now, new = read_side(sides.after, Snapshot("", beyond=sides.around.beyond))
    was, old = read_side(sides.before, now)
    review = Review()
    found = new + validate(now, base=was, review=review)
    # Where nothing is wrong nothing is new, and the rules needn't look at the base.
    if found:
        # Again, since it takes over what the rules have worked out of the files that are the same.
        was, old = read_side(sides.before, now)
        found = new_since(old + validate(was, review=review), found)
    return Checked(odd + found, len(touched), _source(contents, sides.after))


@dataclass(frozen=True, slots=True)
class _Sides:
    """The files before and after that a change is about, and which of them it changes."""

    before: Entries
    after: Entries
    changed: Collection[str]
    around: "Circle"
    trees: Mapping[str, str]
    """The folders that a commit changes: object id → path."""

    def touched(self, contents: GitContents) -> list[str]:
        """The paths of the files that have to be looked at."""

        def texts(paths: Collection[str]) -> Mapping[str, bytes]:
            sides = (self.before, self.after)
            ids = {path: [side[path][1] for side in sides if path in side] for path in paths}
            data = contents.read(each for some in ids.values() for each in some)
            return {
                path: b"\n".join(data.get(each, b"") for each in some) for path, some in ids.items()
            }

        return sorted(self.around.files({**self.before, **self.after}.keys(), read=texts))


def _sides(git: Git, start: str, commit: str) -> _Sides:
    """The files at ``start`` and at a commit, or in the index.

    Raises `IntegrityError` when a folder isn't there to be read.
    """
    from reconciler.validator.circle import circle

    if not commit:
        before, after = entries(git, start), staged(git)
        changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
        around = circle(changed).widened({**before, **after})
        return _Sides(before, after, changed, around, {})
    try:
        former, trees = differences(git, start, commit)
    except GitError:
        entries(git, start)  # says which folder it is
        entries(git, commit)
        raise
    changed = {path for path in former if managed(path)}
    around = circle(changed)
    after = entries(git, commit, apps=around.apps if around.narrow else None)
    before = undone(after, former)
    return _Sides(before, after, changed, around.widened({**before, **after}), trees)


def _parted(git: Git, base: str, commit: str, *, revision: str) -> str:
    finished = git.ask(["merge-base", "--end-of-options", f"{base}^{{commit}}", commit])
    if finished.returncode:
        _resolve(git, base)
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
        raise UsageError(
            f"there is no commit {revision} in {git.folder.absolute()}",
            hint="name a branch, a tag or an id; after a git fetch, origin/NAME is the remote's",
        )
    return found
