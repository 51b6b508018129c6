"""The loop: look, settle what was begun, decide, claim. One thread decides, workers carry out."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.daemon.claims import Claims
from reconciler.daemon.lines import Lines
from reconciler.daemon.supervision import Supervision
from reconciler.daemon.view import View
from reconciler.daemon.wake import Wake
from reconciler.daemon.workers import Workers
from reconciler.errors import ConfigurationError, TagboatError, UnreachableError
from reconciler.model.plan import Plan, Verdict
from reconciler.names import instant_text, seconds_of
from reconciler.planner.inputs import Inputs
from reconciler.planner.plan import make_plan
from reconciler.ports import Clock
from reconciler.system.files import write_durably

_DECISIONS = 50
"""Lost claims in a row before the loop takes a breath; another daemon has won each of them."""
_SUPERVISION = 10.0
_PARK = 25.0


@dataclass(slots=True)
class Reconciler:
    """The daemon of one host. `run` returns when it is asked to stop."""

    view: View
    claims: Claims
    workers: Workers
    supervision: Supervision
    wake: Wake
    lines: Lines
    clock: Clock
    drivers: frozenset[str]
    stopping: threading.Event
    jitter: Callable[[], float]
    """Seconds between 0 and 1, for writers that lost a race."""
    _told: dict[str, str] = field(default_factory=dict)
    _supervised: float = float("-inf")
    _decided: tuple[object, ...] = ()

    def run(self) -> None:
        """Look and act until asked to stop; then park what is under way."""
        poll = float(seconds_of(self.view.configuration.host.poll))
        self.claims.recover()
        with self.wake:
            while not self.stopping.is_set():
                self.look()
                self.wake.wait(poll)
        self.workers.park(within=_PARK)

    def run_once(self) -> Plan | None:
        """Act until nothing is under way and nothing more can start; the last plan.

        Raises `UnreachableError` when the remote doesn't answer at the start.
        """
        self.claims.recover()
        self.view.refresh()
        while not self.stopping.is_set():
            plan = self.look()
            if plan is None:
                raise UnreachableError("the remote doesn't answer")
            busy = {Verdict.DEPLOY, Verdict.GO_BACK}
            mine = any(each.verdict in busy for each in plan.decisions)
            if not (mine or self.workers.places or self.claims.held or self.claims.wishes):
                return plan
            self.wake.wait(1)
        self.workers.park(within=_PARK)
        return None

    def look(self) -> Plan | None:
        """One turn of the loop; the plan, or nothing while the remote doesn't answer."""
        plan = None
        try:
            self.view.refresh()
            plan = self._act()
            self._tell("remote", "")
        except UnreachableError as error:
            # What is under way goes on; ends wait in their journals; nothing new starts.
            self.claims.settle()
            self._tell("remote", error.message)
        except ConfigurationError:
            raise
        except TagboatError as error:
            # Nothing was begun; the next look may find it mended.
            self._tell("trouble", error.message)
        else:
            self._tell("trouble", "")
        for alarm in self.view.alarms:
            self._tell(alarm, alarm)
        self._note_alive()
        return plan

    def _act(self) -> Plan:
        self.claims.settle()
        for place, why in self.claims.stopped.items():
            self._tell(str(place), f"{place} stopped: {why}")
        for place, (why, _) in self.claims.faults.items():
            self._tell(f"fault {place}", f"{place} waits: {why}")
        if not self.view.alarms:
            self.claims.publish_ends()
            self._supervise()
        for _ in range(_DECISIONS):
            plan = self._plan()
            self._tell_plan(plan)
            if self.view.alarms or self.claims.decide(plan):
                return plan
            self.clock.sleep(0.05 * self.jitter())
            self.view.refresh()
            self.claims.settle()
        return self._plan()

    def _plan(self) -> Plan:
        """The plan; places that it would start are looked at first, and asked about again."""
        known = self._known({})
        plan = make_plan(known)
        targets = {
            each.place: each.assignment.target
            for each in plan.decisions
            if each.verdict in {Verdict.DEPLOY, Verdict.GO_BACK} and each.assignment
        }
        if not targets:
            return plan
        return make_plan(replace(known, observations=self.supervision.observe(targets)))

    def _known(self, observations: Mapping[str, object]) -> Inputs:
        return self.view.inputs(
            reconciler=self.claims.reconciler,
            journalled=self.claims.journalled,
            observations=observations,
            drivers=self.drivers,
            stopped=dict(self.claims.stopped),
        )

    def _supervise(self) -> None:
        now = self.clock.monotonic()
        if now - self._supervised < _SUPERVISION:
            return
        self._supervised = now
        busy = self.workers.places
        restarts = self.supervision.restart(self.view, self.claims.reconciler, busy)
        if restarts:
            self.view.history.append_facts(restarts)
            self.view.read_history()
        for each in restarts:
            self.lines.tell(each.subject)

    def _tell_plan(self, plan: Plan) -> None:
        for each in plan.decisions:
            if each.verdict is not Verdict.BUSY:
                self._tell(f"plan {each.place}", f"{each.place} {each.sentence}")

    def _tell(self, subject: str, line: str) -> None:
        """Say what has changed, once."""
        if self._told.get(subject, "") != line:
            self._told[subject] = line
            if line:
                self.lines.tell(line)

    def _note_alive(self) -> None:
        """Liveness is the age of the last loop that was completed."""
        moment = instant_text(self.clock.now())
        try:
            write_durably(self.view.configuration.state / "alive", f"{moment}\n".encode())
        except OSError as error:
            self._tell("alive", f"the state folder can't be written: {error.strerror}")
