"""No change removes too much."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.codes import changes
from reconciler.manifest.snapshot import Snapshot

MOST = 5
"""Environments that one change may remove."""


def mass(base: Snapshot, snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A change removes at most five environments, and never all of them or all releases (B122)."""
    environments, left = _files(base, "environment.yaml"), _files(snapshot, "environment.yaml")
    gone = environments - left
    if len(gone) > MOST or (not left and len(gone) > 1):
        said = f"{len(gone)} of {len(environments)} environments are removed at once"
        yield changes.MASS.at(Location(min(gone)), said)
    lost = _files(base, "release.yaml") - _files(snapshot, "release.yaml")
    apps = {path.split("/")[1] for path in lost}
    # Apps are always at hand; of their releases a merge request has only those that it touches.
    if lost and base.apps.keys() <= apps and not _files(snapshot, "release.yaml"):
        yield changes.MASS.at(Location(min(lost)), "all releases are removed at once")


def _files(snapshot: Snapshot, file: str) -> frozenset[str]:
    return frozenset(path for path in snapshot.blobs if path.endswith(f"/{file}"))
