"""Which kind of file a path holds (format v1, "Where the files are")."""

from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.codes import fields, references
from reconciler.manifest.secrets import shown
from reconciler.model.app import App
from reconciler.model.environment import Environment
from reconciler.model.people import People
from reconciler.model.promotion import Promotion
from reconciler.model.release import Release
from reconciler.names import Name, Version

Kind = type[App] | type[Release] | type[Environment] | type[Promotion] | type[People]

RESERVED = {
    "policies": "Policy",
    "customers": "Customer",
    "calendars": "Calendar",
    "freezes": "Freeze",
    "texts": "Text",
}
"""Folders of ``environments/`` that aren't environments."""

PEOPLE = "environments/people.yaml"

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_VERSION: TypeAdapter[str] = TypeAdapter(Version)


@dataclass(frozen=True, slots=True)
class Home:
    """What a path says: the kind, and the names that the file must repeat."""

    kind: Kind
    names: tuple[tuple[str, str], ...] = ()
    """Field → the name that the path has."""
    folder: str = ""
    """The environment, for a promotion."""


def app_path(app: str) -> str:
    """The file of an app."""
    return f"releases/{app}/app.yaml"


def release_path(app: str, version: str) -> str:
    """The file of a release."""
    return f"releases/{app}/{version}/release.yaml"


def environment_path(environment: str) -> str:
    """The file of an environment."""
    return f"environments/{environment}/environment.yaml"


def promotion_path(environment: str, app: str) -> str:
    """The file that says what shall run in a place."""
    return f"environments/{environment}/{app}.yaml"


def managed(path: str) -> bool:
    """Whether a path decides something: it is one of the two folders or below."""
    return path.partition("/")[0] in {"releases", "environments"}


def home_of(path: str) -> Home | Diagnostic:  # noqa: C901, PLR0911 - one literal table of paths
    """What a managed path holds, or why nothing may be there (B24)."""
    match path.split("/"):
        case ["releases", app, "app.yaml"]:
            return _app(path, app)
        case ["releases", app, version, "release.yaml"]:
            names = (("app", app), ("version", version))
            return _bad_name(path, app) or _bad_version(path, version) or Home(Release, names)
        case ["releases", _, _, "approvals", *_]:
            return _not_yet(path, "Approval")
        case ["releases", _, _, "quarantine.yaml"]:
            return _not_yet(path, "Quarantine")
        case ["environments", "people.yaml"]:
            return Home(People)
        case ["environments", "connections.yaml"]:
            return _not_yet(path, "Connections")
        case ["environments", folder, *_] if folder in RESERVED:
            return _not_yet(path, RESERVED[folder])
        case ["environments", environment, "environment.yaml"]:
            return _bad_name(path, environment) or Home(Environment, (("name", environment),))
        case ["environments", environment, file] if file.endswith(".yaml"):
            app = file.removesuffix(".yaml")
            bad = _bad_name(path, environment) or _bad_name(path, app)
            return bad or Home(Promotion, (("app", app),), environment)
        case [*_, file]:
            return _stray(path, file)
        case _:
            return _stray(path, path)


def _app(path: str, app: str) -> Home | Diagnostic:
    if app == "environment":
        return references.RESERVED.at(
            Location(path), "an app can't be called 'environment', its promotions couldn't be told"
        )
    return _bad_name(path, app) or Home(App, (("name", app),))


def _stray(path: str, file: str) -> Diagnostic:
    hint = f"rename it to {file[:-4]}.yaml" if file.endswith(".yml") else ""
    return references.STRAY.at(
        Location(path), f"no kind of file is called {shown(file)} here", hint=hint
    )


def _not_yet(path: str, kind: str) -> Diagnostic:
    return fields.NOT_YET_FILE.at(Location(path), f"the kind {kind} is not supported yet")


def _bad_name(path: str, name: str) -> Diagnostic | None:
    try:
        _NAME.validate_python(name)
    except ValidationError:
        said = f"{shown(name)} is no name, expected lower-case letters, digits and dashes"
        return references.STRAY.at(Location(path), said)
    return None


def _bad_version(path: str, version: str) -> Diagnostic | None:
    try:
        _VERSION.validate_python(version)
    except ValidationError:
        said = f"{shown(version)} is no version that never moves, such as 1.4.0"
        return references.STRAY.at(Location(path), said)
    return None
