"""From the files of a commit to its snapshot, by what differs from an earlier one (pure)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from reconciler.diagnostics import Diagnostic, Location, Report
from reconciler.folders import managed
from reconciler.manifest.codes import integrity, references
from reconciler.manifest.paths import Kind, home_of
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import PLAIN, Blob, Parsed, Snapshot, parse
from reconciler.model.app import App
from reconciler.model.approval import Approval, Quarantine
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

Cache = MutableMapping[tuple[str, str], Parsed]
"""What was parsed, by path and blob id."""

_PARTS: Mapping[Kind, str] = MappingProxyType(
    {
        App: "apps",
        Release: "releases",
        Environment: "environments",
        Promotion: "promotions",
        People: "people",
        Policy: "policies",
        Customer: "customers",
        Calendar: "calendars",
        Freeze: "freezes",
        Text: "texts",
        Approval: "approvals",
        Quarantine: "quarantines",
        Connections: "connections",
    }
)
_SINGLE = frozenset({"people", "connections"})


def load(
    commit: str, tree: Mapping[str, Blob], cache: Cache | None = None
) -> tuple[Snapshot, Report]:
    """The snapshot of a commit's managed files, and what is wrong with each of them by itself.

    ``tree`` holds every path for which `managed` is true; others are left aside. ``cache`` keeps
    what was parsed by path and blob id: only changed files are parsed again. It may hold entries of
    other commits, and only ones that this function wrote.
    """
    made = advance(Snapshot(""), commit, tree, {} if cache is None else cache)
    return made, report_of(made)


def advance(
    before: Snapshot,
    commit: str,
    changes: Mapping[str, Blob | None],
    cache: Cache,
) -> Snapshot:
    """The snapshot that ``before`` becomes by some files; none stands for one that is gone.

    It equals the one that is loaded of all files, and shares what didn't change. ``cache`` holds
    what was parsed for ``before``.
    """
    changed = {path: blob for path, blob in changes.items() if managed(path)}
    findings, parsed = _read(changed, cache)
    blobs = _with(before.blobs, {path: each and each.id for path, each in changed.items()})
    same_paths = blobs.keys() == before.blobs.keys()
    clashes = before.clashes if same_paths else tuple(_clashes(blobs))
    clashing = frozenset(each.location.path for each in clashes)
    own = _with(before.findings, {path: findings.get(path) for path in changed})
    broken = frozenset((*own, *clashing))
    for path in clashing.symmetric_difference(each.location.path for each in before.clashes):
        if path in blobs and path not in changed:
            changed[path] = Blob(before.modes.get(path, PLAIN), blobs[path], None)
            if path not in before.modes and (path, blobs[path]) in cache:
                parsed[path] = cache[path, blobs[path]]
    made = replace(
        before,
        commit=commit,
        **_parts(before, changed, parsed, broken),
        blobs=blobs,
        modes=_with(
            before.modes,
            {
                path: each.mode if each and each.mode != PLAIN else None
                for path, each in changed.items()
            },
        ),
        findings=own,
        clashes=clashes,
        broken=before.broken if broken == before.broken else broken,
        documents=_with(
            before.documents,
            {path: parsed[path].document if path in parsed else None for path in changed},
        ),
        suspicious=_with(
            before.suspicious,
            {path: (parsed[path].secrets if path in parsed else ()) or None for path in changed},
        ),
    )
    if made.promotions.keys() == before.promotions.keys():
        vars(made)["placed"] = before.placed
    for parts, each in before.derived.items():
        if all(getattr(made, part) is getattr(before, part) for part in parts):
            made.derived[parts] = each
    made.layered.update(before.layered)
    return made


def report_of(snapshot: Snapshot) -> Report:
    """What is wrong with each file of a snapshot by itself."""
    own = (each for some in snapshot.findings.values() for each in some)
    return Report.of((*own, *snapshot.clashes))


def _read(
    changed: Mapping[str, Blob | None], cache: Cache
) -> tuple[dict[str, tuple[Diagnostic, ...]], dict[str, Parsed]]:
    """What is wrong with the files by themselves, and what those say that are files."""
    findings: dict[str, tuple[Diagnostic, ...]] = {}
    parsed: dict[str, Parsed] = {}
    for path, blob in changed.items():
        if blob is None:
            continue
        if odd := _odd_mode(path, blob.mode):
            findings[path] = (odd,)
            continue
        known = cache.get((path, blob.id))
        if known is None:
            if blob.data is None:
                said = f"found no object {blob.id[:12]}"
                findings[path] = (integrity.MISSING.at(Location(path), said),)
                continue
            known = cache[path, blob.id] = parse(path, blob.data)
        parsed[path] = known
        if known.findings:
            findings[path] = known.findings
    return findings, parsed


def _with(before: Mapping[Any, Any], changes: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """A sorted mapping with some values put in, or taken out for nothing; itself if it stays."""
    if all(before.get(key) == each for key, each in changes.items()):
        return before
    made, grown = dict(before), False
    for key, each in changes.items():
        if each is None:
            made.pop(key, None)
        else:
            grown = grown or key not in made
            made[key] = each
    return dict(sorted(made.items(), key=_first)) if grown else made


def _first(item: tuple[Any, Any]) -> Any:
    return item[0]


def _parts(
    before: Snapshot,
    changed: Mapping[str, Blob | None],
    parsed: Mapping[str, Parsed],
    broken: frozenset[str],
) -> dict[str, Any]:
    """The parts of a snapshot that some of the files belong to, made anew."""
    changes: dict[str, dict[Any, Any]] = defaultdict(dict)
    files: dict[str, str | None] = {}
    for path in changed:
        known = parsed.get(path)
        home = known.home if known else home_of(path)
        if known and known.text:
            files[path] = known.text if path not in broken else None
        elif path in before.files:
            files[path] = None
        if home is None or isinstance(home, Diagnostic):
            continue
        model = known.model if known and path not in broken else None
        changes[_PARTS[home.kind]][home.key] = model
    made: dict[str, Any] = {"files": _with(before.files, files)}
    for part, models in changes.items():
        if part in _SINGLE:
            (made[part],) = models.values()
        else:
            # A copy, since another text may say the same in other places of the file.
            made[part] = _with(dict(getattr(before, part)), models)
    return made


def _odd_mode(path: str, mode: str) -> Diagnostic | None:
    said = {"120000": "a symbolic link", "160000": "a submodule"}
    found = said.get(mode, f"mode {mode}, expected {PLAIN}")
    odd = integrity.of_mode(mode)
    return odd.at(Location(path), f"found {found}") if odd else None


def _clashes(files: Mapping[str, object]) -> Iterator[Diagnostic]:
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
