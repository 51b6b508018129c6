"""Tests fit into what is around them."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import reach
from reconciler.manifest.snapshot import Snapshot
from reconciler.names import seconds_of
from reconciler.validator.written import steps, tests


def deadlines(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A step's ``check`` ends within the step, and a metric is watched within its test (B97).

    And a check asks no person.
    """
    for each in steps(snapshot):
        check = each.step.check
        if check is not None and check.manual is not None:
            node = (*each.node, "check", "manual")
            yield reach.ASKING.at(
                snapshot.locate(each.path, node, key=True), "a check can't wait for a person"
            )
        if check is not None and seconds_of(check.timeout) > seconds_of(each.step.timeout):
            yield reach.DEADLINE.at(
                snapshot.locate(each.path, (*each.node, "check", "timeout")),
                f"the check takes up to {check.timeout}, its step {each.step.timeout}",
            )
    for test in tests(snapshot):
        metric = test.test.metric
        if metric is None or metric.for_ is None or "timeout" not in test.test.model_fields_set:
            continue
        if seconds_of(metric.for_) > seconds_of(test.test.timeout):
            yield reach.DEADLINE.at(
                snapshot.locate(test.path, (*test.node, "metric", "for")),
                f"the figure is watched for {metric.for_}, the test takes {test.test.timeout}",
            )
