"""All managed files at one commit, read and checked each by itself."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field

from reconciler.diagnostics import Diagnostic, Location, Report
from reconciler.manifest.codes import integrity, references
from reconciler.manifest.document import Document, NodePath, read_document
from reconciler.manifest.mapping import to_model
from reconciler.manifest.paths import Home, home_of, managed
from reconciler.manifest.secrets import secrets_in, shown
from reconciler.model.app import App
from reconciler.model.environment import Environment
from reconciler.model.people import People
from reconciler.model.promotion import Promotion
from reconciler.model.release import Release

__all__ = ["Blob", "Parsed", "Snapshot", "load", "managed"]

_PLAIN = "100644"


@dataclass(frozen=True, slots=True)
class Blob:
    """What git's tree holds at a path. A submodule's ``data`` is empty."""

    mode: str
    id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one file says: its model if it is good, else findings; all depend on it alone."""

    home: Home | None
    """Nothing where no file may be."""
    document: Document | None
    model: App | Release | Environment | Promotion | People | None
    findings: tuple[Diagnostic, ...] = ()
    secrets: tuple[Location, ...] = ()
    """Where something stands that looks like a secret."""


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
    blobs: Mapping[str, str] = field(default_factory=dict)
    """Path → blob id, of every managed path."""
    broken: frozenset[str] = frozenset()
    """Paths with findings of their own."""
    documents: Mapping[str, Document] = field(default_factory=dict)
    """Path → text and values of every file that could be read, broken ones too."""
    secrets: tuple[Location, ...] = ()
    """Where something stands that looks like a secret, in files that could be read."""

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
            known = kept[path, blob.id] = _parse(path, blob.data)
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
    apps: dict[str, App] = {}
    releases: dict[tuple[str, str], Release] = {}
    environments: dict[str, Environment] = {}
    promotions: dict[tuple[str, str], Promotion] = {}
    people: People | None = None
    for path, each in parsed.items():
        if path in broken or each.home is None:
            continue
        match each.model:
            case App() as app:
                apps[app.name] = app
            case Release() as release:
                releases[release.app, release.version] = release
            case Environment() as environment:
                environments[environment.name] = environment
            case Promotion() as promotion:
                promotions[each.home.folder, promotion.app] = promotion
            case People():
                people = each.model
            case None:
                pass
    return Snapshot(
        commit=commit,
        apps=apps,
        releases=releases,
        environments=environments,
        promotions=promotions,
        people=people,
        blobs={path: blob.id for path, blob in files.items()},
        broken=broken,
        documents={
            path: each.document for path, each in parsed.items() if each.document is not None
        },
        secrets=tuple(place for each in parsed.values() for place in each.secrets),
    )


def _parse(path: str, data: bytes) -> Parsed:
    home = home_of(path)
    if isinstance(home, Diagnostic):
        return Parsed(None, None, None, (home,))
    document = read_document(path, data)
    if not isinstance(document, Document):
        return Parsed(home, None, None, tuple(document))
    secrets = tuple(document.offset(each) for each in secrets_in(document.text))
    model = to_model(document, home.kind)
    if isinstance(model, list):
        return Parsed(home, document, None, tuple(model), secrets)
    findings = tuple(_misnamed(document, home))
    return Parsed(home, document, None if findings else model, findings, secrets)


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
    match mode:
        case "100644":
            return None
        case "120000":
            return integrity.SYMLINK.at(Location(path), "found a symbolic link")
        case "160000":
            return integrity.SUBMODULE.at(Location(path), "found a submodule")
        case _:
            return integrity.MODE.at(Location(path), f"found mode {mode}, expected {_PLAIN}")


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
