"""All managed files at one commit, read and checked each by itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import TypeVar

from reconciler.diagnostics import Diagnostic, Location, Report
from reconciler.folders import is_calendar_file, managed
from reconciler.manifest.characters import decode
from reconciler.manifest.codes import integrity, reading, references
from reconciler.manifest.document import Document, NodePath, read_document
from reconciler.manifest.mapping import to_model
from reconciler.manifest.paths import Home, home_of
from reconciler.manifest.secrets import secrets_in, shown
from reconciler.model.app import App
from reconciler.model.approval import Approval, Quarantine
from reconciler.model.base import Manifest
from reconciler.model.calendar import Calendar
from reconciler.model.connections import Connections
from reconciler.model.customer import Customer
from reconciler.model.environment import Environment
from reconciler.model.freeze import Freeze
from reconciler.model.people import People
from reconciler.model.policy import Policy
from reconciler.model.promotion import Promotion
from reconciler.model.release import Release
from reconciler.model.text import Text

__all__ = ["Blob", "Parsed", "Snapshot", "load", "parse"]

_PLAIN = "100644"
_M = TypeVar("_M", bound=Manifest)


@dataclass(frozen=True, slots=True)
class Blob:
    """What git's tree holds at a path: no data where the object is lost, empty of a submodule."""

    mode: str
    id: str
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one file says: its model if it is good, else findings; all depend on it alone."""

    home: Home | None
    """Nothing where no file may be."""
    document: Document | None
    model: Manifest | None
    findings: tuple[Diagnostic, ...] = ()
    secrets: tuple[Location, ...] = ()
    """Where something stands that looks like a secret."""
    text: str = ""
    """Of a file that is no manifest: a calendar file."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The managed files at one commit. Files with findings are in ``broken`` and nowhere else."""

    commit: str
    apps: Mapping[str, App] = field(default_factory=dict)
    releases: Mapping[tuple[str, str], Release] = field(default_factory=dict)
    """By app and version."""
    environments: Mapping[str, Environment] = field(default_factory=dict)
    promotions: Mapping[tuple[str, str], Promotion] = field(default_factory=dict)
    """By environment and app."""
    people: People | None = None
    policies: Mapping[str, Policy] = field(default_factory=dict)
    customers: Mapping[str, Customer] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    freezes: Mapping[str, Freeze] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    """By event and language."""
    approvals: Mapping[tuple[str, str, str, str], Approval] = field(default_factory=dict)
    """By app, version, environment and person."""
    quarantines: Mapping[tuple[str, str], Quarantine] = field(default_factory=dict)
    """By app and version."""
    connections: Connections | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    """Path → text, of the calendar files (``calendars/….ics``)."""
    blobs: Mapping[str, str] = field(default_factory=dict)
    """Path → blob id, of every managed path."""
    broken: frozenset[str] = frozenset()
    """Paths with findings of their own."""
    documents: Mapping[str, Document] = field(default_factory=dict)
    """Path → text and values of every file that could be read, broken ones too."""
    secrets: tuple[Location, ...] = ()
    """Where something stands that looks like a secret, in files that could be read."""
    layered: MutableMapping[object, object] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )
    """What `layering`, `timetable` and `planner` made of these files already; nobody else's."""

    def locate(self, path: str, node: NodePath = (), *, key: bool = False) -> Location:
        """Where a value of a file stands; the whole file if it couldn't be read."""
        document = self.documents.get(path)
        return document.locate(node, key=key) if document else Location(path)


def load(
    commit: str,
    tree: Mapping[str, Blob],
    cache: MutableMapping[tuple[str, str], Parsed] | None = None,
) -> tuple[Snapshot, Report]:
    """The snapshot of a commit's managed files, and what is wrong with each of them by itself.

    ``tree`` holds every path for which `managed` is true; others are left aside. ``cache`` keeps
    what was parsed by path and blob id: only changed files are parsed again. It may hold entries of
    other commits, and only ones that this function wrote.
    """
    files = {path: tree[path] for path in sorted(tree) if managed(path)}
    findings = list(_twins(files))
    kept: MutableMapping[tuple[str, str], Parsed] = {} if cache is None else cache
    parsed: dict[str, Parsed] = {}
    for path, blob in files.items():
        if odd := _odd_mode(path, blob.mode):
            findings.append(odd)
            continue
        known = kept.get((path, blob.id))
        if known is None:
            if blob.data is None:
                said = f"found no object {blob.id[:12]}"
                findings.append(integrity.MISSING.at(Location(path), said))
                continue
            known = kept[path, blob.id] = parse(path, blob.data)
        parsed[path] = known
        findings.extend(known.findings)
    report = Report.of(findings)
    return _snapshot(commit, files, parsed, report.paths()), report


def _snapshot(
    commit: str,
    files: Mapping[str, Blob],
    parsed: Mapping[str, Parsed],
    broken: frozenset[str],
) -> Snapshot:
    good: dict[type[Manifest], list[tuple[Home, Manifest]]] = defaultdict(list)
    for path, each in parsed.items():
        if each.home is not None and each.model is not None and path not in broken:
            good[type(each.model)].append((each.home, each.model))
    return Snapshot(
        commit=commit,
        apps={each.name: each for _, each in _of(App, good)},
        releases={(each.app, each.version): each for _, each in _of(Release, good)},
        environments={each.name: each for _, each in _of(Environment, good)},
        promotions={(home.folder, each.app): each for home, each in _of(Promotion, good)},
        people=next((each for _, each in _of(People, good)), None),
        policies={each.name: each for _, each in _of(Policy, good)},
        customers={each.name: each for _, each in _of(Customer, good)},
        calendars={each.name: each for _, each in _of(Calendar, good)},
        freezes={each.name: each for _, each in _of(Freeze, good)},
        texts={(each.event, each.language): each for _, each in _of(Text, good)},
        approvals={
            (each.app, each.version, each.environment, each.by): each
            for _, each in _of(Approval, good)
        },
        quarantines={(each.app, each.version): each for _, each in _of(Quarantine, good)},
        connections=next((each for _, each in _of(Connections, good)), None),
        files={
            path: each.text for path, each in parsed.items() if each.text and path not in broken
        },
        blobs={path: blob.id for path, blob in files.items()},
        broken=broken,
        documents={
            path: each.document for path, each in parsed.items() if each.document is not None
        },
        secrets=tuple(place for each in parsed.values() for place in each.secrets),
    )


def _of(
    kind: type[_M], models: Mapping[type[Manifest], Iterable[tuple[Home, Manifest]]]
) -> Iterator[tuple[Home, _M]]:
    for home, each in models.get(kind, ()):
        assert isinstance(each, kind)  # noqa: S101 - narrowing
        yield home, each


def parse(path: str, data: bytes) -> Parsed:
    """What the file at a managed path says by itself."""
    if is_calendar_file(path):
        # RFC 5545 ends lines with a carriage return and a line feed.
        text = decode(path, data.replace(b"\r\n", b"\n"))
        if text == "":
            text = [reading.EMPTY.at(Location(path), "the file is empty")]
        if isinstance(text, list):
            return Parsed(None, None, None, tuple(text))
        return Parsed(None, None, None, text=text)
    home = home_of(path)
    if isinstance(home, Diagnostic):
        return Parsed(None, None, None, (home,))
    document = read_document(path, data)
    if not isinstance(document, Document):
        return Parsed(home, None, None, tuple(document))
    secrets = tuple(document.offset(each) for each in secrets_in(document.text))
    model, misnamed = to_model(document, home.kind), tuple(_misnamed(document, home))
    if isinstance(model, list):
        # A file of another kind has other names; one that is missing, or is none, is told already.
        told = {each.location for each in model}
        kind = document.value.get("kind") == home.kind.__name__
        others = (each for each in misnamed if kind and each.location not in told)
        return Parsed(home, document, None, (*model, *others), secrets)
    return Parsed(home, document, None if misnamed else model, misnamed, secrets)


def _misnamed(document: Document, home: Home) -> Iterator[Diagnostic]:
    """Names in the file that aren't those of its path: a copied file is refused (B21)."""
    for name, expected in home.names:
        if (found := document.value.get(name)) != expected:
            yield references.PATH_NAME.at(
                document.locate((name,)),
                f"{name}: found {shown(found)}, the path says {shown(expected)}",
                hint=f"write {name}: {expected}, or move the file",
            )


def _odd_mode(path: str, mode: str) -> Diagnostic | None:
    said = {"120000": "a symbolic link", "160000": "a submodule"}
    found = said.get(mode, f"mode {mode}, expected {_PLAIN}")
    odd = integrity.of_mode(mode)
    return odd.at(Location(path), f"found {found}") if odd else None


def _twins(files: Mapping[str, Blob]) -> Iterator[Diagnostic]:
    """Paths, and folders, that are one on a machine that doesn't tell case apart (B26)."""
    seen = set(files)
    for path in files:
        folder = path.rpartition("/")[0]
        while folder and folder not in seen:
            seen.add(folder)
            folder = folder.rpartition("/")[0]
    spellings: dict[str, set[str]] = defaultdict(set)
    for each in seen:
        spellings[each.casefold()].add(each)
    if len(spellings) == len(seen):
        return
    for path in files:
        steps = path.split("/")
        for end in range(2, len(steps) + 1):
            prefix = "/".join(steps[:end])
            if others := sorted(spellings[prefix.casefold()] - {prefix}):
                yield references.CASE.at(
                    Location(path), f"{shown(prefix)} differs from {shown(others[0])} only in case"
                )
                break
