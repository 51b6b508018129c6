"""Carries a claimed deployment through its lanes: the only caller of drivers and probes."""

import threading
from datetime import datetime
from typing import Any

from reconciler.daemon.equipment import Equipment, ParkedError
from reconciler.daemon.steps import Done, Steps
from reconciler.deployer.fold import Deployment, apply, fold
from reconciler.errors import StaleFenceError, StepError, StepErroredError, StepFailedError
from reconciler.manifest.secrets import redacted
from reconciler.model.deployment import Phase, Result, StepSpec
from reconciler.model.records import End, Outcome, body_of
from reconciler.names import instant_of, instant_text
from reconciler.ports import Journal

_PAUSE = 0.5
_GRACE = 30.0

_OUTCOMES = {
    Phase.SUCCEEDED: Outcome.SUCCEEDED,
    Phase.ROLLED_BACK: Outcome.ROLLED_BACK,
    Phase.STUCK: Outcome.STUCK,
}


class Executor:
    """Carries one deployment to its end: one worker thread each, sharing only equipment."""

    def __init__(self, equipment: Equipment, journal: Journal, stopping: threading.Event) -> None:
        """``stopping`` parks the deployment at the next safe point."""
        self._equipment = equipment
        self._journal = journal
        self._stopping = stopping
        self._steps = Steps(equipment, self)
        self._state: Deployment | None = None
        self._resumed = False

    def carry(self) -> End:
        """Go on from where the journal stands until the end; gives the End to be pushed.

        Raises `ParkedError` when asked to stop, and the journal's own error when it can't be
        written: the effect that was to follow has then not happened.
        """
        state = fold(self._journal.events())
        assert state is not None  # noqa: S101 - a claim is journalled before its worker starts
        # Programs of an earlier run of ours may still be at work (F48).
        self._equipment.commands.end(state.claim.id)
        self._resumed = bool(state.outcomes)
        self._state = state
        if state.outcomes or state.step_started:
            # Nothing happened, but whoever shows it has to know how far it is.
            at = instant_text(self._equipment.clock.now())
            self._equipment.watcher(state, {"event": "resumed", "at": at})
        while state.end is None:
            if state.phase.final:
                state = self._note(state, {"event": "finished", "end": body_of(self._end(state))})
                continue
            if self._stopping.is_set():
                raise ParkedError("the daemon stops")
            if why := self._aborted():
                state = self._note(state, {"event": "aborted", "why": why})
                continue
            assert state.step is not None  # noqa: S101 - only final phases have no step
            state = self._take(state, state.step)
        return state.end

    def _take(self, state: Deployment, step: StepSpec) -> Deployment:
        state = self._note(state, {"event": "step-started", "step": step.name})
        try:
            result, done = self._perform(state, step)
        except ParkedError:
            if self._stopping.is_set():
                raise
            return state  # to be aborted
        ended: dict[str, Any] = {
            "event": "step-ended",
            "step": step.name,
            "result": result.value,
            "detail": redacted(done.detail),
        }
        if not done.begun:
            ended["begun"] = False
        if done.backup is not None:
            ended["backup"] = done.backup.model_dump(mode="json")
        return self._note(state, ended)

    def _note(self, state: Deployment, event: dict[str, Any]) -> Deployment:
        event["at"] = instant_text(self._equipment.clock.now())
        self._journal.append(event)
        after = apply(state, event)
        self._equipment.watcher(after, event)
        self._state = after
        return after

    def is_set(self) -> bool:
        """Whether what a step waits for isn't waited for any more."""
        return self._stopping.is_set() or bool(self._aborted())

    def _aborted(self) -> str:
        """Why it is to go back; empty if nobody wants that, or it does already.

        Somebody asks for it, or something newer is promoted before anything was changed (F36).
        """
        state = self._state
        if state is None or state.phase is not Phase.ROLLING_OUT:
            return ""
        said = self._equipment.answers(state.claim.deployment)
        asked = next((each for each in said if each.verb == "abort"), None)
        if asked is None:
            newer = self._equipment.newer(state.claim.deployment)
            return f"{newer} before anything was changed" if newer and state.untouched else ""
        return f"aborted by {asked.by}" + (f": {asked.reason}" if asked.reason else "")

    def _perform(self, state: Deployment, step: StepSpec) -> tuple[Result, Done]:
        """Do the step; what a driver or probe raises becomes its result."""
        until = self._until(state, step)
        if step.once and (state.blind or state.starts > 1):
            return self._resolve(state, step, until)
        for tries in range(step.retries + 1):
            try:
                return self._once(state, step, until)
            except StepErroredError as error:
                # Begun and not known to have ended, it may have been done (I7).
                last = tries == step.retries or step.once
                if last or self._left(until) <= _PAUSE:
                    return Result.ERRORED, _told(error, state)
                self._equipment.clock.sleep(_PAUSE)
        return Result.ERRORED, Done("could not tell")

    def _once(self, state: Deployment, step: StepSpec, until: float) -> tuple[Result, Done]:
        """One try. Raises `StepErroredError` and `ParkedError`."""
        reach = self._equipment.failpoints.reach
        try:
            if self._resumed and state.phase is Phase.ROLLING_OUT:
                self._steps.verify_backup(state)
            self._resumed = False
            reach(f"step.{step.name}.before")
            done = self._steps.do(state, step, until=until)
        except (StepFailedError, StepErroredError) as error:
            if self._stopping.is_set():
                # Its programs may have been killed because we stop: it is asked again.
                raise ParkedError("the daemon stops") from error
            if isinstance(error, StepErroredError):
                raise
            return Result.FAILED, _told(error, state)
        except StaleFenceError as error:
            return Result.ERRORED, Done(error.message)
        except ParkedError:
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in's fault must not end the daemon
            return Result.ERRORED, Done(f"{type(error).__name__}: {error}")
        reach(f"step.{step.name}.after")
        return Result.PASSED, done

    def _resolve(self, state: Deployment, step: StepSpec, until: float) -> tuple[Result, Done]:
        """What became of a step that may not be done twice: only its own check can tell (I7)."""
        begun = "it was begun before, and nobody can tell how it ended"
        if state.blind:
            begun = "the journal is gone, and nobody can tell what there is to undo"
        if step.check is None or state.blind:
            return Result.ERRORED, Done(begun)
        try:
            self._steps.prove(state, step, until=until)
        except (StepFailedError, StepErroredError) as error:
            if self._stopping.is_set():
                raise ParkedError("the daemon stops") from error
            return Result.ERRORED, Done(f"{begun}; {error.message}")
        return Result.PASSED, Done("it was done before, says its check")

    def _until(self, state: Deployment, step: StepSpec) -> float:
        """The deadline on the monotonic clock, counted from the journaled first start (F9).

        On the way back a step gets `_GRACE` seconds all the same: a host that was off for an hour
        would else be stuck for nothing but that hour, and there is no way further back.
        """
        clock = self._equipment.clock
        spent = (clock.now() - instant_of(state.step_started)).total_seconds()
        left = step.timeout - min(max(spent, 0.0), step.timeout)
        if state.phase is not Phase.ROLLING_OUT:
            left = max(left, min(step.timeout, _GRACE))
        return clock.monotonic() + left

    def _left(self, until: float) -> float:
        return until - self._equipment.clock.monotonic()

    def _end(self, state: Deployment) -> End:
        now = self._equipment.clock.now()
        claim = state.claim
        assignment = state.assignment
        running = {
            Phase.SUCCEEDED: None if assignment.lanes.retires else assignment.content,
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


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds()))


def _told(error: StepError, state: Deployment) -> Done:
    """What a step that did not pass has said; an earlier run of it may have begun."""
    return Done(error.message, begun=error.begun or state.starts > 1)
