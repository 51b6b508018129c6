"""Attempts: each deployment of the history, its claim and its end put together."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.deployer.lead_time import LeadTime, lead_times
from reconciler.deployer.progress import Stage, StepProgress
from reconciler.model.deployment import Result
from reconciler.model.place import Place
from reconciler.model.records import (
    Claim,
    Departure,
    End,
    Outcome,
    PlacedRecord,
    Record,
    Refusal,
    Restart,
    Verification,
)
from reconciler.publish.inputs import SiteInputs

_SIGNS = {
    Outcome.SUCCEEDED: ("✔", "succeeded", "runs"),
    Outcome.ROLLED_BACK: ("↩", "rolled back", "back"),
    Outcome.STUCK: ("✖", "stuck", "stuck"),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One deployment; without an end it is under way."""

    claim: Claim
    end: End | None
    steps: tuple[StepProgress, ...]
    lead: LeadTime | None = None
    """What the time went into, once it has ended."""

    @property
    def name(self) -> str:
        """``production.shop.12``; safe in a path, since it is made of names and a number."""
        return f"{self.claim.environment}.{self.claim.app}.{self.claim.sequence}"

    @property
    def place(self) -> Place:
        """Where."""
        return Place(self.claim.environment, self.claim.app)

    @property
    def version(self) -> str:
        """The version that was wanted."""
        return self.claim.assignment.content.version

    @property
    def retires(self) -> bool:
        """Whether it leaves the place empty."""
        return self.claim.assignment.lanes.retires

    @property
    def previous(self) -> str:
        """The version that ran before; empty for nothing."""
        before = self.claim.assignment.previous
        return before.version if before else ""

    @property
    def going_back(self) -> bool:
        """Whether it is under way, backwards."""
        return self.end is None and any(
            each.name.startswith("back/") and each.stage is not Stage.TO_COME for each in self.steps
        )

    @property
    def symbol(self) -> str:
        """One character for the outcome; never shown without the word."""
        return _SIGNS[self.end.outcome][0] if self.end else "⟳"

    @property
    def word(self) -> str:
        """The outcome in words."""
        if self.end:
            return "retired" if self.end.retired else _SIGNS[self.end.outcome][1]
        return "going back" if self.going_back else "deploying"

    @property
    def colour(self) -> str:
        """The class that colours it."""
        return _SIGNS[self.end.outcome][2] if self.end else "busy"


def attempts_of(inputs: SiteInputs) -> tuple[Attempt, ...]:
    """All deployments of the history, newest first."""
    ends = {each.deployment: each for each in inputs.records if isinstance(each, End)}
    leads = lead_times(inputs.records)
    found = [
        _attempt(each, ends, leads, inputs) for each in inputs.records if isinstance(each, Claim)
    ]
    return tuple(reversed(found))


def _attempt(
    claim: Claim, ends: dict[str, End], leads: Mapping[str, LeadTime], inputs: SiteInputs
) -> Attempt:
    end = ends.get(claim.deployment)
    if end:
        return Attempt(claim, end, tuple(_ended(end)), leads.get(claim.deployment))
    known = inputs.progress.get(claim.deployment)
    coming = (StepProgress(each.name, Stage.TO_COME) for each in claim.assignment.lanes.forward)
    return Attempt(claim, None, known or tuple(coming))


def _ended(end: End) -> list[StepProgress]:
    return [
        StepProgress(
            each.name,
            Stage.DONE if each.result is Result.PASSED else Stage.FAILED,
            each.started,
            each.ended,
            f"could not tell: {each.detail}" if each.result is Result.ERRORED else each.detail,
        )
        for each in end.steps
    ]


def records_without_attempt(records: tuple[Record, ...]) -> tuple[PlacedRecord, ...]:
    """Refusals and restarts: what happened without a deployment."""
    return tuple(
        each for each in records if isinstance(each, Refusal | Restart | Verification | Departure)
    )
