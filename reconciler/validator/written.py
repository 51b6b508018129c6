"""Where in the files the things stand that several rules look at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.diagnostics import Location
from reconciler.manifest.document import NodePath
from reconciler.manifest.layering import LAID, chain_of, resolve
from reconciler.manifest.paths import (
    CONNECTIONS,
    app_path,
    approval_path,
    environment_path,
    policy_path,
    promotion_path,
)
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.app import App
from reconciler.model.environment import Environment, Target
from reconciler.model.pipeline import Maintenance, Pipeline, Step
from reconciler.model.policy import Layer
from reconciler.model.probe import Test
from reconciler.model.schedule import Window
from reconciler.names import Command


@dataclass(frozen=True, slots=True)
class WrittenTest:
    """One test as one file writes it."""

    path: str
    node: NodePath
    test: Test


@dataclass(frozen=True, slots=True)
class WrittenTarget:
    """One target as one file writes it; ``app`` is empty for the environment's own."""

    path: str
    node: NodePath
    target: Target
    driver: str
    """The driver in force; this file may leave it to another."""
    app: str = ""


@dataclass(frozen=True, slots=True)
class WrittenStep:
    """One step of a pipeline as one file writes it."""

    path: str
    node: NodePath
    step: Step


def layers(snapshot: Snapshot) -> Iterator[tuple[str, Layer]]:
    """Every policy and environment with its file."""
    for name, policy in snapshot.policies.items():
        yield policy_path(name), policy
    for name, environment in snapshot.environments.items():
        yield environment_path(name), environment


def pipelines(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, Pipeline]]:
    """Every pipeline of apps, policies, environments and apps in environments."""
    for name, app in snapshot.apps.items():
        yield app_path(name), ("pipeline",), app.pipeline
    for path, layer in layers(snapshot):
        yield path, ("pipeline",), layer.pipeline
    for name, environment in snapshot.environments.items():
        for app_name, here in environment.apps.items():
            if here.pipeline is not None:
                path = environment_path(name)
                yield path, ("apps", app_name, "pipeline"), here.pipeline


def steps(snapshot: Snapshot) -> Iterator[WrittenStep]:
    """Every step of every pipeline."""
    for path, node, pipeline in pipelines(snapshot):
        for place in ("prepare", "cleanup"):
            for name, step in getattr(pipeline, place).items():
                if step is not None:
                    yield WrittenStep(path, (*node, place, name), step)
        for place in ("backup", "migrate"):
            step = getattr(pipeline, place)
            if step is not None:
                yield WrittenStep(path, (*node, place), step)


def tests(snapshot: Snapshot) -> Iterator[WrittenTest]:
    """Every test of every pipeline: smoke, long ones, and checks of steps."""
    for path, node, pipeline in pipelines(snapshot):
        for place in ("smoke", "tests"):
            for name, test in getattr(pipeline, place).items():
                if test is not None:
                    yield WrittenTest(path, (*node, place, name), test)
    for each in steps(snapshot):
        if each.step.check is not None:
            yield WrittenTest(each.path, (*each.node, "check"), each.step.check)


def commands(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, Command]]:
    """Path, node and arguments of every command."""
    for name, app in snapshot.apps.items():
        for index, component in enumerate(app.components):
            if component.run is not None:
                yield app_path(name), ("components", index, "run"), component.run
    for test in tests(snapshot):
        if test.test.command is not None:
            yield test.path, (*test.node, "command", "run"), test.test.command.run
    for each in steps(snapshot):
        yield from _run(each.path, each.node, each.step)
    for path, node, pipeline in pipelines(snapshot):
        yield from _run(path, (*node, "maintenance"), pipeline.maintenance)
    for target in targets(snapshot):
        for index, argv in enumerate(target.target.restart or ()):
            yield target.path, (*target.node, "restart", index), argv


def _run(
    path: str, node: NodePath, value: Step | Maintenance
) -> Iterator[tuple[str, NodePath, Command]]:
    for field in ("run", "undo", "restore"):
        argv = getattr(value, field, None)
        if argv is not None:
            yield path, (*node, field), argv


def targets(snapshot: Snapshot) -> Iterator[WrittenTarget]:
    """Every target of policies, of environments and of apps in environments."""
    for name, policy in snapshot.policies.items():
        drivers = (_driver(snapshot, each) for each in chain_of(snapshot, name))
        driver = next((each for each in drivers if each), "")
        yield WrittenTarget(policy_path(name), ("target",), policy.target, driver)
    for name, environment in snapshot.environments.items():
        path, whole = environment_path(name), resolve(snapshot, name).environment
        driver = (whole.target.driver if whole else environment.target.driver) or ""
        yield WrittenTarget(path, ("target",), environment.target, driver)
        for app, here in environment.apps.items():
            if here.target is not None:
                node = ("apps", app, "target")
                own = here.target.driver or driver
                yield WrittenTarget(path, node, here.target, own, app)


def _driver(snapshot: Snapshot, policy: str) -> str:
    found = snapshot.policies.get(policy)
    return (found.target.driver if found else None) or ""


def target_at(snapshot: Snapshot, environment: str, app: str, field: str) -> Location:
    """Where the field of a place's target is written; a missing one's target otherwise.

    Always in the environment's own file: what is wrong there must hold no other place.
    """
    place, whole = resolve(snapshot, environment, app), resolve(snapshot, environment)
    if field not in place.value.get("target", {}) and "target" in whole.value:
        place = whole
    found, path = place.locate(("target", field)), environment_path(environment)
    return found if found.path == path else snapshot.locate(path, ("extends",))


def places(snapshot: Snapshot) -> Iterator[tuple[Environment, App]]:
    """Every environment with each app that it promotes or has settings for, by name.

    The environment is the one in force for the app; those that can't be had are left out.
    """
    yield from snapshot.derive((*LAID, "placed"), "places", lambda: tuple(_places(snapshot)))


def _places(snapshot: Snapshot) -> Iterator[tuple[Environment, App]]:
    named = set(snapshot.placed)
    for name, environment in snapshot.environments.items():
        named.update((name, app) for app in environment.apps)
    for name, app_name in sorted(named):
        found, app = resolve(snapshot, name, app_name).environment, snapshot.apps.get(app_name)
        if found and app:
            yield found, app


def addresses(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str]]:
    """Path, node and text of every URL that isn't a test's and may hold placeholders."""
    for path, layer in layers(snapshot):
        if layer.url is not None:
            yield path, ("url",), layer.url
        for link, url in layer.links.items():
            if url is not None:
                yield path, ("links", link), url
    for name, environment in snapshot.environments.items():
        for app, here in environment.apps.items():
            if here.url is not None:
                yield environment_path(name), ("apps", app, "url"), here.url


def links(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str]]:
    """Path, node and text of every URL in which nothing is filled in."""
    for test in tests(snapshot):
        if test.test.help is not None:
            yield test.path, (*test.node, "help"), test.test.help
    for step in steps(snapshot):
        if step.step.help is not None:
            yield step.path, (*step.node, "help"), step.step.help
    for name, tracker in snapshot.connections.trackers.items() if snapshot.connections else ():
        if tracker.url is not None:
            yield CONNECTIONS, ("trackers", name, "url"), tracker.url
    yield from _evidence(snapshot)


def _evidence(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str]]:
    for key, approval in snapshot.approvals.items():
        if approval.evidence is not None:
            yield approval_path(*key), ("evidence",), approval.evidence
    for (environment, app), promotion in snapshot.promotions.items():
        if promotion.override is not None:
            path = promotion_path(environment, app)
            yield path, ("override", "evidence"), promotion.override.evidence


def references(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, Sequence[str]]]:
    """Path, node and entries of every list of parties that are told something."""
    for name, app in snapshot.apps.items():
        for notice, entry in app.notices.items():
            yield app_path(name), ("notices", notice, "to"), entry.to
    for path, layer in layers(snapshot):
        for notice, told in layer.notices.items():
            if told is not None and "to" in told.model_fields_set:
                yield path, ("notices", notice, "to"), told.to


def windows(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, Sequence[Window]]]:
    """Path, node and entries of every list of windows."""
    for path, layer in layers(snapshot):
        if layer.windows is not None:
            yield path, ("windows",), layer.windows
    for name, environment in snapshot.environments.items():
        for app, here in environment.apps.items():
            if here.windows is not None:
                yield environment_path(name), ("apps", app, "windows"), here.windows
