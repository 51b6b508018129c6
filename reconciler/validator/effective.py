"""Places as they are once all layers lie over each other, and where each line stands."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes.code import Code
from reconciler.manifest.layering import LAID, Resolved, resolve
from reconciler.manifest.paths import environment_path
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.app import App
from reconciler.model.environment import Environment
from reconciler.validator.written import places


@dataclass(frozen=True, slots=True)
class Effective:
    """One environment, for one app or for none, with everything that it inherits."""

    value: Environment
    app: App | None
    resolved: Resolved

    @property
    def tier(self) -> str:
        """Its class; its name if no layer says."""
        return tier_of(self.value)

    @property
    def label(self) -> str:
        """What people call the place: ``environment/app``, or the environment alone."""
        return f"{self.value.name}/{self.app.name}" if self.app else self.value.name

    def finding(
        self, code: Code, message: str, *node: str | int, key: bool = False, hint: str = ""
    ) -> Diagnostic:
        """A finding about this environment alone, where the layer that decides writes the value.

        What a shared file may say, and only this environment can't have, is told at the
        environment's own file, with the line of the shared one: it must hold no other place.
        """
        origin, path = self.resolved.locate(node, key=key), environment_path(self.value.name)
        message = f"{self.label}: {message}"
        if origin.path == path:
            return code.at(origin, message, hint=hint)
        place = self.resolved.written(path, ("extends",))
        return code.at(place, f"{message} ({origin})", hint=hint)


def at_home(snapshot: Snapshot, environment: str, finding: Diagnostic) -> Diagnostic:
    """A finding about one environment, at its own file instead of the policy's that it extends."""
    place = finding.location
    if not place.path.startswith("environments/policies/"):
        return finding
    home = snapshot.locate(environment_path(environment), ("extends",))
    return replace(finding, location=home, message=f"{finding.message} ({place})")


def tier_of(environment: Environment) -> str:
    """The class of an environment in force; its name if no layer says."""
    return environment.tier or environment.name


def environments(snapshot: Snapshot) -> Iterator[Effective]:
    """Every environment whose policies are all there, by name and without any app."""
    for name in sorted(snapshot.environments):
        found = at(snapshot, name)
        if found is not None:
            yield found


def promoted(snapshot: Snapshot) -> Iterator[Effective]:
    """Every environment into which something is promoted, by name and without any app."""
    named = {environment for environment, _ in snapshot.placed}
    return (each for each in environments(snapshot) if each.value.name in named)


def deployed(snapshot: Snapshot) -> Iterator[Effective]:
    """Every place: an environment, whose policies are all there, with one app."""
    yield from snapshot.derive((*LAID, "placed"), "deployed", lambda: tuple(_deployed(snapshot)))


def _deployed(snapshot: Snapshot) -> Iterator[Effective]:
    for environment, app in places(snapshot):
        found = at(snapshot, environment.name, app.name)
        if found is not None:
            yield found


def at(snapshot: Snapshot, environment: str, app: str | None = None) -> Effective | None:
    """An environment with all that it inherits; nothing if a policy on the way can't be used."""
    resolved = resolve(snapshot, environment, app)
    value = resolved.environment
    if value is None:
        return None
    return Effective(value, snapshot.apps.get(app) if app else None, resolved)
