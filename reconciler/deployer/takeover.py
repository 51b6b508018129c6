"""The beginning and the end of a place: what ran there before, and that nothing runs any more."""

from reconciler.deployer.lanes import APPLY_SECONDS, CLEANUP_SECONDS, ROLLOUT_SECONDS
from reconciler.model.content import Content
from reconciler.model.deployment import Assignment, Lanes, StepSpec, Work

RETIRE = "retire"


def adoption(assignment: Assignment) -> Assignment:
    """The assignment that does nothing: its content runs already, and is what is gone back to."""
    nothing = Lanes(forward=(), backward=())
    return assignment.model_copy(update={"previous": None, "lanes": nothing})


def retirement(last: Assignment, running: Content) -> Assignment:
    """The assignment that leaves the place of the last one empty.

    Where that fails, what ran there comes back. The contents that were kept ready go.
    """
    undone = (RETIRE,)
    forward = (
        StepSpec(name=RETIRE, work=Work.RETIRE, timeout=APPLY_SECONDS + ROLLOUT_SECONDS),
        StepSpec(name="cleanup", work=Work.CLEANUP, timeout=CLEANUP_SECONDS),
    )
    backward = (
        StepSpec(name="back/apply", work=Work.APPLY, timeout=APPLY_SECONDS, undoes=undone),
        StepSpec(name="back/rollout", work=Work.ROLLOUT, timeout=ROLLOUT_SECONDS, undoes=undone),
    )
    return Assignment(
        target=last.target,
        content=running,
        previous=running,
        lanes=Lanes(forward=forward, backward=backward),
    )
