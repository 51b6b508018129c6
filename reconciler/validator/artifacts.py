"""Artifacts are one of their sorts, and stay where they belong."""

import re
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import fields, policy
from reconciler.manifest.document import NodePath
from reconciler.manifest.paths import release_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.release import Artifact

_PATH = re.compile(r"[A-Za-z0-9_+@%=,.-]+(?:/[A-Za-z0-9_+@%=,.-]+)*")


def artifacts(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """An artifact is exactly one of ``tarball`` with ``sha256``, and ``tree``.

    The path of a tarball is relative and stays below the app's artifact address (B43).
    """
    for (app, version), release in snapshot.releases.items():
        path = release_path(app, version)
        for index, component in enumerate(release.components):
            node: NodePath = ("components", index, "artifact")
            yield from _sort(snapshot, path, node, component.artifact)
            tarball = component.artifact.tarball
            if tarball is not None and not inside(tarball):
                yield policy.ARTIFACT_PATH.at(
                    snapshot.locate(path, (*node, "tarball")), f"tarball: found {shown(tarball)}"
                )


def inside(path: str) -> bool:
    """Whether a path is relative and never leaves the folder it starts in."""
    steps = path.split("/")
    return bool(_PATH.fullmatch(path)) and not {".", ".."} & set(steps) and path[0] != "-"


def _sort(
    snapshot: Snapshot, path: str, node: NodePath, artifact: Artifact
) -> Iterator[Diagnostic]:
    code, hint = fields.EXACTLY_ONE, ""
    match artifact:
        case Artifact(tarball=str(), tree=str()):
            said = "found 'tarball' and 'tree'"
        case Artifact(tarball=None, tree=None):
            said = "found neither 'tarball' nor 'tree'"
        case Artifact(tarball=str(), sha256=None):
            code, said = fields.MISSING, "'sha256' is missing"
            hint = "add the tarball's 'sha256:'"
        case Artifact(tree=str(), sha256=str()):
            said = "found 'sha256' beside 'tree', whose id is its digest"
            hint = "take 'sha256' out"
        case _:
            return
    yield code.at(snapshot.locate(path, node), f"artifact: {said}", hint=hint)
