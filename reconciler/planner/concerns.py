"""Which managed paths decide about a place (pure)."""

from collections.abc import Iterator

from reconciler.model.place import Place

Subject = tuple[str, ...]
"""What a path is about; the first word says which sort."""

_EVERYBODY: Subject = ("everybody",)


def concerns(path: str, place: Place, versions: frozenset[str]) -> bool:
    """Whether a managed path decides about this place; ``versions`` are those it may come to run.

    A promotion concerns its place, an environment or app file all places of it, a release file the
    places that ask for it; people, connections and what environments share concern everybody.
    """
    return subject_of(path) in subjects_of(place, versions)


def subject_of(path: str) -> Subject:  # noqa: PLR0911 - one literal table of paths
    """What a managed path is about; of nothing that any place is concerned with it is empty."""
    match path.split("/"):
        case ["environments", "policies" | "customers" | "calendars" | "freezes", _]:
            return _EVERYBODY
        case ["calendars", *_] | ["environments", _]:
            return _EVERYBODY
        case ["environments", environment, file]:
            return ("file", environment, file)
        case ["releases", app, version, "approvals", environment, _]:
            return ("approval", app, version, environment)
        case ["releases", app, "app.yaml"]:
            return ("app", app)
        case ["releases", app, version, *_]:
            return ("release", app, version)
        case _:
            return ()


def subjects_of(place: Place, versions: frozenset[str]) -> frozenset[Subject]:
    """Everything that decides about the place, which may come to run these versions."""
    return frozenset(_subjects(place, versions))


def _subjects(place: Place, versions: frozenset[str]) -> Iterator[Subject]:
    yield _EVERYBODY
    yield ("file", place.environment, "environment.yaml")
    yield ("file", place.environment, f"{place.app}.yaml")
    yield ("app", place.app)
    for version in versions:
        yield ("release", place.app, version)
        yield ("approval", place.app, version, place.environment)
