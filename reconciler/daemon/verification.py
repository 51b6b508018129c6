"""Long tests after a success: their answer is a record, and nothing goes back (T9, T15)."""

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.daemon.equipment import Equipment, ParkedError
from reconciler.daemon.steps import Steps
from reconciler.deployer.fold import Deployment, begin
from reconciler.deployer.ledger import Ledger, Standing
from reconciler.deployer.screens import screens_at
from reconciler.errors import StepErroredError, StepFailedError
from reconciler.manifest.secrets import redacted
from reconciler.model.deployment import Result, StepOutcome, StepSpec, TestSpec, Work
from reconciler.model.place import Place
from reconciler.model.records import Claim, Inquiry, Outcome, Verification
from reconciler.names import instant_of, instant_text
from reconciler.system.processes import kill_programs


@dataclass(slots=True)
class _Run:
    """One thread that asks a place's tests; ``halt`` ends it without an answer."""

    deployment: str
    thread: threading.Thread
    halt: threading.Event
    attended: bool
    """Whether it may wait for a person."""


class Verifications:
    """Asks the tests of what was deployed; one thread for each place, apart from deployments.

    A restart asks them all again, since half an answer is none (F10). A newer claim of the place
    ends them. Only the deciding thread calls it.
    """

    def __init__(self, equipment: Equipment, reconciler: str, wake: Callable[[], None]) -> None:
        """``wake`` is called when there is an answer."""
        self._equipment = equipment
        self._reconciler = reconciler
        self._wake = wake
        self._runs: dict[Place, _Run] = {}
        self._unpushed: dict[Place, Verification] = {}
        self._answers: queue.SimpleQueue[tuple[Place, Verification | None]] = queue.SimpleQueue()

    @property
    def deployments(self) -> dict[str, Place]:
        """What is being tested now."""
        return {run.deployment: place for place, run in self._runs.items()}

    @property
    def unattended(self) -> bool:
        """Whether anything is being tested that will end without a person."""
        return any(not run.attended for run in self._runs.values())

    def look(self, ledger: Ledger) -> list[Verification]:
        """Begin what is due, end what is overtaken; the answers that wait to be pushed.

        An answer is given until it is in the history.
        """
        while not self._answers.empty():
            place, answer = self._answers.get()
            self._runs.pop(place).thread.join()
            if answer is not None and self._due(ledger, place):
                self._unpushed[place] = answer
        self._unpushed = {
            place: each for place, each in self._unpushed.items() if each.id not in ledger
        }
        for place in ledger.places:
            due = self._due(ledger, place)
            run = self._runs.get(place)
            if run is not None and (due is None or due.deployment != run.deployment):
                run.halt.set()
            elif run is None and due is not None and place not in self._unpushed:
                self._begin(place, due, asked=ledger.at(place).inquiries)
        return list(self._unpushed.values())

    def _due(self, ledger: Ledger, place: Place) -> Claim | None:
        """None either while people keep visitors out: they would be shown the page (D27)."""
        if screens_at(ledger.at(place), self._equipment.clock.now()):
            return None
        return _due(ledger, place, self._reconciler)

    def park(self, *, within: float) -> None:
        """Ask all to end, and wait; they begin anew with the next start.

        Programs that still run after ``within`` seconds are killed.
        """
        for run in self._runs.values():
            run.halt.set()
        until = self._equipment.clock.monotonic() + within
        for run in self._runs.values():
            run.thread.join(max(0.0, until - self._equipment.clock.monotonic()))
        if any(run.thread.is_alive() for run in self._runs.values()):
            kill_programs()

    def _begin(self, place: Place, claim: Claim, *, asked: Mapping[str, Inquiry]) -> None:
        halt = threading.Event()
        thread = threading.Thread(
            target=self._run,
            args=(place, claim, asked, halt),
            name=f"tests of {claim.deployment}",
            daemon=True,
        )
        attended = any(each.work is Work.ASK for each in claim.assignment.lanes.verification)
        self._runs[place] = _Run(claim.deployment, thread, halt, attended)
        thread.start()

    def _run(
        self, place: Place, claim: Claim, asked: Mapping[str, Inquiry], halt: threading.Event
    ) -> None:
        answer = None
        try:
            state, steps = begin(claim), Steps(self._equipment, halt)
            outcomes = tuple(
                self._ask(steps, state, step, test, before=asked.get(step.name))
                for step in claim.assignment.lanes.verification
                for test in step.tests
            )
            answer = self._answer(claim, outcomes)
        except ParkedError:
            pass
        finally:
            self._answers.put((place, answer))
            self._wake()

    def _ask(
        self,
        steps: Steps,
        state: Deployment,
        step: StepSpec,
        test: TestSpec,
        *,
        before: Inquiry | None,
    ) -> StepOutcome:
        """What a test says; people's time counts from when they were first asked (F9)."""
        clock = self._equipment.clock
        began = clock.now()
        since = before.at if before else instant_text(began)
        left = test.timeout - max(0.0, (began - instant_of(since)).total_seconds())
        state = replace(state, step_started=since)
        one = step.model_copy(update={"tests": (test,)})
        result, detail = Result.PASSED, ""
        self._equipment.failpoints.reach(f"tests.{test.name}.before")
        try:
            steps.do(state, one, until=clock.monotonic() + left)
        except StepFailedError as error:
            result, detail = Result.FAILED, error.message
        except StepErroredError as error:
            result, detail = Result.ERRORED, error.message
        except ParkedError:
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in's fault must not end the daemon
            result, detail = Result.ERRORED, f"{type(error).__name__}: {error}"
        self._equipment.failpoints.reach(f"tests.{test.name}.after")
        return StepOutcome(
            name=test.name,
            result=result,
            started=instant_text(began),
            ended=instant_text(clock.now()),
            detail=redacted(detail),
        )

    def _answer(self, claim: Claim, outcomes: tuple[StepOutcome, ...]) -> Verification:
        wrong = [each for each in outcomes if each.result is not Result.PASSED]
        content = claim.assignment.content
        return Verification(
            id=self._equipment.identify(),
            at=instant_text(self._equipment.clock.now()),
            reconciler=self._reconciler,
            environment=claim.environment,
            app=claim.app,
            deployment=claim.deployment,
            digest=content.digest,
            version=content.version,
            commit=content.commit,
            passed=not wrong,
            tests=outcomes,
            why=wrong[0].detail if wrong else "",
        )


def _due(ledger: Ledger, place: Place, reconciler: str) -> Claim | None:
    """The deployment whose tests are to be asked in a place; nothing if none are."""
    standing = ledger.at(place)
    claim, end = standing.last_claim, standing.last_end
    if claim is None or end is None or standing.open_claim or claim.reconciler != reconciler:
        return None
    if standing.drifted is not None:
        return None  # they would prove what somebody has put there by hand
    if end.outcome is not Outcome.SUCCEEDED or not claim.assignment.lanes.verification:
        return None
    answered = any(each.deployment == claim.deployment for each in _said(standing))
    again = ledger.asked_to_verify(place)
    newest = max((each.sequence for each in _said(standing)), default=0)
    if answered and (again is None or again.sequence < newest):
        return None
    return claim


def _said(standing: Standing) -> Iterator[Verification]:
    yield from standing.verifications.values()
