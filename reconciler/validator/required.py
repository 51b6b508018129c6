"""What a place requires is there."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import reach
from reconciler.manifest.paths import promotion_path
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.gates import Requirement
from reconciler.model.promotion import Promotion
from reconciler.model.release import Release
from reconciler.validator.effective import Effective, deployed


def required(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """What ``gates.require`` asks for can be had, and data can be put back where it must be.

    ``smoke-tests`` needs a smoke test at the place (B53, B93); ``way-back`` a release that says how
    to go back, so no plain commit. An override of such a gate lets its release pass. A release
    whose migration is ``breaking`` needs maintenance and a backup that can be restored, and so does
    ``rollback.restore: always``.
    """
    for each in deployed(snapshot):
        assert each.app is not None  # noqa: S101 - narrowing
        promotion = snapshot.promotions.get((each.value.name, each.app.name))
        if promotion is None:
            continue
        release = snapshot.releases.get((each.app.name, promotion.release or ""))
        require = each.value.gates.require
        tested = any(each.value.pipeline.smoke.values())
        if "smoke-tests" in require and not (tested or _set_aside(promotion, "smoke-tests")):
            said = "'smoke-tests' is required, and there are none"
            node = ("gates", "require", require.index("smoke-tests"))
            hint = "add a test to 'pipeline.smoke'"
            yield each.finding(reach.REQUIRED, said, *node, hint=hint)
        if "way-back" in require and not _set_aside(promotion, "way-back"):
            yield from _way_back(snapshot, each, release, commit=promotion.commit)
        yield from _restore(snapshot, each, release)


def _set_aside(promotion: Promotion, word: Requirement) -> bool:
    override = promotion.override
    return override is not None and (override.gate, override.release) == (
        f"require/{word}",
        promotion.release,
    )


def _way_back(
    snapshot: Snapshot, each: Effective, release: Release | None, *, commit: str | None
) -> Iterator[Diagnostic]:
    assert each.app is not None  # noqa: S101 - narrowing
    path = promotion_path(each.value.name, each.app.name)
    if commit is not None:
        yield reach.REQUIRED.at(
            snapshot.locate(path, ("commit",)),
            f"{each.label}: 'way-back' is required, and a commit has none",
            hint="promote a release that has a 'way_back'",
        )
    elif release is not None and release.way_back is None:
        yield reach.REQUIRED.at(
            snapshot.locate(path, ("release",)),
            f"{each.label}: 'way-back' is required, and release {release.version} has none",
            hint="release it again with a 'way_back'",
        )


def _restore(snapshot: Snapshot, each: Effective, release: Release | None) -> Iterator[Diagnostic]:
    assert each.app is not None  # noqa: S101 - narrowing
    pipeline = each.value.pipeline
    backup = pipeline.backup
    good = backup is not None and backup.run is not None and backup.restore is not None
    if pipeline.rollback.restore == "always" and not good:
        said = "'always' restores a backup, and none can be restored"
        hint = "give the pipeline a 'backup' with 'run' and 'restore'"
        node = ("pipeline", "rollback", "restore")
        yield each.finding(reach.NO_WAY_BACK, said, *node, hint=hint)
    elif release is not None and release.migration == "breaking":
        lacking = [] if good else ["backup that can be restored"]
        if pipeline.maintenance.when == "never":
            lacking.append("maintenance")
        elif pipeline.maintenance.when == "downtime" and release.downtime == "none":
            lacking.append("maintenance, since the release has no downtime")
        if lacking:
            path = promotion_path(each.value.name, each.app.name)
            yield reach.NO_WAY_BACK.at(
                snapshot.locate(path, ("release",)),
                f"{each.label}: the migration of {release.version} is breaking, and there is no"
                f" {' and no '.join(lacking)}",
            )
