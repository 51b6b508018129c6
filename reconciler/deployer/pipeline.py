"""From files to an assignment: content, target and lanes, every placeholder filled in."""

from collections.abc import Iterable

from reconciler.deployer.lanes import Before, Lane
from reconciler.deployer.target import target_of
from reconciler.model.app import App, Component
from reconciler.model.content import Content, ContentComponent
from reconciler.model.deployment import Assignment
from reconciler.model.environment import AppHere, Environment
from reconciler.model.release import Artifact, Release
from reconciler.model.unreleased import Unreleased
from reconciler.names import seconds_of


def content_of(app: App, source: Release | Unreleased, environment: Environment) -> Content:
    """What this release, or commit, is in this environment: the identity that is settled.

    ``environment``, here and below, is the one in force for this app (`resolve` with the app).
    """
    config = dict(environment.apps.get(app.name, AppHere()).config)
    repository = app.repository or app.name
    commands = {each.name: each for each in app.components}
    match source:
        case Release():
            return Content(
                app=app.name,
                repository=repository,
                version=source.version,
                tag=source.tag,
                commit=source.commit,
                components=_in_order(
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
                components=_in_order(
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
        needs=component.needs,
    )


def _in_order(components: Iterable[ContentComponent]) -> tuple[ContentComponent, ...]:
    """Each after those that it needs, and else as they come; what isn't carried isn't needed.

    What needs itself is an error of the files (`validator.needs`): it comes last.
    """
    left = {each.name: each for each in components}
    carried, ordered = frozenset(left), list[ContentComponent]()
    while left:
        free = (each for each in left.values() if left.keys().isdisjoint(each.needs))
        taken = left.pop(next(free, next(iter(left.values()))).name)
        needs = tuple(each for each in taken.needs if each in carried)
        ordered.append(taken.model_copy(update={"needs": needs}))
    return tuple(ordered)


def assign(
    app: App,
    source: Release | Unreleased,
    environment: Environment,
    *,
    before: Before,
    keep: tuple[str, ...] = (),
) -> Assignment:
    """All that a worker needs for this deployment.

    What comes from a branch or commit has no downtime, no estimate, and breaks no data.
    """
    content, target = content_of(app, source, environment), target_of(app, environment)
    release = source if isinstance(source, Release) else None
    downtime = release.downtime if release else "none"
    lane = Lane(
        pipeline=environment.pipeline,
        target=target,
        content=content,
        before=before,
        customer=environment.customer,
        downtime=0 if downtime == "none" else seconds_of(downtime),
        estimate=seconds_of(release.estimate) if release else 0,
        breaking=release is not None and release.migration == "breaking",
    )
    return Assignment(
        target=target,
        content=content,
        previous=before.content,
        lanes=lane.lanes(),
        keep=keep,
        backups=environment.pipeline.rollback.keep,
    )
