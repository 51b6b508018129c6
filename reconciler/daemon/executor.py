"""Carries a claimed deployment through its lanes: the only caller of drivers and probes."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from reconciler.deployer.fold import Deployment, apply, fold
from reconciler.errors import StaleFenceError, StepErroredError, StepFailedError, TagboatError
from reconciler.model.content import Content
from reconciler.model.deployment import Phase, Result, StepSpec, TestSpec, Work
from reconciler.model.observation import RolloutState
from reconciler.model.records import End, Outcome, body_of
from reconciler.names import instant_of, instant_text
from reconciler.ports import Clock, Driver, Failpoints, Journal, Probe

_TRIES = 3
"""How often a step that could not tell is done in all."""
_PAUSE = 0.5
_POLL = 0.05
_GRACE = 30.0

_OUTCOMES = {
    Phase.SUCCEEDED: Outcome.SUCCEEDED,
    Phase.ROLLED_BACK: Outcome.ROLLED_BACK,
    Phase.STUCK: Outcome.STUCK,
}


class Watcher(Protocol):
    """Is told of every event after it is durable: progress lines and logs."""

    def __call__(self, deployment: Deployment, event: Mapping[str, Any]) -> None:
        """Take note; must not fail and must not wait."""
        ...


@dataclass(frozen=True, slots=True)
class Equipment:
    """What an executor works with."""

    drivers: Mapping[str, Driver]
    probes: Mapping[str, Probe]
    clock: Clock
    failpoints: Failpoints
    watcher: Watcher
    identify: Callable[[], str]
    """A new unique record id."""


class ParkedError(TagboatError):
    """The daemon is asked to stop: the deployment goes on from its journal later."""


class Executor:
    """Carries one deployment to its end: one worker thread each, sharing only equipment."""

    def __init__(self, equipment: Equipment, journal: Journal, stopping: threading.Event) -> None:
        """``stopping`` parks the deployment at the next safe point."""
        self._equipment = equipment
        self._journal = journal
        self._stopping = stopping

    def carry(self) -> End:
        """Go on from where the journal stands until the end; gives the End to be pushed.

        Raises `ParkedError` when asked to stop, and the journal's own error when it can't be
        written: the effect that was to follow has then not happened.
        """
        events = self._journal.events()
        state = fold(events)
        assert state is not None  # noqa: S101 - a claim is journalled before its worker starts
        while state.end is None:
            if state.phase.final:
                state = self._note(state, {"event": "finished", "end": body_of(self._end(state))})
                continue
            if self._stopping.is_set():
                raise ParkedError("the daemon stops")
            assert state.step is not None  # noqa: S101 - only final phases have no step
            state = self._take(state, state.step)
        return state.end

    def _take(self, state: Deployment, step: StepSpec) -> Deployment:
        state = self._note(state, {"event": "step-started", "step": step.name})
        result, detail = self._perform(state, step)
        ended = {
            "event": "step-ended",
            "step": step.name,
            "result": result.value,
            "detail": detail,
        }
        return self._note(state, ended)

    def _note(self, state: Deployment, event: dict[str, Any]) -> Deployment:
        event["at"] = instant_text(self._equipment.clock.now())
        self._journal.append(event)
        after = apply(state, event)
        self._equipment.watcher(after, event)
        return after

    def _perform(self, state: Deployment, step: StepSpec) -> tuple[Result, str]:
        """Do the step; what a driver or probe raises becomes its result."""
        reach = self._equipment.failpoints.reach
        until = self._until(state, step)
        for tries in range(1, _TRIES + 1):
            reach(f"step.{step.name}.before")
            try:
                detail = self._work(state, step, until)
            except (StepFailedError, StepErroredError) as error:
                if self._stopping.is_set():
                    # Its programs may have been killed because we stop: it is asked again.
                    raise ParkedError("the daemon stops") from error
                if isinstance(error, StepFailedError):
                    return Result.FAILED, error.message
                if tries == _TRIES or self._left(until) <= _PAUSE:
                    return Result.ERRORED, error.message
                self._equipment.clock.sleep(_PAUSE)
            except StaleFenceError as error:
                return Result.ERRORED, error.message
            except ParkedError:
                raise
            except Exception as error:  # noqa: BLE001 - a plug-in's fault must not end the daemon
                return Result.ERRORED, f"{type(error).__name__}: {error}"
            else:
                reach(f"step.{step.name}.after")
                return Result.PASSED, detail
        return Result.ERRORED, "could not tell"

    def _work(self, state: Deployment, step: StepSpec, until: float) -> str:
        assignment = state.assignment
        target = assignment.target
        driver = self._driver(target.driver)
        content = _content_of(state)
        fence = state.claim.sequence
        left = self._left(until)
        match step.work:
            case Work.PREPARE:
                driver.prepare(target, assignment.content, fence=fence, timeout=left)
                return ""
            case Work.APPLY:
                driver.apply(target, content, fence=fence, timeout=left)
                return ""
            case Work.ROLLOUT:
                return self._wait(state, driver, until)
            case Work.SMOKE:
                return self._smoke(state, step, driver, until)
            case Work.CLEANUP:
                contents = (content, assignment.previous if content else None)
                kept = {*assignment.keep, *(each.digest for each in contents if each)}
                driver.cleanup(target, frozenset(kept), fence=fence)
                return ""

    def _wait(self, state: Deployment, driver: Driver, until: float) -> str:
        while True:
            rollout = driver.rollout(state.assignment.target, _content_of(state))
            if rollout.state is RolloutState.DONE:
                return rollout.detail
            if rollout.state is RolloutState.FAILED:
                raise StepFailedError(rollout.detail)
            if self._left(until) <= 0:
                raise StepFailedError(f"not up in time: {rollout.detail}")
            if self._stopping.is_set():
                raise ParkedError("the daemon stops")
            self._equipment.clock.sleep(_POLL)

    def _smoke(self, state: Deployment, step: StepSpec, driver: Driver, until: float) -> str:
        content = _content_of(state)
        assert content is not None  # noqa: S101 - nothing has no tests
        folder = driver.folder(state.assignment.target, content)
        for test in step.tests:
            probe = self._equipment.probes.get(test.probe)
            if probe is None:
                raise StepErroredError(f"there is no probe {test.probe}")
            own = min(until, self._equipment.clock.monotonic() + test.timeout)
            for tries in range(test.retries + 1):
                if self._stopping.is_set():
                    raise ParkedError("the daemon stops")
                try:
                    probe.check(test, folder, timeout=max(0.1, self._left(own)))
                except (StepFailedError, StepErroredError) as error:
                    if tries == test.retries or self._left(own) <= _PAUSE:
                        raise type(error)(_tell(test, error)) from error
                    self._equipment.clock.sleep(_PAUSE)
                else:
                    break
        return ", ".join(test.name for test in step.tests)

    def _driver(self, name: str) -> Driver:
        driver = self._equipment.drivers.get(name)
        if driver is None:
            raise StepErroredError(f"the driver {name} is not enabled on this host")
        return driver

    def _until(self, state: Deployment, step: StepSpec) -> float:
        """The deadline on the monotonic clock, counted from the journaled first start (F9).

        On the way back a step gets `_GRACE` seconds all the same: a host that was off for an hour
        would else be stuck for nothing but that hour, and there is no way further back.
        """
        clock = self._equipment.clock
        spent = (clock.now() - instant_of(state.step_started)).total_seconds()
        left = step.timeout - min(max(spent, 0.0), step.timeout)
        if state.phase is Phase.ROLLING_BACK:
            left = max(left, min(step.timeout, _GRACE))
        return clock.monotonic() + left

    def _left(self, until: float) -> float:
        return until - self._equipment.clock.monotonic()

    def _end(self, state: Deployment) -> End:
        now = self._equipment.clock.now()
        claim = state.claim
        running = {
            Phase.SUCCEEDED: state.assignment.content,
            Phase.ROLLED_BACK: state.assignment.previous,
        }
        return End(
            id=self._equipment.identify(),
            at=instant_text(now),
            reconciler=claim.reconciler,
            environment=claim.environment,
            app=claim.app,
            deployment=claim.deployment,
            outcome=_OUTCOMES[state.phase],
            version=state.assignment.content.version,
            running=running.get(state.phase),
            steps=state.outcomes,
            why=state.failure,
            started=claim.at,
            ended=instant_text(now),
            seconds=_seconds(instant_of(claim.at), now),
        )


def _content_of(state: Deployment) -> Content | None:
    backward = state.phase is Phase.ROLLING_BACK
    return state.assignment.previous if backward else state.assignment.content


def _tell(test: TestSpec, error: TagboatError) -> str:
    tail = f" (help: {test.help})" if test.help else ""
    return f"{test.name}: {error.message}{tail}"


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds()))
