"""Gate ``require/smoke-tests``: there are tests right after the switch (B53, B93)."""

from reconciler.model.deployment import Work
from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened, unfounded

NAME = "require/smoke-tests"


def answer(ask: Ask) -> Reason:
    """Closed where the deployment would have none."""
    if ask.assignment is None:
        return unfounded(NAME)
    lane = ask.assignment.lanes.forward
    proving = {Work.SMOKE, Work.ASK}
    tests = [test.name for step in lane if step.work in proving for test in step.tests]
    if tests:
        return opened(NAME, f"there are smoke tests: {', '.join(tests)}")
    remedy = "add a test to 'pipeline.smoke'"
    return closed(NAME, "there is no smoke test", remedy=remedy)
