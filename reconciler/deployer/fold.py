"""The state of a deployment, from its journal: a restart is a refold.

Events of a journal, in order (each a JSON object with ``event`` and ``at``):

* ``claiming`` with ``claim``: the claim is about to be pushed; nothing is done yet
* ``claimed`` with ``claim``: the pushed claim, numbered; effects may begin. With ``backward`` the
  journal of an earlier run is lost: what may have been done is undone
* ``step-started`` with ``step``; once more after a restart
* ``step-ended`` with ``step``, ``result``, ``detail``, ``backup`` if one was taken, and
  ``begun`` false when nothing of it was done
* ``aborted`` with ``why``: what is to come is not done; a step under way has no other end
* ``finished`` with ``end``: the record that is to be pushed
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.deployer.machine import Event, IllegalMoveError, advance, event_of
from reconciler.model.deployment import (
    Assignment,
    Backup,
    Phase,
    Result,
    StepOutcome,
    StepSpec,
    Work,
)
from reconciler.model.records import Claim, End, record_of


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment as far as its journal tells.

    ``step_started`` is the instant of the *first* start of the step under way, empty between
    steps: a restart doesn't extend a deadline. ``starts`` counts its starts. ``blind`` says that
    what was done before is not known.
    """

    claim: Claim
    claimed: bool = False
    phase: Phase = Phase.ROLLING_OUT
    index: int = 0
    step_started: str = ""
    starts: int = 0
    blind: bool = False
    abort: str = ""
    """Who stopped it, and why; empty if nobody did."""
    outcomes: tuple[StepOutcome, ...] = field(default=())
    end: End | None = None

    @property
    def assignment(self) -> Assignment:
        """What is to be done."""
        return self.claim.assignment

    @property
    def lane(self) -> tuple[StepSpec, ...]:
        """The lane under way; empty when all is done."""
        match self.phase:
            case Phase.ROLLING_OUT:
                return self.assignment.lanes.forward
            case Phase.ROLLING_BACK:
                begun = {each.name for each in self.outcomes if each.begun}
                steps = self.assignment.lanes.backward
                return tuple(each for each in steps if self._needs(each, begun))
            case Phase.STOPPING:
                return self.assignment.lanes.stopped
            case _:
                return ()

    def _needs(self, step: StepSpec, begun: set[str]) -> bool:
        """Whether anything that the step undoes is among what was begun."""
        return self.blind or not step.undoes or not begun.isdisjoint(step.undoes)

    @property
    def step(self) -> StepSpec | None:
        """The step that is under way or next; nothing when the phase is final."""
        return self.lane[self.index] if self.index < len(self.lane) else None

    @property
    def failure(self) -> str:
        """The first thing that went wrong, in one sentence; empty if nothing did."""
        if self.abort:
            return self.abort
        for each in self.outcomes:
            if each.result is not Result.PASSED:
                return f"{each.name}: {each.detail}"
        return ""

    @property
    def backup(self) -> Backup | None:
        """What was kept of the data; nothing if no backup was taken."""
        return next((each.backup for each in self.outcomes if each.backup), None)

    @property
    def maintained(self) -> bool:
        """Whether visitors see a page of maintenance: it may be up, and wasn't taken down since."""
        up = False
        for each in self.outcomes:
            work = self._work_of(each.name)
            if work is Work.MAINTENANCE_ON:
                up = True
            elif work is Work.MAINTENANCE_OFF and each.result is Result.PASSED:
                up = False
        return up

    @property
    def untouched(self) -> bool:
        """Whether what runs and its data are as they were: going back leaves them alone.

        Never so where that can't be told, or where going back means the whole place.
        """
        lane = self.assignment.lanes.backward
        back = next((each for each in lane if each.work is Work.APPLY), None)
        if back is None or not back.undoes or self.blind:
            return False
        begun = {each.name for each in self.outcomes if each.begun}
        if self.step is not None and self.step_started:
            begun.add(self.step.name)
        return begun.isdisjoint(back.undoes)

    def _work_of(self, step: str) -> Work | None:
        """What the step of this name does; nothing for one that no lane has."""
        lanes = self.assignment.lanes
        every = (*lanes.forward, *lanes.backward, *lanes.stopped)
        return next((each.work for each in every if each.name == step), None)

    def started(self, step: str, at: str) -> "Deployment":
        """The deployment with its step under way."""
        self._expect(step)
        return replace(self, step_started=self.step_started or at, starts=self.starts + 1)

    def ended(self, outcome: StepOutcome) -> "Deployment":
        """The deployment after its step ended."""
        spec = self._expect(outcome.name)
        phase = advance(self.phase, event_of(spec, outcome.result))
        after = replace(
            self,
            phase=phase,
            index=self.index + 1 if phase is self.phase else 0,
            step_started="",
            starts=0,
            outcomes=(*self.outcomes, outcome),
        )
        return _beyond_empty_lanes(after)

    def aborted(self, why: str, at: str) -> "Deployment":
        """The deployment once it goes back since somebody asked for that."""
        outcomes = self.outcomes
        if self.step is not None and self.step_started:
            cut = StepOutcome(
                name=self.step.name,
                result=Result.ERRORED,
                started=self.step_started,
                ended=at,
                detail=why,
            )
            outcomes = (*outcomes, cut)
        phase = advance(self.phase, Event.ABORTED)
        after = replace(
            self, phase=phase, index=0, step_started="", starts=0, outcomes=outcomes, abort=why
        )
        return _beyond_empty_lanes(after)

    def _expect(self, step: str) -> StepSpec:
        if self.step is None or self.step.name != step:
            expected = self.step.name if self.step else "nothing"
            raise IllegalMoveError(f"the journal says {step}, {expected} was next")
        return self.step


def _beyond_empty_lanes(state: Deployment) -> Deployment:
    while not state.phase.final and state.step is None:
        state = replace(state, phase=advance(state.phase, Event.LANE_DONE), index=0)
    return state


def begin(claim: Claim, *, backward: bool = False) -> Deployment:
    """A claimed deployment of which nothing was done; ``backward`` starts with going back."""
    phase = Phase.ROLLING_BACK if backward else Phase.ROLLING_OUT
    return _beyond_empty_lanes(Deployment(claim=claim, claimed=True, phase=phase, blind=backward))


def fold(events: Iterable[Mapping[str, Any]]) -> Deployment | None:
    """The deployment that these events tell; nothing for none.

    Raises `IllegalMoveError` for events that can't follow one another, and for those that another
    version has written in a way that this one doesn't read (F56).
    """
    state: Deployment | None = None
    for event in events:
        try:
            state = apply(state, event)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise IllegalMoveError("the journal has an event of another version") from error
    return state


def apply(state: Deployment | None, event: Mapping[str, Any]) -> Deployment:
    """The deployment after one more event; raises `IllegalMoveError` if it can't follow."""
    kind = event["event"]
    if kind in {"claiming", "claimed"}:
        claim = record_of(event["claim"])
        if not isinstance(claim, Claim):
            raise IllegalMoveError("the journal's claim is another record")
        if kind == "claiming":
            return Deployment(claim=claim)
        return begin(claim, backward=bool(event.get("backward", False)))
    if state is None:
        raise IllegalMoveError(f"the journal begins with {kind}")
    match kind:
        case "step-started":
            return state.started(event["step"], event["at"])
        case "step-ended":
            return state.ended(
                StepOutcome(
                    name=event["step"],
                    result=Result(event["result"]),
                    started=state.step_started,
                    ended=event["at"],
                    detail=event["detail"],
                    begun=event.get("begun", True),
                    backup=Backup.model_validate(kept) if (kept := event.get("backup")) else None,
                )
            )
        case "aborted":
            return state.aborted(event["why"], event["at"])
        case "finished":
            end = record_of(event["end"])
            if not isinstance(end, End):
                raise IllegalMoveError("the journal's end is another record")
            return replace(state, end=end)
        case _:
            raise IllegalMoveError(f"the journal has an unknown event {kind}")
