"""Content that doesn't exist yet: what a timetable says that trains will cut (pure)."""

import hashlib
from datetime import datetime

from reconciler.manifest.snapshot import Snapshot
from reconciler.model.app import App, Component
from reconciler.model.release import Release
from reconciler.timetable.freezes import stops_cutting, stretch_of
from reconciler.timetable.moments import day_at
from reconciler.versions.ordering import newest_first
from reconciler.versions.succession import Step, next_version
from reconciler.versions.tags import tag_of


def next_release(snapshot: Snapshot, app: App, at: datetime) -> Release:
    """The release that a train would cut at an instant: the last one with other content.

    Raises `UsageError` where no version follows by itself.
    """
    existing = snapshot.versions.get(app.name, ())
    train = app.train.schedule if app.train else None
    zone = (train.timezone if train else None) or "Etc/UTC"
    day = day_at(at, zone)
    version = next_version(app.versions, existing, day=day, step=Step.MINOR)
    newest = newest_first(app.versions, existing)
    before = snapshot.releases[app.name, newest[0]] if newest else None
    return Release.model_validate(
        {
            "apiVersion": "tagboat/v1",
            "kind": "Release",
            "app": app.name,
            "version": version,
            "tag": tag_of(app, version),
            "commit": invented(f"{app.name} {version}", 40),
            "components": [
                {
                    "name": each.name,
                    "artifact": _artifact(app.name, version, each),
                }
                for each in app.components
            ],
            "summary": f"Train of {day.isoformat()}",
            "downtime": app.defaults.downtime or (before.downtime if before else "none"),
            "estimate": app.defaults.estimate or (before.estimate if before else "10m"),
            "migration": app.defaults.migration or (before.migration if before else "none"),
            **({"way_back": before.way_back} if before and before.way_back else {}),
        }
    )


def _artifact(app: str, version: str, component: Component) -> dict[str, str]:
    """An artifact of the sort that the component has, with a digest nobody else has."""
    name, pattern = component.name, component.artifact
    seed = f"{app} {version} {name}"
    match next(iter(pattern), "tree"):
        case "image" | "chart" as sort:
            repository = pattern[sort].partition("{")[0].rpartition(":")[0] or f"invented/{app}"
            return {sort: f"{repository}@sha256:{invented(seed, 64)}"}
        case "tarball":
            return {"tarball": f"{name}-{version}.tar.gz", "sha256": invented(seed, 64)}
        case _:
            return {"tree": invented(seed, 40)}


def stopped_by(snapshot: Snapshot, app: App, at: datetime) -> str:
    """The freeze that stops an app's train: one that isn't limited to places."""
    stopping = (
        name
        for name, freeze in sorted(snapshot.freezes.items())
        if stops_cutting(freeze, app.name) and at in stretch_of(freeze)
    )
    return next(stopping, "")


def invented(seed: str, digits: int) -> str:
    """So many hex digits that nothing real has; the same for the same seed."""
    return hashlib.sha256(f"simulated {seed}".encode()).hexdigest()[:digits]
