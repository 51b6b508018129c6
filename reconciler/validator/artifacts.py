"""Artifacts stay where they belong."""

import re
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import policy
from reconciler.manifest.document import NodePath
from reconciler.manifest.paths import release_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot

_PATH = re.compile(r"[A-Za-z0-9_+@%=,.-]+(?:/[A-Za-z0-9_+@%=,.-]+)*")


def artifacts(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """The path of a tarball is relative and stays below the app's artifact address (B43)."""
    for (app, version), release in snapshot.releases.items():
        path = release_path(app, version)
        for index, component in enumerate(release.components):
            node: NodePath = ("components", index, "artifact")
            tarball = component.artifact.tarball
            if tarball is not None and not inside(tarball):
                yield policy.ARTIFACT_PATH.at(
                    snapshot.locate(path, (*node, "tarball")), f"tarball: found {shown(tarball)}"
                )


def inside(path: str) -> bool:
    """Whether a path is relative and never leaves the folder it starts in."""
    steps = path.split("/")
    return bool(_PATH.fullmatch(path)) and not {".", ".."} & set(steps) and path[0] != "-"
