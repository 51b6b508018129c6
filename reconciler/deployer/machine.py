"""The deployment's machine: every legal move, literally."""

from enum import StrEnum
from typing import Final

from reconciler.errors import TagboatError
from reconciler.model.deployment import Phase, Result, StepSpec, Work


class Event(StrEnum):
    """What can happen to a deployment."""

    STEP_PASSED = "step-passed"
    """A step ended well, and others follow in its lane."""
    LANE_DONE = "lane-done"
    """Nothing is left to do in the lane."""
    STEP_FAILED = "step-failed"
    """A step's check said no."""
    STEP_ERRORED = "step-errored"
    """Nobody could tell, and the budget for trying again is used up."""
    STEP_TOLERATED = "step-tolerated"
    """A clean-up went wrong; that says nothing about the content, so the lane goes on."""
    OPERATOR_CALLED = "operator-called"
    """Neither going on nor going back is safe, or the policy leaves it to people."""
    ABORTED = "aborted"
    """Somebody who may has asked to stop what is to come, and to undo what was done."""


TRANSITIONS: Final[dict[tuple[Phase, Event], Phase]] = {
    (Phase.ROLLING_OUT, Event.STEP_PASSED): Phase.ROLLING_OUT,
    (Phase.ROLLING_OUT, Event.STEP_TOLERATED): Phase.ROLLING_OUT,
    (Phase.ROLLING_OUT, Event.LANE_DONE): Phase.SUCCEEDED,
    (Phase.ROLLING_OUT, Event.STEP_FAILED): Phase.ROLLING_BACK,
    (Phase.ROLLING_OUT, Event.STEP_ERRORED): Phase.ROLLING_BACK,
    (Phase.ROLLING_OUT, Event.OPERATOR_CALLED): Phase.STOPPING,
    (Phase.ROLLING_OUT, Event.ABORTED): Phase.ROLLING_BACK,
    (Phase.ROLLING_BACK, Event.STEP_PASSED): Phase.ROLLING_BACK,
    (Phase.ROLLING_BACK, Event.STEP_TOLERATED): Phase.ROLLING_BACK,
    (Phase.ROLLING_BACK, Event.LANE_DONE): Phase.ROLLED_BACK,
    (Phase.ROLLING_BACK, Event.STEP_FAILED): Phase.STOPPING,
    (Phase.ROLLING_BACK, Event.STEP_ERRORED): Phase.STOPPING,
    (Phase.ROLLING_BACK, Event.OPERATOR_CALLED): Phase.STOPPING,
    (Phase.STOPPING, Event.STEP_PASSED): Phase.STOPPING,
    (Phase.STOPPING, Event.STEP_TOLERATED): Phase.STOPPING,
    (Phase.STOPPING, Event.STEP_FAILED): Phase.STOPPING,
    (Phase.STOPPING, Event.STEP_ERRORED): Phase.STOPPING,
    (Phase.STOPPING, Event.LANE_DONE): Phase.STUCK,
}
"""(phase, event) → next phase. A pair that isn't here is illegal; final phases have none."""

_TOLERATED = frozenset({Work.CLEANUP, Work.ADVANCE})


class IllegalMoveError(TagboatError):
    """An event that can't happen in this phase: the journal is wrong, nothing is guessed."""


def advance(phase: Phase, event: Event) -> Phase:
    """The phase after the event; raises `IllegalMoveError` for a pair the table doesn't have."""
    try:
        return TRANSITIONS[phase, event]
    except KeyError:
        raise IllegalMoveError(f"{event} can't happen while {phase}") from None


def event_of(step: StepSpec, result: Result) -> Event:
    """What a step's end means to the machine."""
    if result is Result.PASSED:
        return Event.STEP_PASSED
    if step.tolerated or step.work in _TOLERATED:
        return Event.STEP_TOLERATED
    if result in step.stops:
        return Event.OPERATOR_CALLED
    return Event.STEP_FAILED if result is Result.FAILED else Event.STEP_ERRORED
