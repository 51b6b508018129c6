"""All managed files at one commit, read and checked each by itself."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar, cast

from reconciler.diagnostics import Diagnostic, Location
from reconciler.folders import is_calendar_file
from reconciler.manifest.characters import decode
from reconciler.manifest.codes import reading, references
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

T = TypeVar("T")
Parts = tuple[str, ...]
"""Names of a snapshot's fields, of those that hold files."""

PLAIN = "100644"
"""The mode of a file that is nothing but a file; any other is a finding."""


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


def _none() -> None:
    return None


def _nowhere(_path: str) -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The managed files at one commit. Files with findings are in ``broken`` and nowhere else.

    A snapshot that was made by advancing another one shares with it every part in which no file
    changed: the very same object. So one may keep what was made of a part as long as it is that.
    """

    commit: str
    apps: Mapping[str, App] = field(default_factory=dict)
    releases: Mapping[tuple[str, str], Release] = field(default_factory=dict)
    """By app and version."""
    environments: Mapping[str, Environment] = field(default_factory=dict)
    promotions: Mapping[tuple[str, str], Promotion] = field(default_factory=dict)
    """By environment and app."""
    people: People | None = field(default_factory=_none)
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
    connections: Connections | None = field(default_factory=_none)
    files: Mapping[str, str] = field(default_factory=dict)
    """Path → text, of the calendar files (``calendars/….ics``)."""
    blobs: Mapping[str, str] = field(default_factory=dict)
    """Path → blob id, of every managed path."""
    modes: Mapping[str, str] = field(default_factory=dict)
    """Path → git's mode, of the paths that are no plain files."""
    findings: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    """Path → what is wrong with the file by itself, for those with any."""
    clashes: tuple[Diagnostic, ...] = field(default_factory=tuple)
    """Paths that are one on a machine that doesn't tell case apart."""
    broken: frozenset[str] = field(default_factory=frozenset)
    """Paths with findings of their own."""
    documents: Mapping[str, Document] = field(default_factory=dict)
    """Path → text and values of every file that could be read, broken ones too."""
    beyond: Callable[[str], bool] = field(default_factory=lambda: _nowhere)
    """Whether a path is of those that weren't looked at: no rule says that nothing is there."""
    suspicious: Mapping[str, tuple[Location, ...]] = field(default_factory=dict)
    """Path → where something stands that looks like a secret, for files that could be read."""
    derived: MutableMapping[Parts, MutableMapping[object, object]] = field(
        init=False, default_factory=dict, repr=False
    )
    """What was made of some parts already, by their names; it lasts as long as these stay."""
    layered: MutableMapping[object, object] = field(init=False, default_factory=dict, repr=False)
    """What `planner` made of these files, or of those before them; nobody else's."""

    @cached_property
    def placed(self) -> frozenset[tuple[str, str]]:
        """Environment and app of every promotion."""
        return frozenset(self.promotions)

    @cached_property
    def versions(self) -> Mapping[str, tuple[str, ...]]:
        """App → the versions of its releases."""
        found: dict[str, list[str]] = {}
        for app, version in self.releases:
            found.setdefault(app, []).append(version)
        return {app: tuple(each) for app, each in found.items()}

    def derive(self, parts: Parts, key: object, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once as long as these parts stay; it looks at nothing else."""
        made = self.derived.setdefault(parts, {})
        if key not in made:
            made[key] = make()
        return cast("T", made[key])

    def has(self, path: str) -> bool:
        """Whether a file is there, broken or not, as far as it is known."""
        return path in self.blobs or self.beyond(path)

    def document(self, path: str) -> Document | None:
        """The text and values of a file, broken or not; nothing if it couldn't be read."""
        return self.documents.get(path)

    def locate(self, path: str, node: NodePath = (), *, key: bool = False) -> Location:
        """Where a value of a file stands; the whole file if it couldn't be read."""
        document = self.document(path)
        return document.locate(node, key=key) if document else Location(path)


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
        told = {each.location for each in model} | {document.locate(())}
        kind = document.value.get("kind") == home.kind.__name__
        others = (each for each in misnamed if kind and each.location not in told)
        return Parsed(home, document, None, (*model, *others), secrets)
    return Parsed(home, document, None if misnamed else model, misnamed, secrets)


def _misnamed(document: Document, home: Home) -> Iterator[Diagnostic]:
    """Names in the file that aren't those of its path: a copied file is refused (B21)."""
    for name, expected in home.names:
        if (found := document.value.get(name)) != expected:
            elsewhere = f"move the file to the path of {shown(found)}" if found else "move the file"
            yield references.PATH_NAME.at(
                document.locate((name,)),
                f"{name}: found {shown(found)}, the path says {shown(expected)}",
                hint=f"write {name}: {expected}, or {elsewhere}",
            )
