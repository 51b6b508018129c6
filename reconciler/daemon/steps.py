"""Does one step of a lane, once: whom it asks for what. Results and retries are the executor's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from reconciler.daemon.equipment import Equipment, Halt, ParkedError
from reconciler.daemon.testing import Ground, Testing
from reconciler.deployer.fold import Deployment
from reconciler.errors import StepErroredError, StepFailedError
from reconciler.model.content import Content, PlaceTarget
from reconciler.model.deployment import Backup, CommandSpec, Phase, StepSpec, Work
from reconciler.model.observation import RolloutState
from reconciler.model.place import Place
from reconciler.model.records import Inquiry
from reconciler.names import instant_of, instant_text
from reconciler.ports import Driver

_POLL = 0.05
_WATCH = 0.25
"""Seconds between two looks at what settles; what dies stays down for longer than that."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a step that passed leaves behind."""

    detail: str = ""
    backup: Backup | None = None
    begun: bool = True


class Steps:
    """Does steps with a host's equipment. One object for each deployment, in its thread."""

    def __init__(self, equipment: Equipment, stopping: Halt) -> None:
        """``stopping`` ends every wait with `ParkedError`."""
        self._equipment = equipment
        self._clock = equipment.clock
        self._stopping = stopping
        self._testing = Testing(equipment, stopping)

    def do(self, state: Deployment, step: StepSpec, *, until: float) -> Done:
        """Do it, and ask what proves it.

        Raises `StepFailedError`, `StepErroredError`, `StaleFenceError`, and `ParkedError`.
        """
        done = self._work(state, step, until)
        self.prove(state, step, until=until)
        return done

    def prove(self, state: Deployment, step: StepSpec, *, until: float) -> None:
        """Ask what proves a step; nothing for a step without a check. Raises as `do`."""
        if step.check is not None:
            content = state.assignment.content
            ground = self._ground(state, content)
            self._testing.ask_all((step.check,), ground, until=until)

    def _work(self, state: Deployment, step: StepSpec, until: float) -> Done:
        assignment = state.assignment
        target = assignment.target
        driver = self._driver(target)
        content = content_of(state)
        fence, left = state.claim.sequence, self._left(until)
        match step.work:
            case Work.PREPARE:
                driver.prepare(target, assignment.content, fence=fence, timeout=left)
            case Work.APPLY:
                driver.apply(target, content, fence=fence, timeout=left)
            case Work.ROLLOUT:
                return Done(self._rollout(state, driver, until))
            case Work.ASK:
                told = f" (help: {step.help})" if step.help else ""
                inquiry = inquiry_of(state, step)
                return Done(self._testing.ask_people(inquiry, until=until, told=told))
            case Work.SETTLE:
                self._settle(state, driver, until - (step.timeout - step.hold))
            case Work.SMOKE | Work.TESTS:
                assert content is not None  # noqa: S101 - nothing has no tests
                ground = self._ground(state, content)
                return Done(self._testing.ask_all(step.tests, ground, until=until))
            case Work.MAINTENANCE_ON | Work.MAINTENANCE_OFF:
                self._maintain(state, step, driver, until)
            case Work.RETIRE:
                driver.apply(target, None, fence=fence, timeout=left)
                return Done(self._rollout(state, driver, until))
            case Work.CLEANUP:
                self._clean_up(state, driver, content)
            case _:
                return self._beside(state, step, until)
        return Done()

    def _beside(self, state: Deployment, step: StepSpec, until: float) -> Done:
        """What no driver does: programs, data, branches, and calling a person."""
        match step.work:
            case Work.COMMAND:
                self._command(state, step, until)
                return Done()
            case Work.BACKUP:
                return self._backup(state, step, until)
            case Work.RESTORE:
                return self._restore(state, step, until)
            case Work.ADVANCE:
                advance, content = self._equipment.branches.advance, state.assignment.content
                return Done(advance(content, step.branch, timeout=self._left(until)))
            case _:
                raise StepFailedError(step.reason)

    def _rollout(self, state: Deployment, driver: Driver, until: float) -> str:
        while True:
            rollout = driver.rollout(state.assignment.target, content_of(state))
            if rollout.state is RolloutState.DONE:
                return rollout.detail
            if rollout.state is RolloutState.FAILED:
                raise StepFailedError(rollout.detail)
            if self._left(until) <= 0:
                raise StepFailedError(f"not up in time: {rollout.detail}")
            if self._stopping.is_set():
                raise ParkedError("the daemon stops")
            self._clock.sleep(_POLL)

    def _settle(self, state: Deployment, driver: Driver, settled: float) -> None:
        """Watch what came up until this moment; a restart doesn't move it (F9)."""
        while True:
            rollout = driver.rollout(state.assignment.target, content_of(state))
            if rollout.state is not RolloutState.DONE:
                raise StepFailedError(f"it did not stay up: {rollout.detail}")
            if (left := self._left(settled)) <= 0:
                return
            if self._stopping.is_set():
                raise ParkedError("the daemon stops")
            self._clock.sleep(min(_WATCH, left))

    def _maintain(self, state: Deployment, step: StepSpec, driver: Driver, until: float) -> None:
        if step.page is None:
            if step.command is None:
                raise StepFailedError("maintenance has a command for only one of on and off")
            self._command(state, step, until)
            return
        page = step.page if step.work is Work.MAINTENANCE_ON else None
        target, fence = state.assignment.target, state.claim.sequence
        driver.maintain(target, page, fence=fence, timeout=self._left(until))

    def _backup(self, state: Deployment, step: StepSpec, until: float) -> Done:
        place, backups = _place(state), self._equipment.backups
        path = backups.begin(place, state.claim.deployment)
        self._command(state, step, until, backup=path)
        backup = backups.keep(place, state.claim.deployment)
        return Done(f"{backup.size} bytes", backup)

    def _restore(self, state: Deployment, step: StepSpec, until: float) -> Done:
        if state.backup is None:
            raise StepFailedError("no backup was taken before")
        path = self._equipment.backups.find(_place(state), state.backup)
        self._command(state, step, until, backup=path)
        return Done(state.backup.file, None)

    def verify_backup(self, state: Deployment) -> None:
        """Raise `StepFailedError` unless the backup that was taken is still what it was."""
        if state.backup is not None:
            with _untouched():
                self._equipment.backups.find(_place(state), state.backup)

    def _clean_up(self, state: Deployment, driver: Driver, content: Content | None) -> None:
        assignment, claim = state.assignment, state.claim
        contents = (content, assignment.previous if content else None)
        kept = {*assignment.keep, *(each.digest for each in contents if each)}
        driver.cleanup(assignment.target, frozenset(kept), fence=claim.sequence)
        self._equipment.backups.drop(_place(state), keep=assignment.backups, spare=claim.deployment)

    def _command(
        self, state: Deployment, step: StepSpec, until: float, *, backup: Path | None = None
    ) -> None:
        """Run a step's program; ending with anything but 0 is a no, being ended is no answer."""
        if step.command is None:
            return
        argv = step.command.argv
        content, other = _contents(state, step.command)
        environment = self._environment(state, content, other)
        environment["TAGBOAT_STEP"] = step.name
        if backup is not None:
            environment["TAGBOAT_BACKUP"] = str(backup)
        folder = self._folder(state, content, until)
        reach = self._equipment.failpoints.reach
        reach(f"command.{step.name}.before")
        with _untouched():
            finished = self._equipment.commands.run(
                argv,
                folder=folder,
                environment=environment,
                timeout=self._left(until),
                mark=state.claim.id,
            )
        reach(f"command.{step.name}.after")
        self._equipment.watcher.output(state.claim.deployment, step.name, finished.output)
        help_ = f" (help: {step.help})" if step.help else ""
        if finished.timed_out:
            raise StepErroredError(f"{argv[0]} was ended at its deadline{help_}")
        if finished.returncode < 0:
            raise StepErroredError(f"{argv[0]} was ended by signal {-finished.returncode}{help_}")
        if finished.returncode:
            code = finished.returncode
            raise StepFailedError(f"{argv[0]} ended with exit code {code}: {finished.gist}{help_}")

    def _folder(self, state: Deployment, content: Content, until: float) -> Path | None:
        """Where its files are; content that was dropped meanwhile is fetched again."""
        target = state.assignment.target
        driver = self._driver(target)
        if (folder := driver.folder(target, content)) is not None:
            return folder
        driver.prepare(target, content, fence=state.claim.sequence, timeout=self._left(until))
        return driver.folder(target, content)

    def _environment(
        self, state: Deployment, content: Content, other: Content | None
    ) -> dict[str, str]:
        """What programs get: the place's ``config``, and what Tagboat knows."""
        target = state.assignment.target
        address = self._driver(target).address(target)
        return {
            **content.config,
            "TAGBOAT_ATTEMPT": state.claim.deployment,
            "TAGBOAT_ENVIRONMENT": target.environment,
            "TAGBOAT_APP": content.app,
            "TAGBOAT_VERSION": content.version,
            "TAGBOAT_COMMIT": content.commit,
            "TAGBOAT_OTHER_VERSION": other.version if other else "",
            "TAGBOAT_OTHER_COMMIT": other.commit if other else "",
            "TAGBOAT_URL": f"http://{address}" if address else target.url,
        }

    def _ground(self, state: Deployment, content: Content) -> Ground:
        target = state.assignment.target
        driver = self._driver(target)
        return Ground(
            deployment=state.claim.deployment,
            folder=driver.folder(target, content),
            address=driver.address(target),
            environment=self._environment(state, content, None),
            mark=state.claim.id,
        )

    def _driver(self, target: PlaceTarget) -> Driver:
        driver = self._equipment.drivers.get(target.driver)
        if driver is None:
            raise StepErroredError(f"the driver {target.driver} is not enabled on this host")
        return driver

    def _left(self, until: float) -> float:
        return until - self._clock.monotonic()


@contextmanager
def _untouched() -> Iterator[None]:
    """Say of what is raised that nothing was begun."""
    try:
        yield
    except (StepFailedError, StepErroredError) as error:
        error.begun = False
        raise


def content_of(state: Deployment) -> Content | None:
    """The content of the lane under way."""
    assignment = state.assignment
    if state.phase in {Phase.ROLLING_OUT, Phase.STOPPING}:
        return None if assignment.lanes.retires else assignment.content
    return assignment.previous


def inquiry_of(state: Deployment, step: StepSpec) -> Inquiry:
    """What the step under way asks people, from its first start on (F9)."""
    (test,) = step.tests
    claim, at = state.claim, state.step_started
    until = instant_of(at) + timedelta(seconds=step.timeout)
    return Inquiry(
        id=Inquiry.id_of(claim.deployment, step.name, at),
        at=at,
        reconciler=claim.reconciler,
        environment=claim.environment,
        app=claim.app,
        deployment=claim.deployment,
        step=step.name,
        ask=test.settings["ask"],
        by=tuple(test.settings["by"]),
        until=instant_text(until),
    )


def _contents(state: Deployment, command: CommandSpec) -> tuple[Content, Content | None]:
    """Whose program it is, and the content on the other side of the change."""
    content, previous = state.assignment.content, state.assignment.previous
    if command.previous:
        if previous is None:
            raise StepErroredError("there is no content before this one")
        return previous, content
    return content, previous


def _place(state: Deployment) -> Place:
    return Place(state.claim.environment, state.claim.app)
