"""A deployment as data: lanes of steps frozen at the start, and what became of each step."""

from enum import StrEnum
from typing import Any

from reconciler.model.base import Model
from reconciler.model.content import Content, PlaceTarget
from reconciler.names import Line, Name


class Phase(StrEnum):
    """Where a deployment stands; the last three are final."""

    ROLLING_OUT = "rolling-out"
    ROLLING_BACK = "rolling-back"
    SUCCEEDED = "succeeded"
    ROLLED_BACK = "rolled-back"
    STUCK = "stuck"

    @property
    def final(self) -> bool:
        """Whether nothing follows."""
        return self in {Phase.SUCCEEDED, Phase.ROLLED_BACK, Phase.STUCK}


class Work(StrEnum):
    """What a step does; which content it does it with is its lane's matter."""

    PREPARE = "prepare"
    """Fetch and check the artifact beside what runs; touches nothing."""
    APPLY = "apply"
    """Switch to the content, or (in the backward lane, without previous content) to nothing."""
    ROLLOUT = "rollout"
    """Wait until the new content is up and the old one has ended."""
    SMOKE = "smoke"
    """Run the tests."""
    CLEANUP = "cleanup"
    """Drop contents that are no longer kept."""


class Result(StrEnum):
    """How a step ended. Failed: the check said no. Errored: nobody could tell."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"


class TestSpec(Model):
    """One test with every placeholder filled in; ``settings`` are the probe's own."""

    __test__ = False

    name: Name
    probe: str
    settings: dict[str, Any]
    timeout: int
    retries: int = 0
    help: Line | None = None


class StepSpec(Model):
    """One step of a lane. ``timeout`` is in seconds from its first start; restarts don't extend."""

    name: str
    work: Work
    timeout: int
    tests: tuple[TestSpec, ...] = ()


class Lanes(Model):
    """What is to be done, and what is to be done when that fails."""

    forward: tuple[StepSpec, ...]
    backward: tuple[StepSpec, ...]
    verification: tuple[StepSpec, ...] = ()
    """After success: long tests whose failure doesn't go back, but keeps content from others."""


class Assignment(Model):
    """All that a worker needs to carry a deployment through, or back, with the remote away."""

    target: PlaceTarget
    content: Content
    previous: Content | None = None
    lanes: Lanes
    keep: tuple[str, ...] = ()
    """Digests of contents that clean-up leaves ready at the place, besides these two."""


class StepOutcome(Model):
    """What became of one step. Instants are RFC 3339 in UTC."""

    name: str
    result: Result
    started: str
    ended: str
    detail: str = ""
