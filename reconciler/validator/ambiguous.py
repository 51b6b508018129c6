"""Releases can be told apart."""

from collections import defaultdict
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import links
from reconciler.manifest.paths import release_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.versions import rank


def ambiguous(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """No two releases of an app have versions of one rank (B40).

    ``1.0.0`` and ``1.00.0`` are one rank, and so are ``1.0.0+a`` and ``1.0.0+b``: which of them is
    the newest would be anybody's guess. Versions of scheme ``opaque`` have no rank, except that
    they may not differ in case alone.
    """
    ranks: dict[tuple[str, object], list[str]] = defaultdict(list)
    for app, version in snapshot.releases:
        found = snapshot.apps.get(app)
        if found is not None:
            opaque = found.versions.scheme == "opaque"
            key = version.casefold() if opaque else rank(found.versions, version)
            ranks[app, key].append(version)
    for (app, _), versions in ranks.items():
        first, *others = sorted(versions)
        for version in others:
            yield links.AMBIGUOUS.at(
                snapshot.locate(release_path(app, version), ("version",)),
                f"version {shown(version)} of {app} has the rank of {shown(first)}",
            )
