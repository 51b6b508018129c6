"""Overrides and temporary contents name what there is."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import reach, references
from reconciler.manifest.paths import promotion_path, quarantine_path, release_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.near import near


def exceptions(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """An override is for a release of the app, and so is a temporary one.

    A promotion never asks for a release that is in quarantine for good (B42); one with ``until``
    is asked about when the time has come.
    """
    for (environment, app), promotion in snapshot.promotions.items():
        path = promotion_path(environment, app)
        for field in ("override", "temporary"):
            version = getattr(getattr(promotion, field), "release", None)
            if version is not None and not snapshot.has(release_path(app, version)):
                known = snapshot.versions.get(app, ())
                yield references.RELEASE.at(
                    snapshot.locate(path, (field, "release")),
                    f"release {shown(version)} of {app} has no release.yaml",
                    hint=near(version, known),
                )
        quarantine = snapshot.quarantines.get((app, promotion.release or ""))
        if quarantine is not None and quarantine.until is None:
            yield reach.QUARANTINED.at(
                snapshot.locate(path, ("release",)),
                f"{app} {promotion.release} is in quarantine by"
                f" {quarantine_path(app, quarantine.version)}",
            )
