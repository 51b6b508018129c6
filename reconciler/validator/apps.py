"""Apps say what can be done."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import fields, references
from reconciler.manifest.paths import app_path
from reconciler.manifest.placeholders import words_of
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.app import App
from reconciler.validator.near import near

_SORTS = ("tarball", "tree")
_NOT_YET = ("image", "chart")


def apps(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """An app's components have names of their own and an artifact that can be found.

    ``versions.tag`` holds ``{version}``: else all versions would share one tag. More than one
    component with ``run`` isn't supported yet: a place has one long-running process.
    """
    for name, app in snapshot.apps.items():
        path = app_path(name)
        if "version" not in words_of(app.versions.tag):
            yield fields.VALUE.at(
                snapshot.locate(path, ("versions", "tag")),
                f"versions.tag: found {shown(app.versions.tag)}, expected it to hold {{version}}",
            )
        yield from _components(snapshot, path, app)


def _components(snapshot: Snapshot, path: str, app: App) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    running = 0
    for index, component in enumerate(app.components):
        if component.name in seen:
            yield references.COMPONENTS.at(
                snapshot.locate(path, ("components", index, "name")),
                f"component {shown(component.name)} stands twice",
                hint="give each component a name of its own",
            )
        seen.add(component.name)
        running += component.run is not None
        if component.run is not None and running > 1:
            yield fields.NOT_YET_VALUE.at(
                snapshot.locate(path, ("components", index, "run"), key=True),
                "a second component with 'run' is not supported yet",
                hint="keep one component with 'run'",
            )
        for sort in component.artifact:
            if sort in _SORTS:
                continue
            place = snapshot.locate(path, ("components", index, "artifact", sort), key=True)
            if sort in _NOT_YET:
                yield fields.NOT_YET_FIELD.at(place, f"artifact.{sort} is not supported yet")
            else:
                yield fields.UNKNOWN.at(
                    place,
                    f"unknown artifact {shown(sort)}, expected 'tarball' or 'tree'",
                    hint=near(sort, _SORTS),
                )
