"""Which kind of file a path holds (format v1, "Where the files are")."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import get_args

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.codes import references
from reconciler.manifest.secrets import shown
from reconciler.model.app import App
from reconciler.model.approval import Approval, Quarantine
from reconciler.model.base import Manifest
from reconciler.model.calendar import Calendar
from reconciler.model.connections import Connections
from reconciler.model.customer import Customer
from reconciler.model.environment import Environment
from reconciler.model.freeze import Freeze
from reconciler.model.notice import AppEvent, Event
from reconciler.model.people import People
from reconciler.model.policy import Policy
from reconciler.model.promotion import Promotion
from reconciler.model.release import Release
from reconciler.model.text import Text
from reconciler.names import is_language, is_name, is_version

Kind = type[Manifest]

_SHARED: Mapping[str, Kind] = MappingProxyType(
    {"policies": Policy, "customers": Customer, "calendars": Calendar, "freezes": Freeze}
)
_LONGEST_NAME = 63
RESERVED = frozenset({*_SHARED, "texts"})
"""Folders of ``environments/`` that aren't environments."""

PEOPLE = "environments/people.yaml"

CONNECTIONS = "environments/connections.yaml"

_EVENTS = (*get_args(Event), *get_args(AppEvent))


@dataclass(frozen=True, slots=True)
class Home:
    """What a path says: the kind, and the names that the file must repeat."""

    kind: Kind
    names: tuple[tuple[str, str], ...] = ()
    """Field → the name that the path has."""
    folder: str = ""
    """The environment, for a promotion."""

    @property
    def key(self) -> str | tuple[str, ...]:
        """What the file is known by among those of its kind."""
        names = tuple(name for _, name in self.names)
        if self.folder:
            return (self.folder, *names)
        return names[0] if len(names) == 1 else names

    def name(self, field: str) -> str:
        """The name that the path has for a field; raises `KeyError` if it has none."""
        return dict(self.names)[field]


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


def approval_path(app: str, version: str, environment: str, person: str) -> str:
    """The file of one person's approval."""
    return f"releases/{app}/{version}/approvals/{environment}/{person}.yaml"


def quarantine_path(app: str, version: str) -> str:
    """The file that puts a release in quarantine."""
    return f"releases/{app}/{version}/quarantine.yaml"


def policy_path(policy: str) -> str:
    """The file of a policy."""
    return f"environments/policies/{policy}.yaml"


def customer_path(customer: str) -> str:
    """The file of a customer."""
    return f"environments/customers/{customer}.yaml"


def calendar_path(calendar: str) -> str:
    """The file of a calendar."""
    return f"environments/calendars/{calendar}.yaml"


def freeze_path(freeze: str) -> str:
    """The file of a freeze."""
    return f"environments/freezes/{freeze}.yaml"


def text_path(event: str, language: str) -> str:
    """The file of a text."""
    return f"environments/texts/{event}.{language}.yaml"


def home_of(path: str) -> Home | Diagnostic:  # noqa: PLR0911 - one literal table of paths
    """What a managed path holds, or why nothing may be there (B24)."""
    match path.split("/"):
        case ["releases", *steps]:
            return _released(path, steps)
        case ["environments", "people.yaml"]:
            return Home(People)
        case ["environments", "connections.yaml"]:
            return Home(Connections)
        case ["environments", "texts", file] if file.endswith(".yaml"):
            return _text(path, file.removesuffix(".yaml"))
        case ["environments", folder, file] if folder in _SHARED and file.endswith(".yaml"):
            name = file.removesuffix(".yaml")
            return _bad_name(path, name) or Home(_SHARED[folder], (("name", name),))
        case ["environments", folder, *_, file] if folder in RESERVED:
            return _stray(path, file)
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


def _released(path: str, steps: list[str]) -> Home | Diagnostic:
    match steps:
        case [app, "app.yaml"]:
            return _app(path, app)
        case [app, version, *rest] if rest:
            bad = _bad_name(path, app) or _bad_version(path, version)
            names = (("app", app), ("version", version))
            match rest:
                case ["release.yaml"]:
                    return bad or Home(Release, names)
                case ["quarantine.yaml"]:
                    return bad or Home(Quarantine, names)
                case ["approvals", environment, file] if file.endswith(".yaml"):
                    by = file.removesuffix(".yaml")
                    bad = bad or _bad_name(path, environment) or _bad_name(path, by)
                    return bad or Home(Approval, (*names, ("environment", environment), ("by", by)))
                case _:
                    return _stray(path, rest[-1])
        case _:
            return _stray(path, steps[-1] if steps else path)


def _text(path: str, name: str) -> Home | Diagnostic:
    event, _, language = name.partition(".")
    if event not in _EVENTS:
        near = get_close_matches(event, _EVENTS, n=1, cutoff=0.6)
        return references.STRAY.at(
            Location(path),
            f"there is no event {shown(event)}, expected <event>.<language>.yaml",
            hint=f"did you mean '{near[0]}'?" if near else "",
        )
    if not is_language(language):
        said = f"{shown(language)} is no language, expected <event>.<language>.yaml"
        hint = f"rename it to {event}.en.yaml, or another language"
        return references.STRAY.at(Location(path), said, hint=hint)
    return Home(Text, (("event", event), ("language", language)))


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


def _bad_name(path: str, name: str) -> Diagnostic | None:
    if not is_name(name):
        said = f"{shown(name)} is no name, expected lower-case letters, digits and dashes"
        near = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_NAME]
        hint = f"rename it, say to {near}" if near else ""
        return references.STRAY.at(Location(path), said, hint=hint)
    return None


def _bad_version(path: str, version: str) -> Diagnostic | None:
    if not is_version(version):
        said = f"{shown(version)} is no version that never moves, such as 1.4.0"
        return references.STRAY.at(Location(path), said)
    return None
