"""What rules found, kept until something that they looked at changes (pure).

Nobody declares what a rule looks at: it is noted while the rule looks. A rule is a function of what
it looked at, so as long as that is the same, so are its findings.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.document import Document, NodePath
from reconciler.manifest.snapshot import Parts, Snapshot, T

_PARTS = frozenset(
    {
        *("apps", "releases", "environments", "promotions", "people", "policies", "customers"),
        *("calendars", "freezes", "texts", "approvals", "quarantines", "connections", "files"),
        *("blobs", "broken", "documents", "suspicious", "placed"),
    }
)
_Looked = dict[tuple[str, str], object]


class _Watched(Snapshot):
    """A snapshot that notes what of it is looked at: each part comes when it is first asked for."""

    whole: Snapshot
    looked: _Looked

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.whole, name)
        if name in _PARTS:
            self.looked[name, ""] = value
        vars(self)[name] = value
        return value

    @property
    def placed(self) -> frozenset[tuple[str, str]]:
        self.looked["placed", ""] = self.whole.placed
        return self.whole.placed

    def derive(self, parts: Parts, key: object, make: Callable[[], T]) -> T:
        for part in parts:
            getattr(self, part)
        return super().derive(parts, key, make)

    def has(self, path: str) -> bool:
        found = self.whole.has(path)
        self.looked["has", path] = found
        return found

    def document(self, path: str) -> Document | None:
        found = self.whole.document(path)
        self.looked["document", path] = found
        return found

    def locate(self, path: str, node: NodePath = (), *, key: bool = False) -> Location:
        document = self.document(path)
        return document.locate(node, key=key) if document else Location(path)


def _watched(snapshot: Snapshot) -> _Watched:
    made = object.__new__(_Watched)
    vars(made).update(whole=snapshot, looked={})
    return made


def _now(snapshot: Snapshot, sort: str, path: str) -> object:
    match sort:
        case "has":
            return snapshot.has(path)
        case "document":
            return snapshot.document(path)
        case _:
            return getattr(snapshot, sort)


def _same(looked: _Looked, snapshot: Snapshot) -> bool:
    return all(_now(snapshot, *where) is before for where, before in looked.items())


@dataclass(slots=True)
class Review:
    """What each rule found last, and what it looked at; one thread uses it."""

    _kept: dict[object, tuple[_Looked, tuple[Diagnostic, ...]]] = field(default_factory=dict)

    def of(
        self, rule: Callable[[Snapshot], Iterable[Diagnostic]], snapshot: Snapshot
    ) -> Iterator[Diagnostic]:
        """What a rule finds in a snapshot; the rule is only asked if that could be new."""
        known = self._kept.get(rule)
        if known is None or not _same(known[0], snapshot):
            watched = _watched(snapshot)
            found = tuple(rule(watched))
            known = self._kept[rule] = (watched.looked, found)
        return iter(known[1])
