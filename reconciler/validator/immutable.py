"""Releases never change."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.codes import changes
from reconciler.manifest.paths import app_path, release_path
from reconciler.manifest.snapshot import Snapshot


def immutable(base: Snapshot, snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A release that was there is still there, byte for byte (B52).

    Releases that were broken may be mended, and an app may go with all that it has. To keep one
    from being used there is its quarantine.
    """
    for app, version in base.releases:
        path = release_path(app, version)
        if app_path(app) not in snapshot.blobs:
            continue
        if path not in snapshot.blobs:
            yield changes.REMOVED.at(Location(path), f"release {version} of {app} was removed")
        elif snapshot.blobs[path] != base.blobs[path]:
            field = _first_difference(base, snapshot, path)
            yield changes.CHANGED.at(
                snapshot.locate(path, (field,) if field else ()),
                f"release {version} of {app} was changed: {field or 'its text'} is another",
            )


def _first_difference(base: Snapshot, snapshot: Snapshot, path: str) -> str:
    before, now = base.documents.get(path), snapshot.documents.get(path)
    if before is None or now is None:
        return ""
    names = [*now.value, *before.value]
    return next((each for each in names if before.value.get(each) != now.value.get(each)), "")
