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
    STOPPING = "stopping"
    """Neither standing nor gone back: what cleans up is still run, then an operator is called."""
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
    COMMAND = "command"
    """Run a command of the pipeline."""
    MAINTENANCE_ON = "maintenance-on"
    """Show visitors a page instead of the app."""
    BACKUP = "backup"
    """Write the data to a file that can be put back."""
    RESTORE = "restore"
    """Put the data back from the file of this very deployment."""
    CALL = "call"
    """Never passes: from here on only a person can tell what is right."""
    APPLY = "apply"
    """Switch to the content, or (in the backward lane, without previous content) to nothing."""
    ROLLOUT = "rollout"
    """Wait until the new content is up and the old one has ended."""
    SETTLE = "settle"
    """Watch the new content: it stays up."""
    SMOKE = "smoke"
    """Run the tests."""
    ASK = "ask"
    """Ask people, and wait for one to answer."""
    MAINTENANCE_OFF = "maintenance-off"
    """Let visitors in again."""
    ADVANCE = "advance"
    """Fast-forward a branch of the app's repository to what runs now."""
    RETIRE = "retire"
    """Switch to nothing, and wait until what ran has ended."""
    CLEANUP = "cleanup"
    """Drop contents and backups that are no longer kept."""
    TESTS = "tests"
    """Run the long tests, after everything else."""


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
    hold: int = 0
    """Seconds for which the answer must stay yes."""
    help: Line | None = None


class CommandSpec(Model):
    """A command with every placeholder filled in."""

    argv: tuple[str, ...]
    previous: bool = False
    """Whether it is one of the content before: it runs in that one's folder."""


class Page(Model):
    """What visitors see during maintenance."""

    title: str
    retry_after: int
    """Seconds after which they may try again."""


class StepSpec(Model):
    """One step of a lane. ``timeout`` is in seconds from its first start; restarts don't extend."""

    name: str
    work: Work
    timeout: int
    tests: tuple[TestSpec, ...] = ()
    command: CommandSpec | None = None
    undo: CommandSpec | None = None
    """Of ``migrate``: what takes it back when this content leaves."""
    check: TestSpec | None = None
    """What proves it, asked after it was done."""
    page: Page | None = None
    branch: str = ""
    """The branch that ``advance`` moves."""
    reason: str = ""
    """What ``call`` says."""
    retries: int = 2
    """How often it is tried again when nobody could tell how it ended."""
    hold: int = 0
    """Seconds, from its first start, for which what it watches must stay as it is."""
    once: bool = False
    """At most once in a deployment: started and not known to have ended, it is not begun again."""
    tolerated: bool = False
    """Whether its failure says nothing about the content, so that its lane goes on."""
    stops: tuple[Result, ...] = ()
    """Results after which nothing goes back by itself: an operator is called."""
    undoes: tuple[str, ...] = ()
    """Steps of the forward lane; without any of them begun, there is nothing to do. None: always
    done."""
    help: Line | None = None


class Lanes(Model):
    """What is to be done, and what is to be done when that fails."""

    forward: tuple[StepSpec, ...]
    backward: tuple[StepSpec, ...]
    stopped: tuple[StepSpec, ...] = ()
    """What cleans up when it neither stands nor goes back."""
    verification: tuple[StepSpec, ...] = ()
    """After success: long tests whose failure doesn't go back, but keeps content from others."""

    @property
    def maintained(self) -> bool:
        """Whether visitors see a page of maintenance meanwhile."""
        return any(each.work is Work.MAINTENANCE_ON for each in self.forward)

    @property
    def adopts(self) -> bool:
        """Whether nothing is done: what runs there is only written down."""
        return not self.forward

    @property
    def retires(self) -> bool:
        """Whether the place is left empty."""
        return any(each.work is Work.RETIRE for each in self.forward)


class Assignment(Model):
    """All that a worker needs to carry a deployment through, or back, with the remote away."""

    target: PlaceTarget
    content: Content
    previous: Content | None = None
    lanes: Lanes
    keep: tuple[str, ...] = ()
    """Digests of contents that clean-up leaves ready at the place, besides these two."""
    backups: int = 5
    """How many backups clean-up leaves."""


class Backup(Model):
    """A backup that was taken: enough to know it again, nothing of what is in it."""

    file: str
    """Its name in the place's folder of backups on the reconciler's host."""
    sha256: str
    size: int
    """Bytes; never 0."""


class StepOutcome(Model):
    """What became of one step. Instants are RFC 3339 in UTC."""

    name: str
    result: Result
    started: str
    ended: str
    detail: str = ""
    begun: bool = True
    """False when it is known that nothing of it was done."""
    backup: Backup | None = None
