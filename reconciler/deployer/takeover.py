"""What is done to a place besides deploying something: taken over, put back, left empty."""

from reconciler.deployer.lanes import APPLY_SECONDS, CLEANUP_SECONDS, ROLLOUT_SECONDS
from reconciler.model.content import Content
from reconciler.model.deployment import Assignment, Lanes, StepSpec, Work

RETIRE = "retire"
_OF_DATA = frozenset(
    {"backup", "migrate", "unmigrate", "back/restore", "back/migrate", "back/unmigrate"}
)


def adoption(assignment: Assignment) -> Assignment:
    """The assignment that does nothing: its content runs already, and is what is gone back to."""
    nothing = Lanes(forward=(), backward=())
    return assignment.model_copy(update={"previous": None, "lanes": nothing})


def mending(assignment: Assignment) -> Assignment:
    """The assignment that puts content back where it was changed by hand: data are left alone."""
    lanes = assignment.lanes
    return assignment.model_copy(
        update={
            "lanes": lanes.model_copy(
                update={
                    "forward": tuple(each for each in lanes.forward if each.name not in _OF_DATA),
                    "backward": tuple(each for each in lanes.backward if each.name not in _OF_DATA),
                }
            )
        }
    )


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
