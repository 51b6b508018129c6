"""Where in the files the things stand that several rules look at."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.manifest.document import NodePath
from reconciler.manifest.paths import app_path, environment_path
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.app import App, AppPipeline
from reconciler.model.environment import Environment, Target
from reconciler.model.probe import Test


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
    app: str = ""


def tests(snapshot: Snapshot) -> Iterator[WrittenTest]:
    """Every smoke test of apps, environments and apps in environments."""
    for name, app in snapshot.apps.items():
        yield from _tests(app_path(name), ("pipeline",), app.pipeline)
    for name, environment in snapshot.environments.items():
        path = environment_path(name)
        yield from _tests(path, ("pipeline",), environment.pipeline)
        for app_name, here in environment.apps.items():
            if here.pipeline is not None:
                yield from _tests(path, ("apps", app_name, "pipeline"), here.pipeline)


def _tests(path: str, node: NodePath, pipeline: AppPipeline) -> Iterator[WrittenTest]:
    for name, test in pipeline.smoke.items():
        if test is not None:
            yield WrittenTest(path, (*node, "smoke", name), test)


def targets(snapshot: Snapshot) -> Iterator[WrittenTarget]:
    """Every target of environments and of apps in environments."""
    for name, environment in snapshot.environments.items():
        path = environment_path(name)
        yield WrittenTarget(path, ("target",), environment.target)
        for app_name, here in environment.apps.items():
            if here.target is not None:
                yield WrittenTarget(path, ("apps", app_name, "target"), here.target, app_name)


def written_at(environment: Environment, app: str, field: str) -> NodePath:
    """Where the field of an app's target is written: at the app, or else at the environment."""
    here = environment.apps.get(app)
    if here and here.target and field in here.target.model_fields_set:
        return ("apps", app, "target", field)
    return ("target", field)


def places(snapshot: Snapshot) -> Iterator[tuple[Environment, App]]:
    """Every environment with each app that it promotes or has settings for, by name."""
    named = set(snapshot.promotions)
    for name, environment in snapshot.environments.items():
        named.update((name, app) for app in environment.apps)
    for name, app_name in sorted(named):
        found, app = snapshot.environments.get(name), snapshot.apps.get(app_name)
        if found and app:
            yield found, app


def addresses(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str]]:
    """Path, node and text of every URL that isn't a test's."""
    for name, environment in snapshot.environments.items():
        path = environment_path(name)
        if environment.url is not None:
            yield path, ("url",), environment.url
        for link, url in environment.links.items():
            if url is not None:
                yield path, ("links", link), url
        for app, here in environment.apps.items():
            if here.url is not None:
                yield path, ("apps", app, "url"), here.url
