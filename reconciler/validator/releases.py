"""Releases fit their app."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import references
from reconciler.manifest.paths import app_path, release_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.app import App
from reconciler.model.release import Release
from reconciler.validator.near import near, near_or_add
from reconciler.versions import tag_of


def releases(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A release is of an app that has a file, carries its components and is tagged its way.

    Components stand in the app's order, each at most once. The tag is the app's ``versions.tag``
    with the version filled in: another tag might be another version.
    """
    for (name, version), release in snapshot.releases.items():
        path = release_path(name, version)
        app = snapshot.apps.get(name)
        if app:
            yield from _tag(snapshot, path, app, release)
            yield from _components(snapshot, path, app, release)
        elif not snapshot.has(app_path(name)):
            yield references.APP.at(
                snapshot.locate(path, ("app",)),
                f"app {shown(name)} has no app.yaml",
                hint=near_or_add(name, snapshot.apps, app_path(name)),
            )


def _tag(snapshot: Snapshot, path: str, app: App, release: Release) -> Iterator[Diagnostic]:
    expected = tag_of(app, release.version)
    if release.tag != expected:
        yield references.TAG_NAME.at(
            snapshot.locate(path, ("tag",)),
            f"tag: found {shown(release.tag)}, expected {shown(expected)}",
        )


def _components(snapshot: Snapshot, path: str, app: App, release: Release) -> Iterator[Diagnostic]:
    order = [each.name for each in app.components]
    before = -1
    for index, component in enumerate(release.components):
        node = ("components", index, "name")
        if component.name not in order:
            yield references.COMPONENTS.at(
                snapshot.locate(path, node),
                f"component {shown(component.name)} isn't the app's",
                hint=near(component.name, order),
            )
            continue
        here = order.index(component.name)
        if here <= before:
            said = "stands twice" if here == before else f"stands after {shown(order[before])}"
            yield references.COMPONENTS.at(
                snapshot.locate(path, node), f"component {shown(component.name)} {said}"
            )
        before = max(before, here)
