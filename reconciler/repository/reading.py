"""Managed files through the cache: what was read before, in this run or another, isn't again."""

from collections.abc import Iterable, Mapping, MutableMapping
from functools import partial
from typing import Protocol

from reconciler.diagnostics import Report
from reconciler.folders import managed
from reconciler.manifest.facts import parsed_of, text_of
from reconciler.manifest.loading import advance, report_of
from reconciler.manifest.snapshot import PLAIN, Blob, Parsed, Snapshot
from reconciler.repository.together import read_together
from reconciler.repository.trees import Entries
from reconciler.system.facts import FactStore


class Contents(Protocol):
    """Where the bytes of files come from."""

    def read(self, ids: Iterable[str]) -> Mapping[str, bytes]:
        """Id → content; what isn't there is left out."""
        ...

    def later(self, files: Iterable[tuple[str, str]]) -> None:
        """Say which files `text` may be asked for, as paths and ids."""
        ...

    def text(self, path: str, object_id: str) -> str:
        """The text of one file that was good enough to be read."""
        ...


def load_entries(
    commit: str,
    entries: Entries,
    *,
    contents: Contents,
    known: MutableMapping[tuple[str, str], Parsed],
    store: FactStore | None,
    processes: int = 1,
    before: Snapshot | None = None,
) -> tuple[Snapshot, Report]:
    """What `load` gives for these files; only those that nothing is known of are read.

    It is made of what differs from ``before``, whose files ``known`` has.

    ``known`` is the memory of this run and grows, ``store`` that of earlier ones. They hold what
    was read of other commits too. ``processes``: how many may read at once, when there are many.
    """
    before = before or Snapshot("")
    changed = _changed(before, entries)
    plain = [
        (path, each[1]) for path, each in changed.items() if each is not None and each[0] == PLAIN
    ]
    missing = [each for each in plain if each not in known]
    if store and missing:
        missing = _recall(missing, contents, known, store)
    data = contents.read(each for _, each in missing) if missing else {}
    here = [each for each in missing if each[1] in data]
    texts = read_together(here, data, known, processes=processes)
    wanted = set(missing)
    blobs = {
        path: Blob(*each, data.get(each[1]) if (path, each[1]) in wanted else b"") if each else None
        for path, each in changed.items()
    }
    result = advance(before, commit, blobs, known)
    if store:
        for path, each in missing:
            if (path, each) not in texts and (parsed := known.get((path, each))):
                texts[path, each] = text_of(path, parsed) or ""
        store.keep({_key(*each): text for each, text in texts.items() if text})
    return result, report_of(result)


def _changed(before: Snapshot, entries: Entries) -> dict[str, tuple[str, str] | None]:
    """Managed path → its entry, nothing for one that is gone, where it isn't as it was before."""
    changed: dict[str, tuple[str, str] | None] = {
        path: each
        for path, each in entries.items()
        if before.blobs.get(path) != each[1] or before.modes.get(path, PLAIN) != each[0]
        if managed(path)
    }
    if len(entries) != len(before.blobs) or changed:
        changed |= dict.fromkeys(each for each in before.blobs if each not in entries)
    return changed


def _recall(
    missing: list[tuple[str, str]],
    contents: Contents,
    known: MutableMapping[tuple[str, str], Parsed],
    store: FactStore,
) -> list[tuple[str, str]]:
    """Take up what earlier runs kept; what is still missing."""
    texts = store.recall([_key(*each) for each in missing])
    left: list[tuple[str, str]] = []
    for path, each in missing:
        text = texts.get(_key(path, each))
        parsed = parsed_of(path, text, partial(contents.text, path, each)) if text else None
        if parsed is None:
            left.append((path, each))
        else:
            known[path, each] = parsed
    contents.later(each for each in missing if each in known)
    return left


def _key(path: str, object_id: str) -> str:
    return f"{object_id} {path}"
