"""Who may what at one commit: made from the files in force there (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.manifest.binding import bound_digest
from reconciler.manifest.layering import effective_environments
from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob, Parsed, Snapshot, parse
from reconciler.model.promotion import Promotion
from reconciler.signoff.authority import Authority
from reconciler.signoff.facts import PLAIN_FILE, Entry

Entries = frozenset[tuple[str, Entry]]
"""Paths that say who may what, and what is in force there."""


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """What is in force that says who may what. Of one lawbook, equal laws are one object.

    While sign-offs of such a file contradict, ``disputed`` names it and ``others`` holds the other
    side's entries: then only what both sides allow is allowed.
    """

    entries: Entries
    authority: Authority
    disputed: frozenset[str] = frozenset()
    others: frozenset[Entries] = frozenset()

    def at(self, path: str) -> Entry | None:
        """What is in force at one of these paths."""
        return dict(self.entries).get(path)


@dataclass(frozen=True, slots=True)
class Lawbook:
    """Makes laws, each once. ``texts``: object id → content, as `Facts` have it."""

    texts: Mapping[str, bytes]
    parsed: dict[tuple[str, str], Parsed] = field(default_factory=dict, repr=False)
    read: dict[Entries, Authority] = field(default_factory=dict, repr=False)
    laws: dict[tuple[Entries, frozenset[str], frozenset[Entries]], Law] = field(
        default_factory=dict, repr=False
    )

    digests: dict[tuple[Entries, Entries, str], str | None] = field(
        default_factory=dict, repr=False
    )

    def knowing(self, texts: Mapping[str, bytes]) -> "Lawbook":
        """The same with other texts: what was made stays made."""
        return replace(self, texts=texts)

    def of(self, entries: Mapping[str, Entry]) -> Law:
        """The law that these entries make."""
        return self.made(frozenset(entries.items()), frozenset(), frozenset())

    def after(self, law: Law, changes: Mapping[str, Entry | None]) -> Law:
        """The law once these entries are in force; the same object where nothing differs."""
        if not changes:
            return law
        kept = (each for each in law.entries if each[0] not in changes)
        new = ((path, each) for path, each in changes.items() if each is not None)
        disputed = law.disputed.difference(changes)
        return self.made(
            frozenset((*kept, *new)), disputed, law.others if disputed else frozenset()
        )

    def disputing(self, law: Law, other: Law, paths: Iterable[str]) -> Law:
        """The law while the two lines' sign-offs of these paths contradict."""
        others = law.others | {other.entries} | other.others
        return self.made(law.entries, law.disputed | frozenset(paths), others - {law.entries})

    def promotion(self, path: str, entry: Entry | None) -> Promotion | None:
        """What a promotion's file says; nothing if it isn't there or can't be read."""
        if entry is None or entry.mode != PLAIN_FILE or entry.id not in self.texts:
            return None
        key = (path, entry.id)
        found = self.parsed.get(key) or self.parsed.setdefault(key, parse(path, self._text(entry)))
        return found.model if isinstance(found.model, Promotion) else None

    def bound(self, law: Law, files: Mapping[str, Entry], *, path: str, version: str) -> str | None:
        """What an approval of this version for a promotion's place must be of, by these files.

        Nothing where one of them is lost.
        """
        if any(each.id not in self.texts for each in files.values()):
            return None
        key = (law.entries, frozenset(files.items()), path)
        if key not in self.digests:
            snapshot = self._snapshot(dict((*law.entries, *files.items())))
            _, environment, file = path.split("/")
            app = file.removesuffix(".yaml")
            promotion = snapshot.promotions.get((environment, app))
            self.digests[key] = bound_digest(
                snapshot, environment, app, version=version, promotion=promotion
            )
        return self.digests[key]

    def _snapshot(self, entries: Mapping[str, Entry]) -> Snapshot:
        tree = {
            path: Blob(each.mode, each.id, self._text(each))
            for path, each in sorted(entries.items())
        }
        return load("", tree, self.parsed)[0]

    def made(self, entries: Entries, disputed: frozenset[str], others: frozenset[Entries]) -> Law:
        """The law with these entries, what is disputed, and the other sides' entries."""
        key = (entries, disputed, others)
        if key not in self.laws:
            authority = self._authority(entries)
            for each in sorted(others, key=sorted):
                authority = authority.met(self._authority(each))
            self.laws[key] = Law(entries, authority, disputed, others)
        return self.laws[key]

    def _authority(self, entries: Entries) -> Authority:
        if entries not in self.read:
            snapshot = self._snapshot(dict(entries))
            snapshot = replace(snapshot, environments=effective_environments(snapshot))
            self.read[entries] = Authority.of(snapshot)
        return self.read[entries]

    def _text(self, entry: Entry) -> bytes:
        return self.texts[entry.id] if entry.mode == PLAIN_FILE else b""
