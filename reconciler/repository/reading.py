"""Managed files through the cache: what was read before, in this run or another, isn't again."""

from collections.abc import Iterable, Mapping, MutableMapping
from functools import partial
from typing import Protocol

from reconciler.diagnostics import Report
from reconciler.manifest.facts import parsed_of, text_of
from reconciler.manifest.snapshot import Blob, Parsed, Snapshot, load, managed
from reconciler.repository.trees import Entries
from reconciler.system.facts import FactStore

_PLAIN = "100644"


class Contents(Protocol):
    """Where the bytes of files come from."""

    def read(self, ids: Iterable[str]) -> Mapping[str, bytes]:
        """Id → content."""
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
) -> tuple[Snapshot, Report]:
    """What `load` gives for these files; only those that nothing is known of are read.

    ``known`` is the memory of this run and grows, ``store`` that of earlier ones. They hold what
    was read of other commits too.
    """
    plain = [
        (path, each) for path, (mode, each) in entries.items() if mode == _PLAIN and managed(path)
    ]
    missing = [each for each in plain if each not in known]
    if store and missing:
        missing = _recall(missing, contents, known, store)
    data = contents.read(each for _, each in missing) if missing else {}
    wanted = set(missing)
    tree = {
        path: Blob(mode, each, data[each] if (path, each) in wanted else b"")
        for path, (mode, each) in entries.items()
    }
    result = load(commit, tree, known)
    if store:
        texts = {_key(*each): text_of(each[0], known[each]) for each in missing if each in known}
        store.keep({key: text for key, text in texts.items() if text is not None})
    return result


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
