"""What ``tagboat validate`` finds in a folder; what finding it elsewhere has in common."""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.diagnostics import Report
from reconciler.errors import ConfigurationError
from reconciler.findings import json
from reconciler.repository.glance import fingerprint, glance, looks, names_of
from reconciler.repository.walking import walk_again
from reconciler.system.caches import cache_folder
from reconciler.system.clock import SystemClock
from reconciler.system.editions import remembered_edition
from reconciler.system.facts import FactStore

if TYPE_CHECKING:
    from reconciler.manifest.snapshot import Parsed, Snapshot
    from reconciler.repository.reading import Contents
    from reconciler.repository.trees import Entries


_HELD: list[object] = []
"""What was read last: it stays until the process ends, which doesn't take it apart."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Findings, the number of files that were looked at, and how to get the text of one."""

    report: Report
    files: int
    source: Callable[[str], str | None]


def check_folder(folder: Path) -> Checked:
    """The files as they lie here; in a folder below the top of a repository, all of this."""

    def source(path: str) -> str | None:
        try:
            return (folder / path).read_bytes().decode()
        except (OSError, UnicodeError):
            return None

    now = SystemClock().now()
    store = open_store()
    place = os.fsencode(folder.absolute()).hex()
    names = _known("names", place, store)
    seen = glance(folder, names)
    if seen is not None and (report := _recalled(fingerprint(*seen, now=now), store)) is not None:
        return Checked(report, len(seen[0]), source)
    files = _walk(folder, store, place, names=names, now=now)
    if not files:
        return check_folder(_above(folder))

    def check() -> Report:
        from reconciler.repository.folders import read_folder

        found, contents = read_folder(folder, files)
        return remember(key_of(found), store, lambda: find(found, contents, store=store, known={}))

    key = fingerprint(list(files), looks(files.values()), now=now)
    return Checked(remember(key, store, check), len(files), source)


def _above(folder: Path) -> Path:
    """The top of the repository that a folder without files is in; raises if that is all of it."""
    from reconciler.cli.tree import top_of

    top = top_of(folder)
    if top == Path(os.path.normpath(folder.absolute())):
        raise ConfigurationError(
            f"there is no file in releases/ or environments/ of {top}",
            hint="tagboat new app NAME writes the first one",
        )
    return top


def _walk(
    folder: Path, store: FactStore, place: str, *, names: str, now: datetime
) -> dict[str, os.stat_result]:
    """The files in it; which names are in its folders is remembered."""
    from json import dumps, loads

    known = loads(_known("listing", place, store) or "{}")
    files, listing = walk_again(folder, known, now=now)
    if listing != known:
        store.keep({f"listing {place}": dumps(listing)})
    if (found := names_of(listing, files)) != names:
        # By themselves: names that aren't UTF-8 can't be kept, and the folder is walked each time.
        store.keep({f"names {place}": found})
    return files


def _known(what: str, place: str, store: FactStore) -> str:
    name = f"{what} {place}"
    return store.recall([name]).get(name, "")


def key_of(found: "Entries") -> str:
    """A text that is another one for any other files."""
    return "".join(f"{mode} {each} {path}\0" for path, (mode, each) in sorted(found.items()))


def remember(key: str, store: FactStore, check: Callable[[], Report]) -> Report:
    """The report on exactly these files, made now or by an earlier run; no key, no memory."""
    known = _recalled(key, store)
    if known is not None:
        return known
    report = check()
    if key:
        store.keep({_name(key): json.write(report)})
    return report


def _recalled(key: str, store: FactStore) -> Report | None:
    text = store.recall([_name(key)]).get(_name(key)) if key else None
    return json.read(text) if text else None


def _name(key: str) -> str:
    return f"report {blake2b(key.encode(errors='surrogateescape')).hexdigest()}"


def find(
    found: "Entries",
    contents: "Contents",
    *,
    store: FactStore,
    known: "dict[tuple[str, str], Parsed]",
) -> Report:
    """Everything that is wrong with these files."""
    from reconciler.validator import validate

    snapshot, report = read(found, contents, store=store, known=known)
    return report + validate(snapshot)


def read(
    found: "Entries",
    contents: "Contents",
    *,
    store: FactStore,
    known: "dict[tuple[str, str], Parsed]",
    before: "Snapshot | None" = None,
) -> "tuple[Snapshot, Report]":
    """What these files say, and what is wrong with each by itself.

    ``before``: what others say, read in this run, with which they share what is the same.
    """
    from reconciler.repository.reading import load_entries
    from reconciler.system.companion import processors

    made = load_entries(
        "0" * 40,
        found,
        contents=contents,
        known=known,
        store=store,
        processes=processors(),
        before=before,
    )
    _HELD[:] = (made, known, contents)
    return made


def open_store() -> FactStore:
    """What this user's earlier runs have kept."""
    try:
        folder = cache_folder()
    except ConfigurationError:
        # Nothing can be kept, as in a container that is read only: it takes longer.
        folder = Path(os.devnull) / "tagboat"
    return FactStore(folder, remembered_edition(folder, now=SystemClock().now()))


def require(files: Collection[str], folder: Path) -> None:
    """Raise `ConfigurationError` if there are none."""
    if not files:
        raise ConfigurationError(
            f"there is no releases/ or environments/ in {folder.absolute()}",
            hint="go to the top of the repository, or name it with -C",
        )
