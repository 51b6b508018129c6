"""From files to an assignment: content, target and lanes, every placeholder filled in."""

from collections.abc import Mapping
from typing import Any

from reconciler.manifest.placeholders import fill
from reconciler.model.app import App, AppPipeline
from reconciler.model.content import Content, ContentComponent, PlaceTarget
from reconciler.model.deployment import Assignment, Lanes, StepSpec, TestSpec, Work
from reconciler.model.environment import AppHere, Environment, Target
from reconciler.model.layers import lay_over
from reconciler.model.probe import Test
from reconciler.model.release import Release
from reconciler.names import seconds_of

PREPARE_SECONDS = 600
APPLY_SECONDS = 120
ROLLOUT_SECONDS = 120
CLEANUP_SECONDS = 60


def content_of(app: App, release: Release, environment: Environment) -> Content:
    """What this release is in this environment: the identity that is settled and compared."""
    commands = {each.name: each for each in app.components}
    here = environment.apps.get(app.name, AppHere())
    return Content(
        app=app.name,
        repository=app.repository or app.name,
        version=release.version,
        tag=release.tag,
        commit=release.commit,
        components=tuple(
            ContentComponent(
                name=each.name,
                version=each.version or release.version,
                artifact=each.artifact,
                run=commands[each.name].run,
                listens=commands[each.name].listens,
            )
            for each in release.components
        ),
        config=dict(here.config),
    )


def target_of(app: App, environment: Environment) -> PlaceTarget:
    """Where this app is in this environment."""
    here = environment.apps.get(app.name, AppHere())
    target: Target = lay_over(environment.target, here.target)
    words = {"app": app.name, "environment": environment.name}
    url = fill(here.url or environment.url or "", words)
    return PlaceTarget(
        environment=environment.name,
        app=app.name,
        driver=target.driver or "",
        root=fill(target.root or "", words),
        listen=fill(target.listen or "", words),
        url=url,
    )


def assign(
    app: App,
    release: Release,
    environment: Environment,
    *,
    previous: Content | None,
    keep: tuple[str, ...] = (),
) -> Assignment:
    """All that a worker needs for this deployment; ``previous`` is what it goes back to."""
    here = environment.apps.get(app.name, AppHere())
    pipeline = lay_over(app.pipeline, environment.pipeline)
    pipeline = lay_over(pipeline, here.pipeline)
    content = content_of(app, release, environment)
    target = target_of(app, environment)
    lanes = Lanes(
        forward=(
            StepSpec(name="prepare", work=Work.PREPARE, timeout=PREPARE_SECONDS),
            StepSpec(name="apply", work=Work.APPLY, timeout=APPLY_SECONDS),
            StepSpec(name="rollout", work=Work.ROLLOUT, timeout=ROLLOUT_SECONDS),
            *_smoke("smoke", pipeline, target, content),
            StepSpec(name="cleanup", work=Work.CLEANUP, timeout=CLEANUP_SECONDS),
        ),
        backward=(
            StepSpec(name="back/apply", work=Work.APPLY, timeout=APPLY_SECONDS),
            StepSpec(name="back/rollout", work=Work.ROLLOUT, timeout=ROLLOUT_SECONDS),
            *(_smoke("back/smoke", pipeline, target, previous) if previous else ()),
            StepSpec(name="back/cleanup", work=Work.CLEANUP, timeout=CLEANUP_SECONDS),
        ),
    )
    return Assignment(target=target, content=content, previous=previous, lanes=lanes, keep=keep)


def _smoke(
    name: str, pipeline: AppPipeline, target: PlaceTarget, content: Content
) -> tuple[StepSpec, ...]:
    if not pipeline.smoke:
        return ()
    words = {
        "app": content.app,
        "environment": target.environment,
        "version": content.version,
        "tag": content.tag,
        "commit": content.commit,
        "url": target.url,
    }
    tests = tuple(
        TestSpec(
            name=key,
            probe="http" if test.http else "command",
            settings=_settings(test, target, words),
            timeout=seconds_of(test.timeout),
            retries=test.retries,
            help=test.help,
        )
        for key, test in pipeline.smoke.items()
        if test is not None
    )
    return (
        StepSpec(
            name=name, work=Work.SMOKE, timeout=sum(each.timeout for each in tests), tests=tests
        ),
    )


def _settings(test: Test, target: PlaceTarget, words: Mapping[str, str]) -> dict[str, Any]:
    if test.http:
        url = fill(test.http.url, words)
        return {
            "url": target.url.rstrip("/") + url if url.startswith("/") else url,
            "status": test.http.status,
            "contains": fill(test.http.contains or "", words),
            "json": {path: fill(value, words) for path, value in test.http.json_.items()},
            "headers": dict(test.http.headers),
        }
    return {"run": [fill(each, words) for each in test.command.run] if test.command else []}
