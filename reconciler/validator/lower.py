"""What comes contains what was promoted before."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import changes
from reconciler.manifest.paths import promotion_path
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.effective import at
from reconciler.versions import rank


def lower(base: Snapshot, snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A place that requires ``not-behind`` isn't promoted to a lower version (B41).

    Asked of apps whose versions have an order, ``semver`` and ``calver``. An override of
    ``require/not-behind`` for that release lets it pass; a rollback isn't a promotion.
    """
    for (environment, app), promotion in snapshot.promotions.items():
        before = base.promotions.get((environment, app))
        place = at(snapshot, environment, app)
        if before is None or place is None or place.app is None:
            continue
        if "not-behind" not in place.value.gates.require or place.app.versions.scheme == "opaque":
            continue
        if before.release is None or promotion.release is None:
            continue
        override = promotion.override
        aside = override is not None and override.gate == "require/not-behind"
        if aside and override is not None and override.release == promotion.release:
            continue
        versions = place.app.versions
        if rank(versions, promotion.release) < rank(versions, before.release):
            yield changes.LOWER.at(
                snapshot.locate(promotion_path(environment, app), ("release",)),
                f"{environment}/{app}: {promotion.release} is lower than {before.release},"
                " and 'not-behind' is required",
            )
