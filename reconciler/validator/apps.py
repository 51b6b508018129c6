"""Apps say what can be done."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import fields, reach, references
from reconciler.manifest.paths import app_path
from reconciler.manifest.placeholders import words_of
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.app import App, Versions
from reconciler.versions.pattern import Pattern


def apps(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """An app's components have names of their own, and its versions have tags of their own.

    ``versions.tag`` holds ``{version}``: else all versions would share one tag. Calendar versions
    may have a ``pattern``, which makes them grow with time and can be read back. An app with a
    train has versions of which one follows the other.
    """
    for name, app in snapshot.apps.items():
        path = app_path(name)
        if "version" not in words_of(app.versions.tag):
            yield fields.VALUE.at(
                snapshot.locate(path, ("versions", "tag")),
                f"versions.tag: found {shown(app.versions.tag)}, expected it to hold {{version}}",
            )
        yield from _pattern(snapshot, path, app.versions)
        if app.train is not None and not app.versions.succeed:
            said = f"no version of scheme {app.versions.scheme} follows another without a pattern"
            yield reach.TRAIN.at(snapshot.locate(path, ("train",), key=True), said)
        yield from _components(snapshot, path, app)


def _pattern(snapshot: Snapshot, path: str, versions: Versions) -> Iterator[Diagnostic]:
    if versions.pattern is None:
        return
    wrong = f"expected none beside scheme {versions.scheme}"
    if versions.scheme == "calver":
        try:
            Pattern.of(versions.pattern)
        except ValueError as error:
            wrong = str(error)
        else:
            return
    yield fields.VALUE.at(
        snapshot.locate(path, ("versions", "pattern")),
        f"versions.pattern: found {shown(versions.pattern)}, {wrong}",
    )


def _components(snapshot: Snapshot, path: str, app: App) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for index, component in enumerate(app.components):
        if component.name in seen:
            yield references.COMPONENTS.at(
                snapshot.locate(path, ("components", index, "name")),
                f"component {shown(component.name)} stands twice",
                hint="give each component a name of its own",
            )
        seen.add(component.name)
