"""From files to an assignment: content, target and lanes, every placeholder filled in."""

from collections.abc import Mapping
from typing import Any

from reconciler.manifest.placeholders import fill
from reconciler.model.app import App, Component
from reconciler.model.content import Content, ContentComponent, PlaceTarget
from reconciler.model.deployment import Assignment, Lanes, StepSpec, TestSpec, Work
from reconciler.model.environment import AppHere, Environment
from reconciler.model.pipeline import Pipeline
from reconciler.model.probe import Test
from reconciler.model.release import Artifact, Release
from reconciler.model.unreleased import Unreleased
from reconciler.names import seconds_of

PREPARE_SECONDS = 600
APPLY_SECONDS = 120
ROLLOUT_SECONDS = 120
CLEANUP_SECONDS = 60


def content_of(app: App, source: Release | Unreleased, environment: Environment) -> Content:
    """What this release, or commit, is in this environment: the identity that is settled.

    ``environment``, here and below, is the one in force for this app (`resolve` with the app).
    """
    config = dict(environment.apps.get(app.name, AppHere()).config)
    repository = app.repository or app.name
    match source:
        case Release():
            commands = {each.name: each for each in app.components}
            return Content(
                app=app.name,
                repository=repository,
                version=source.version,
                tag=source.tag,
                commit=source.commit,
                components=tuple(
                    _component(commands[each.name], each.version or source.version, each.artifact)
                    for each in source.components
                ),
                config=config,
            )
        case Unreleased():
            return Content(
                app=app.name,
                repository=repository,
                version=source.version,
                branch=source.branch or None,
                commit=source.commit,
                components=tuple(
                    _component(each, source.version, Artifact(tree=source.trees[each.name]))
                    for each in app.components
                    if each.name in source.trees
                ),
                config=config,
            )


def _component(component: Component, version: str, artifact: Artifact) -> ContentComponent:
    return ContentComponent(
        name=component.name,
        version=version,
        artifact=artifact,
        run=component.run,
        listens=component.listens,
    )


def target_of(app: App, environment: Environment) -> PlaceTarget:
    """Where this app is in this environment."""
    target = environment.target
    words = {"app": app.name, "environment": environment.name}
    if environment.customer is not None:
        words["customer"] = environment.customer
    url = fill(environment.url or "", words)
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
    source: Release | Unreleased,
    environment: Environment,
    *,
    previous: Content | None,
    keep: tuple[str, ...] = (),
) -> Assignment:
    """All that a worker needs for this deployment; ``previous`` is what it goes back to."""
    pipeline = environment.pipeline
    content = content_of(app, source, environment)
    target = target_of(app, environment)
    customer = environment.customer
    back = _smoke("back/smoke", pipeline, target, previous, customer=customer) if previous else ()
    lanes = Lanes(
        forward=(
            StepSpec(name="prepare", work=Work.PREPARE, timeout=PREPARE_SECONDS),
            StepSpec(name="apply", work=Work.APPLY, timeout=APPLY_SECONDS),
            StepSpec(name="rollout", work=Work.ROLLOUT, timeout=ROLLOUT_SECONDS),
            *_smoke("smoke", pipeline, target, content, customer=customer),
            StepSpec(name="cleanup", work=Work.CLEANUP, timeout=CLEANUP_SECONDS),
        ),
        backward=(
            StepSpec(name="back/apply", work=Work.APPLY, timeout=APPLY_SECONDS),
            StepSpec(name="back/rollout", work=Work.ROLLOUT, timeout=ROLLOUT_SECONDS),
            *back,
            StepSpec(name="back/cleanup", work=Work.CLEANUP, timeout=CLEANUP_SECONDS),
        ),
    )
    return Assignment(target=target, content=content, previous=previous, lanes=lanes, keep=keep)


def _smoke(
    name: str,
    pipeline: Pipeline,
    target: PlaceTarget,
    content: Content,
    *,
    customer: str | None,
) -> tuple[StepSpec, ...]:
    if not pipeline.smoke:
        return ()
    words = {
        "app": content.app,
        "environment": target.environment,
        "version": content.version,
        "tag": content.tag or content.commit,
        "commit": content.commit,
        "url": target.url,
        **({"customer": customer} if customer is not None else {}),
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
