"""What two commits say differently: of each place as it comes out, and of each file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.layering import resolve
from reconciler.manifest.paths import home_of, promotion_path
from reconciler.manifest.secrets import secret_named, secrets_in
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.place import Place

Sort = Literal["added", "changed", "removed"]

_HEAD = frozenset({"apiVersion", "kind"})
_PROMOTED = _HEAD | {"app"}
_NOT_OF_PLACES = _HEAD | {"name", "extends", "apps"}
_MASK = "***"


@dataclass(frozen=True, slots=True)
class Change:
    """One field; what isn't there is nothing, and what looks like a secret is masked."""

    field: str
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"field": self.field, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class PlaceDifference:
    """What comes out differently in one place."""

    place: Place
    sort: Sort
    changes: tuple[Change, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "place": str(self.place),
            "change": self.sort,
            "fields": [each.as_json() for each in self.changes],
        }


@dataclass(frozen=True, slots=True)
class FileDifference:
    """What one file says differently; without fields when its words mean the same."""

    path: str
    kind: str
    sort: Sort
    changes: tuple[Change, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "path": self.path,
            "kind": self.kind,
            "change": self.sort,
            "fields": [each.as_json() for each in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs, by place and by kind of file."""

    places: tuple[PlaceDifference, ...]
    files: tuple[FileDifference, ...]

    def __bool__(self) -> bool:
        """Whether anything does."""
        return bool(self.places or self.files)


def differences(before: Snapshot, after: Snapshot) -> Difference:
    """What ``after`` says that ``before`` didn't, and the other way round.

    Files are compared by blob; one that can't be read has no fields. Places are those that a good
    promotion names, with all that policies, environment and app give them; where either side's
    layers can't be made out, only the promotions themselves are compared.
    """
    return Difference(
        tuple(_places(before, after)), tuple(sorted(_files(before, after), key=_order))
    )


def _places(before: Snapshot, after: Snapshot) -> Iterator[PlaceDifference]:
    for environment, app in sorted({*before.promotions, *after.promotions}):
        place = Place(environment, app)
        old, new = (_promoted(each, place) for each in (before, after))
        layers = [
            {} if promoted is None else _layers(snapshot, place)
            for snapshot, promoted in ((before, old), (after, new))
        ]
        was, now = [{}, {}] if None in layers else [each or {} for each in layers]
        changes = tuple(_changes({**(old or {}), **was}, {**(new or {}), **now}))
        if changes:
            yield PlaceDifference(place, _sort(old is not None, new is not None), changes)


def _promoted(snapshot: Snapshot, place: Place) -> dict[str, Any] | None:
    if (place.environment, place.app) not in snapshot.promotions:
        return None
    document = snapshot.documents[promotion_path(place.environment, place.app)]
    return _leaves({key: each for key, each in document.value.items() if key not in _PROMOTED})


def _layers(snapshot: Snapshot, place: Place) -> dict[str, Any] | None:
    """What the place's environment comes to, for its app; nothing if that can't be told."""
    found = resolve(snapshot, place.environment, place.app)
    if found.environment is None:
        return None
    fields = {key: each for key, each in found.value.items() if key not in _NOT_OF_PLACES}
    return _leaves({**fields, **found.value.get("apps", {}).get(place.app, {})})


def _files(before: Snapshot, after: Snapshot) -> Iterator[FileDifference]:
    for path in sorted({*before.blobs, *after.blobs}):
        if before.blobs.get(path) == after.blobs.get(path):
            continue
        home = home_of(path)
        kind = "stray file" if isinstance(home, Diagnostic) else home.kind.__name__
        documents = [each.documents.get(path) for each in (before, after)]
        old, new = (
            {} if each is None else {k: v for k, v in each.value.items() if k not in _HEAD}
            for each in documents
        )
        sort = _sort(path in before.blobs, path in after.blobs)
        yield FileDifference(path, kind, sort, tuple(_changes(_leaves(old), _leaves(new))))


def _order(each: FileDifference) -> tuple[str, str]:
    return each.kind, each.path


def _sort(was: bool, now: bool) -> Sort:  # noqa: FBT001 - a table of two
    return "changed" if was and now else "added" if now else "removed"


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for field in (*new, *(each for each in old if each not in new)):
        if old.get(field) != new.get(field):
            yield Change(field, _masked(old.get(field), field), _masked(new.get(field), field))


def _leaves(value: Any, at: str = "") -> dict[str, Any]:
    """Field → value, where a field's steps are joined by dots. Lists are values."""
    if not isinstance(value, Mapping) or (at and not value):
        return {at: value}
    found: dict[str, Any] = {}
    for key, each in value.items():
        found.update(_leaves(each, f"{at}.{key}" if at else str(key)))
    return found


def _masked(value: Any, field: str) -> Any:
    match value:
        case str():
            secret = secret_named(field.rpartition(".")[2]) or any(True for _ in secrets_in(value))
            return _MASK if secret else value
        case Mapping():
            return {key: _masked(each, str(key)) for key, each in value.items()}
        case list() | tuple():
            return [_masked(each, field) for each in value]
        case _:
            return value
