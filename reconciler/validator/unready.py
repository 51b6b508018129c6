"""What format v1 allows and this version doesn't act on."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import fields
from reconciler.manifest.paths import release_path
from reconciler.manifest.snapshot import Snapshot


def unready(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A release's migration isn't ``breaking`` yet.

    Going back from it would need maintenance and a backup, which this version doesn't do.
    """
    for (app, version), release in snapshot.releases.items():
        if release.migration == "breaking":
            yield fields.NOT_YET_VALUE.at(
                snapshot.locate(release_path(app, version), ("migration",)),
                "migration 'breaking' is not supported yet",
                hint="release it with a compatible migration",
            )
