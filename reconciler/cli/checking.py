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
from reconciler.repository.walking import fingerprint, walk_again
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
    """The files as they lie here."""
    now = SystemClock().now()
    store = open_store()
    files = _walk(folder, store, now=now)
    require(files, folder)

    def check() -> Report:
        from reconciler.repository.folders import read_folder

        found, contents = read_folder(folder, files)
        return remember(key_of(found), store, lambda: find(found, contents, store=store, known={}))

    def source(path: str) -> str | None:
        try:
            return (folder / path).read_bytes().decode()
        except (OSError, UnicodeError):
            return None

    key = fingerprint(files, now=now)
    return Checked(remember(key, store, check), len(files), source)


def _walk(folder: Path, store: FactStore, *, now: datetime) -> dict[str, os.stat_result]:
    """The files in it; which names are in its folders is remembered."""
    from json import dumps, loads

    name = f"listing {os.fsencode(folder.absolute()).hex()}"
    known = loads(store.recall([name]).get(name, "{}"))
    files, listing = walk_again(folder, known, now=now)
    if listing != known:
        store.keep({name: dumps(listing)})
    return files


def key_of(found: "Entries") -> str:
    """A text that is another one for any other files."""
    return "".join(f"{mode} {each} {path}\0" for path, (mode, each) in sorted(found.items()))


def remember(key: str, store: FactStore, check: Callable[[], Report]) -> Report:
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
    folder = cache_folder()
    return FactStore(folder, remembered_edition(folder, now=SystemClock().now()))


def require(files: Collection[str], folder: Path) -> None:
    """Raise `ConfigurationError` if there are none."""
    if not files:
        raise ConfigurationError(
            f"there is no releases/ or environments/ in {folder.absolute()}",
            hint="go to the top of the repository, or name it with -C",
        )
