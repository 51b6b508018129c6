"""What ``tagboat validate`` finds: in a folder, a commit or the index, and since a base."""

import gc
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.diagnostics import Report
from reconciler.errors import ConfigurationError, UsageError
from reconciler.findings import json
from reconciler.findings.difference import new_since
from reconciler.repository.folders import fingerprint, read_folder, walk
from reconciler.system.caches import cache_folder
from reconciler.system.clock import SystemClock
from reconciler.system.facts import FactStore, edition

if TYPE_CHECKING:
    from reconciler.manifest.snapshot import Parsed, Snapshot
    from reconciler.repository.git import Git
    from reconciler.repository.reading import Contents
    from reconciler.repository.trees import Entries, GitContents


@dataclass(frozen=True, slots=True)
class Checked:
    """Findings, the number of files that were looked at, and how to get the text of one."""

    report: Report
    files: int
    source: Callable[[str], str | None]


def check_folder(folder: Path) -> Checked:
    """The files as they lie here."""
    files = walk(folder)
    _require(files, folder)

    store = _store()

    def check() -> Report:
        found, contents = read_folder(folder, files)
        return _remembered(
            _key(found), store, lambda: _findings(found, contents, store=store, known={})
        )

    def source(path: str) -> str | None:
        try:
            return (folder / path).read_bytes().decode()
        except (OSError, UnicodeError):
            return None

    key = fingerprint(files, now=SystemClock().now())
    return Checked(_remembered(key, store, check), len(files), source)


def check_commit(folder: Path, revision: str) -> Checked:
    """The files of a commit."""
    from reconciler.repository.trees import entries

    git = _git(folder)
    return _check(git, entries(git, _resolve(git, revision)), folder)


def check_staged(folder: Path) -> Checked:
    """The files as the next commit would have them."""
    from reconciler.repository.trees import staged

    git = _git(folder)
    return _check(git, staged(git), folder)


def check_since(folder: Path, base: str, *, revision: str = "") -> Checked:
    """What is wrong at a commit (or in the index) and wasn't where its branch left ``base``.

    Reads the files that changed and those that they touch. The same finding on another line is no
    new one.
    """
    from reconciler.repository.trees import GitContents, entries, staged

    git = _git(folder)
    commit = _resolve(git, revision or "HEAD")
    parted = git.ask(["merge-base", _resolve(git, base), commit])
    if parted.returncode:
        raise ConfigurationError(
            f"nothing here says where {base} and {revision or 'HEAD'} parted",
            hint="fetch more of the history (git fetch --unshallow)",
        )
    start = parted.text.strip()
    before, after = entries(git, start), entries(git, commit) if revision else staged(git)
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    if not changed:
        return Checked(Report(), 0, lambda _: None)
    contents = GitContents(git)
    sides = (before, after)
    touched = _circle(sides, changed, contents)
    known: dict[tuple[str, str], Parsed] = {}
    store = _store()

    (was, old), (now, new) = (
        _loaded(
            {path: each for path, each in side.items() if path in touched},
            contents,
            store=store,
            known=known,
        )
        for side in sides
    )
    from reconciler.validator import validate

    found = new + validate(now, base=was)
    # Where nothing is wrong nothing is new, and the rules needn't look at the base.
    if found:
        found = new_since(old + validate(was), found)
    return Checked(found, len(touched), _source(contents, after))


def _check(git: "Git", found: "Entries", folder: Path) -> Checked:
    from reconciler.repository.trees import GitContents

    _require(found, folder)
    contents, store = GitContents(git), _store()
    report = _remembered(
        _key(found), store, lambda: _findings(found, contents, store=store, known={})
    )
    return Checked(report, len(found), _source(contents, found))


def _key(found: "Entries") -> str:
    return "".join(f"{mode} {each} {path}\0" for path, (mode, each) in sorted(found.items()))


def _remembered(key: str, store: FactStore, check: Callable[[], Report]) -> Report:
    """The report on exactly these files, made now or by an earlier run; no key, no memory."""
    name = f"report {blake2b(key.encode(errors='surrogateescape')).hexdigest()}"
    if key and (text := store.recall([name]).get(name)):
        known = json.read(text)
        if known is not None:
            return known
    report = check()
    if key:
        store.keep({name: json.write(report)})
    return report


def _findings(
    found: "Entries",
    contents: "Contents",
    *,
    store: FactStore,
    known: "dict[tuple[str, str], Parsed]",
) -> Report:
    from reconciler.validator import validate

    snapshot, report = _loaded(found, contents, store=store, known=known)
    return report + validate(snapshot)


def _loaded(
    found: "Entries",
    contents: "Contents",
    *,
    store: FactStore,
    known: "dict[tuple[str, str], Parsed]",
) -> "tuple[Snapshot, Report]":
    from reconciler.repository.reading import load_entries
    from reconciler.system.companion import processors

    # Millions of objects that all stay to the end: looking for cycles is 4 of 10 seconds.
    gc.disable()
    return load_entries(
        "0" * 40, found, contents=contents, known=known, store=store, processes=processors()
    )


def _circle(
    sides: "tuple[Entries, Entries]", changed: Collection[str], contents: "GitContents"
) -> frozenset[str]:
    from reconciler.validator.circle import circle

    def read(paths: Collection[str]) -> Mapping[str, bytes]:
        ids = {path: [side[path][1] for side in sides if path in side] for path in paths}
        data = contents.read(each for some in ids.values() for each in some)
        return {path: b"\n".join(data[each] for each in some) for path, some in ids.items()}

    return circle({**sides[0], **sides[1]}.keys(), changed, read=read)


def _source(contents: "GitContents", found: "Entries") -> Callable[[str], str | None]:
    def source(path: str) -> str | None:
        mode, each = found.get(path, ("", ""))
        return contents.text(path, each) if mode.startswith("100") else None

    return source


def _git(folder: Path) -> "Git":
    from reconciler.repository.git import Git

    # A hook of `git commit FILE` has the next commit in an index of its own.
    index = os.environ.get("GIT_INDEX_FILE")
    own = {"GIT_INDEX_FILE": str(Path(index).absolute())} if index else {}
    return Git(folder, cache_folder() / "git-home", own)


def _store() -> FactStore:
    return FactStore(cache_folder(), edition())


def _resolve(git: "Git", revision: str) -> str:
    found = git.resolve(revision)
    if found is None:
        raise UsageError(f"there is no commit {revision} in {git.folder.absolute()}")
    return found


def _require(files: Collection[str], folder: Path) -> None:
    if not files:
        raise ConfigurationError(
            f"there is no releases/ or environments/ in {folder.absolute()}",
            hint="go to the top of the repository, or name it with -C",
        )
