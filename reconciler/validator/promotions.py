"""Promotions lead to what exists."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import references
from reconciler.manifest.paths import app_path, environment_path, promotion_path, release_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.near import near_or_add


def promotions(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A promotion names an app, a release and an environment that have files (B39).

    The environment is the folder that the promotion stands in. Settings of an environment for one
    app name an app that has a file, too.
    """
    for (environment, app), promotion in snapshot.promotions.items():
        path = promotion_path(environment, app)
        if environment not in snapshot.environments and not snapshot.has(
            environment_path(environment)
        ):
            yield references.ENVIRONMENT.at(
                snapshot.locate(path),
                f"environment {shown(environment)} has no environment.yaml",
                hint=near_or_add(environment, snapshot.environments, environment_path(environment)),
            )
        if app not in snapshot.apps and not snapshot.has(app_path(app)):
            yield references.APP.at(
                snapshot.locate(path, ("app",)),
                f"app {shown(app)} has no app.yaml",
                hint=near_or_add(app, snapshot.apps, app_path(app)),
            )
        elif (
            promotion.release
            and (app, promotion.release) not in snapshot.releases
            and not snapshot.has(release_path(app, promotion.release))
        ):
            known = snapshot.versions.get(app, ())
            yield references.RELEASE.at(
                snapshot.locate(path, ("release",)),
                f"release {shown(promotion.release)} of {app} has no release.yaml",
                hint=near_or_add(promotion.release, known, release_path(app, promotion.release)),
            )
    for name, found in snapshot.environments.items():
        for app in found.apps:
            if app not in snapshot.apps and not snapshot.has(app_path(app)):
                yield references.APP.at(
                    snapshot.locate(environment_path(name), ("apps", app), key=True),
                    f"app {shown(app)} has no app.yaml",
                    hint=near_or_add(app, snapshot.apps, app_path(app)),
                )
