"""No change removes too much."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.codes import changes
from reconciler.manifest.snapshot import Snapshot

MOST = 5
"""Environments that one change may remove."""


def mass(base: Snapshot, snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A change removes at most five environments, and never all of them or all releases (B122)."""
    kinds = (("environments", "environment.yaml"), ("releases", "release.yaml"))
    for folder, file in kinds:
        before = _files(base, folder, file)
        gone = before - _files(snapshot, folder, file)
        many = len(gone) > MOST and folder == "environments"
        if many or (gone and gone == before and len(gone) > 1):
            said = "all" if gone == before else f"{len(gone)} of {len(before)}"
            yield changes.MASS.at(Location(min(gone)), f"{said} {folder} are removed at once")


def _files(snapshot: Snapshot, folder: str, file: str) -> frozenset[str]:
    return frozenset(
        path
        for path in snapshot.blobs
        if path.startswith(f"{folder}/") and path.endswith(f"/{file}")
    )
