"""Layers lie over each other, and say enough together."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import fields
from reconciler.manifest.document import NodePath
from reconciler.manifest.layering import Resolved, policy_findings, resolve
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.environment import Environment
from reconciler.model.pipeline import Step
from reconciler.model.probe import Test
from reconciler.model.target import DRIVERS
from reconciler.validator.effective import at_home
from reconciler.validator.written import places, target_at


def layers(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """What an environment inherits can be followed, and nothing is missing once it is laid out.

    Each ``extends`` names a policy that has a file; no policy extends itself; at most four lie over
    each other. A place then has a target with a driver and no fields of another one, each test a
    sort, each step a command, each notice somebody to tell something, and ``after`` a place. Silent
    where a policy is broken: that is reported where it was read. What a policy leaves to others is
    told at the environment that has no other.
    """
    yield from policy_findings(snapshot)
    apps: dict[str, list[str]] = {name: [] for name in snapshot.environments}
    for environment, app in places(snapshot):
        apps[environment.name].append(app.name)
    for name, named in apps.items():
        for each in named or [""]:
            resolved = resolve(snapshot, name, each)
            for finding in (*resolved.findings, *_unfinished(snapshot, resolved, each)):
                yield at_home(snapshot, name, finding)


def _unfinished(snapshot: Snapshot, resolved: Resolved, app: str) -> Iterator[Diagnostic]:
    environment = resolved.environment
    if environment is None:
        return
    yield from _target(snapshot, resolved, environment, app)
    for test_node, test in _tests(environment):
        if not test.sort:
            said = ", ".join(f"'{each}'" for each in Test.AT_MOST_ONE)
            yield fields.EXACTLY_ONE.at(
                resolved.locate(test_node),
                f"test {shown(test_node[-1])}: found none of them, expected one of {said}",
            )
    for step_node, step in _steps(environment):
        if step.run is None:
            yield _missing(resolved, (*step_node, "run"))
    for name, notice in environment.notices.items():
        for field in ("to", "events"):
            if notice is not None and not getattr(notice, field):
                yield _missing(resolved, ("notices", name, field))
    after = environment.gates.after
    if after is not None and after.environment is None and after.tier is None:
        yield fields.EXACTLY_ONE.at(
            resolved.locate(("gates", "after")),
            "gates.after: found none of them, expected one of 'environment', 'tier'",
        )


def _target(
    snapshot: Snapshot, resolved: Resolved, environment: Environment, app: str
) -> Iterator[Diagnostic]:
    target = environment.target
    if target.driver is None:
        place = target_at(snapshot, environment.name, app, "driver")
        hint = "add 'driver:'"
        if not target.model_fields_set:
            hint = "add 'target: {driver: …}' here or in a policy that it extends"
        yield fields.MISSING.at(place, "target.driver: the field is missing", hint=hint)
        return
    known = DRIVERS.get(target.driver, target.model_fields_set)
    for field in sorted(target.model_fields_set - known - {"driver"}):
        yield fields.UNKNOWN.at(
            resolved.locate(("target", field), key=True),
            f"driver {shown(target.driver)} has no field {shown(field)}",
            hint=f"take '{field}' out",
        )


def _tests(environment: Environment) -> Iterator[tuple[NodePath, Test]]:
    pipeline = environment.pipeline
    for place, tests in (("smoke", pipeline.smoke), ("tests", pipeline.tests)):
        for name, test in tests.items():
            if test is not None:
                yield ("pipeline", place, name), test
    for node, step in _steps(environment):
        if step.check is not None:
            yield (*node, "check"), step.check


def _steps(environment: Environment) -> Iterator[tuple[NodePath, Step]]:
    pipeline = environment.pipeline
    for place, steps in (("prepare", pipeline.prepare), ("cleanup", pipeline.cleanup)):
        for name, step in steps.items():
            if step is not None:
                yield ("pipeline", place, name), step
    for place, one in (("backup", pipeline.backup), ("migrate", pipeline.migrate)):
        if one is not None:
            yield ("pipeline", place), one


def _missing(resolved: Resolved, node: NodePath) -> Diagnostic:
    name = ".".join(str(each) for each in node)
    return fields.MISSING.at(
        resolved.locate(node[:-1]), f"{name}: the field is missing", hint=f"add '{node[-1]}:'"
    )
