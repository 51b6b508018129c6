"""How far a deployment is, step by step: the one source for terminal, site and notices."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconciler.deployer.fold import Deployment
from reconciler.model.deployment import Result, StepSpec, Work
from reconciler.model.records import Claim
from reconciler.names import instant_of


class Stage(StrEnum):
    """Where one step stands."""

    DONE = "done"
    FAILED = "failed"
    RUNNING = "running"
    TO_COME = "to-come"


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step; instants are empty until they have happened."""

    name: str
    stage: Stage
    started: str = ""
    ended: str = ""
    detail: str = ""


def progress(deployment: Deployment) -> tuple[StepProgress, ...]:
    """All steps of the deployment: those that ended, the one under way, those to come."""
    ended = tuple(
        StepProgress(
            each.name,
            Stage.DONE if each.result is Result.PASSED else Stage.FAILED,
            each.started,
            each.ended,
            each.detail,
        )
        for each in deployment.outcomes
    )
    coming = tuple(
        StepProgress(
            each.name,
            Stage.RUNNING if number == 0 and deployment.step_started else Stage.TO_COME,
            deployment.step_started if number == 0 else "",
            detail=asking(each),
        )
        for number, each in enumerate(deployment.lane[deployment.index :])
    )
    return ended + coming


def asking(step: StepSpec) -> str:
    """Whom a step asks what, in words; empty for one that asks nobody."""
    told = (f"{', '.join(test.settings['by'])}: {test.settings['ask']}" for test in step.tests)
    return f"asks {next(told)}" if step.work is Work.ASK else ""


def delayed_by(claim: Claim, now: datetime) -> int:
    """Seconds by which a deployment under way has exceeded its release's estimate; 0 for none."""
    if claim.estimate == 0:
        return 0
    return max(0, int((now - instant_of(claim.at)).total_seconds()) - claim.estimate)
