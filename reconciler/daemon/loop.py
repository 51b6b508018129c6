"""The loop: look, settle what was begun, decide, claim. One thread decides, workers carry out."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.daemon.board import Board
from reconciler.daemon.claims import Claims
from reconciler.daemon.inquiries import Inquiries
from reconciler.daemon.lines import Lines
from reconciler.daemon.looking import Looking
from reconciler.daemon.milestones import Milestones
from reconciler.daemon.panel import Panel
from reconciler.daemon.proposals import Proposals
from reconciler.daemon.readiness import Readiness
from reconciler.daemon.requests import Desk
from reconciler.daemon.returns import Returns
from reconciler.daemon.screens import Screens
from reconciler.daemon.showing import looked
from reconciler.daemon.supervision import Supervision
from reconciler.daemon.teller import Teller
from reconciler.daemon.trains import Trains
from reconciler.daemon.verification import Verifications
from reconciler.daemon.view import View
from reconciler.daemon.wake import Wake
from reconciler.daemon.windows import Windows
from reconciler.daemon.workers import Workers
from reconciler.deployer.progress import delayed_by
from reconciler.errors import ConfigurationError, RefusedError, TagboatError, UnreachableError
from reconciler.model.plan import Plan, Verdict
from reconciler.model.records import Record, Sighting, Skip
from reconciler.names import instant_text, seconds_of
from reconciler.planner.evidence import Witness
from reconciler.planner.inputs import Inputs
from reconciler.planner.newer import newer_promotions
from reconciler.planner.plan import make_plan
from reconciler.planner.questions import open_questions
from reconciler.ports import Clock
from reconciler.system.files import write_durably

_DECISIONS = 50
"""Lost claims in a row before the loop takes a breath; another daemon has won each of them."""
_SAME_REFUSAL = 3
"""Claims lost to nobody, as the history has not moved: the remote doesn't take them."""
_WAITING = frozenset({Verdict.DEPLOY, Verdict.HOLD, Verdict.BROKEN})
_PARK = 25.0
_MERCY = 5.0
"""Seconds for which long tests may go on when the daemon stops."""


@dataclass(slots=True)
class Reconciler:
    """The daemon of one host. `run` returns when it is asked to stop."""

    view: View
    claims: Claims
    workers: Workers
    supervision: Supervision
    screens: Screens
    looking: Looking
    trains: Trains
    proposals: Proposals
    returns: Returns
    milestones: Milestones
    windows: Windows
    readiness: Readiness
    desk: Desk
    wake: Wake
    lines: Lines
    board: Board
    inquiries: Inquiries
    panel: Panel
    verifications: Verifications
    clock: Clock
    drivers: frozenset[str]
    stopping: threading.Event
    room: Callable[[], str]
    """Why the host has no room for anything new; empty while it has."""
    jitter: Callable[[], float]
    """Seconds between 0 and 1, for writers that lost a race."""
    editions: Mapping[str, str]
    """The version of Tagboat, as evidence names it."""
    teller: Teller = field(init=False)
    _unrecorded: list[Record] = field(default_factory=list)
    _trouble: TagboatError | None = None

    def __post_init__(self) -> None:
        self.teller = Teller(self.lines)

    def run(self) -> None:
        """Look and act until asked to stop; then park what is under way."""
        poll = float(seconds_of(self.view.configuration.host.poll))
        self.claims.recover()
        try:
            with self.wake:
                while not self.stopping.is_set():
                    self.look()
                    self.wake.wait(poll)
        finally:
            self.verifications.park(within=_MERCY)
            self.workers.park(within=_PARK - _MERCY)

    def run_once(self) -> Plan | None:
        """Act until nothing is under way and nothing more can start; the last plan.

        Nothing when it is asked to stop. What is at work is carried to its end first; then raises
        `UnreachableError` when the remote doesn't answer or doesn't take records, and
        `RefusedError` for an alarm or a place that this host may not touch.
        """
        self.claims.recover()
        try:
            return self._look_until_done()
        finally:
            self.verifications.park(within=_MERCY)
            if self.workers.places:
                self.workers.park(within=_PARK)

    def _look_until_done(self) -> Plan | None:
        while not self.stopping.is_set():
            plan = self.look()
            if not self.workers.places:
                if plan is None:
                    raise self._trouble or UnreachableError("the remote doesn't answer")
                if self.view.alarms:
                    raise RefusedError(str(self.view.alarms[0]), hint=self.view.alarms[0].remedy)
                if not self._has_more(plan):
                    for place, why in self.claims.stopped.items():
                        raise RefusedError(f"{place} stopped: {why}")
                    return plan
            self.wake.wait(1)
        return None

    def _has_more(self, plan: Plan) -> bool:
        """Whether another look would begin something, learn something, or push an end."""
        to_begin = {Verdict.DEPLOY, Verdict.GO_BACK}
        waiting = (place for place, _ in self.claims.held.values())
        return (
            self.looking.pending
            or self.supervision.pending
            or self.trains.pending
            or self.verifications.unattended
            or any(each.verdict in to_begin for each in plan.decisions)
            or any(place not in self.claims.stopped for place in waiting)
        )

    def look(self) -> Plan | None:
        """One turn of the loop; the plan, or nothing while the remote doesn't answer."""
        plan, self._trouble = None, None
        try:
            self.view.refresh()
            plan = self._act()
            self.teller.over("remote")
        except UnreachableError as error:
            self._trouble = error
            self.teller.tell("remote", error.message)
            self._carry_on()
        except ConfigurationError:
            raise
        except (TagboatError, OSError) as error:
            # Nothing was begun; the next look may find it mended, or room and handles again (F22).
            self._trouble = TagboatError.of(error)
            self.teller.tell("trouble", self._trouble.message)
        else:
            self.teller.over("trouble")
        # Whatever went wrong: a page shall not stay up beyond its end.
        self.screens.look(self.desk.ledger, self.workers.places, host=self.claims.as_host)
        alarms = self.view.alarms
        self.teller.tell_each("alarm", {each.branch: f"{each} ({each.remedy})" for each in alarms})
        self._note_alive()
        self.panel.completed(
            looked(
                plan,
                self.view,
                before=self.panel.looked,
                trouble=self._trouble,
                troubles=(*self._troubles().values(), *self.claims.logbook.troubles.values()),
            )
        )
        return plan

    def _carry_on(self) -> None:
        """Without the remote nothing new starts, and what there is goes on (F25).

        Deployments under way are carried out, their ends wait in their journals, and processes
        that died, say with the whole machine, are started again.
        """
        try:
            if not self.view.tip:
                self.view.recall()
            self._supervise()
            self.desk.answer_host(lambda: self.inquiries.seen(self._known({})))
            self._pin_answers()
        except (TagboatError, OSError) as error:
            self.teller.tell("trouble", TagboatError.of(error).message)
        self.claims.settle()

    def _act(self) -> Plan:
        self._pin_answers()
        self.claims.settle()
        for place, why in self.claims.stopped.items():
            self.teller.tell(str(place), f"{place} stopped: {why}")
        for place, (why, _) in self.claims.faults.items():
            self.teller.tell(f"fault {place}", f"{place} waits: {why}")
        self._tell_delays()
        self._supervise()
        if not self.view.alarms:
            self.inquiries.record()
            self.claims.publish_ends()
            self._record_facts(self.milestones.due())
        if self.view.writable:
            # Also while the branch itself raises an alarm: somebody may want a pause.
            self.desk.answer(lambda: self._known({}))
            self._pin_answers()
        if not self.view.alarms:
            self._verify()
        refused = 0
        for _ in range(_DECISIONS):
            plan, inputs = self._plan()
            self.board.pin_newer(newer_promotions(inputs, plan))
            self.teller.tell_plan(plan)
            before = self.view.history.tip
            witness = Witness(inputs, self.editions)
            lost = None if self.view.alarms else self.claims.decide(plan, witness)
            if lost is None:
                if not self.view.alarms:
                    self._put_back(inputs, plan)
                return plan
            refused = refused + 1 if self.view.history.tip == before else 0
            if refused == _SAME_REFUSAL:
                raise UnreachableError(f"the remote doesn't take the history's records: {lost.why}")
            self.clock.sleep(0.05 * self.jitter())
            self.view.refresh()
            self.claims.settle()
        return self._plan()[0]

    def _tell_delays(self) -> None:
        """Say once, and in its log, of each deployment that has exceeded its estimate (P10)."""
        for deployment, (place, _) in self.claims.held.items():
            claim = self.view.ledger.at(place).open_claim
            if claim is None or not delayed_by(claim, self.clock.now()):
                continue
            minutes = -(-claim.estimate // 60)
            line = f"{place} is delayed: {deployment} was to take {minutes} min"
            if self.teller.tell(f"delayed {deployment}", line):
                self.lines.log(deployment, line)

    def _verify(self) -> None:
        """Begin long tests that are due, and record what they have said."""
        answers = self.verifications.look(self.view.ledger)
        if not answers:
            return
        self.claims.failpoints.reach("history.verification.before")
        self.view.history.append_facts(answers)
        self.claims.failpoints.reach("history.verification.after")
        self.view.read_history()
        for each in answers:
            self.lines.tell(each.subject)

    def _pin_answers(self) -> None:
        """What people have said of the deployments that are at work here."""
        held = {name: place for name, (place, _) in self.claims.held.items()}
        held |= self.verifications.deployments
        ledger, own = self.view.ledger, self.desk.unrecorded
        self.board.pin(
            {
                name: (*ledger.said_of(name, place), *own.get(name, ()))
                for name, place in held.items()
            }
        )

    def _plan(self) -> tuple[Plan, Inputs]:
        """The plan and what it is made from.

        Places that it would start are looked at first, and then asked about again.
        """
        plan, known = self._decided()
        if not self.view.alarms:
            plan, known = self._looked(plan, known)
            self._propose(known)
            for _ in range(_DECISIONS):
                if not self._cut(known):
                    break
                # What was cut has to be looked at before it starts anywhere.
                plan, known = self._looked(*self._decided())
        targets = {
            each.place: each.assignment.target
            for each in plan.decisions
            if each.verdict in {Verdict.DEPLOY, Verdict.GO_BACK} and each.assignment
        }
        if not targets:
            return plan, known
        seen = replace(known, observations=self.supervision.observe(targets))
        return make_plan(seen), seen

    def _decided(self) -> tuple[Plan, Inputs]:
        known = self._known({})
        return make_plan(known), known

    def _looked(self, plan: Plan, known: Inputs) -> tuple[Plan, Inputs]:
        """The plan once nothing new is seen: one answer may ask the next question."""
        for _ in range(_DECISIONS):
            if not self._look_out(plan, known):
                break
            plan, known = self._decided()
        return plan, known

    def _look_out(self, plan: Plan, known: Inputs) -> bool:
        """Look at what the gates of waiting places have to know, followed branches, and trains.

        Whether anything is new.
        """
        waiting = [each.place for each in plan.decisions if each.verdict in _WAITING]
        asked = open_questions(known, waiting) | self.view.unasked()
        skips, to_cut = self.trains.called(known, self.looking.troubles)
        asked |= to_cut | self.readiness.due(known)
        found = self.looking.look(asked, self.view.ledger, known=self.view.keys())
        for source, why in self.looking.troubles.items():
            self.teller.tell(
                f"source {source}", f"{source} can't be looked at: {why}" if why else ""
            )
        known_ids = {each.id for each in self._unrecorded}
        news: list[Record] = [*skips, *self.windows.due(known)]
        news = [each for each in news if each.id not in known_ids]
        self._record_facts([*news, *found])
        return bool(found or news)

    def _propose(self, known: Inputs) -> None:
        """Put forward releases of tags that were pushed by hand."""
        self._record_facts(self.proposals.put_forward(known))

    def _put_back(self, inputs: Inputs, plan: Plan) -> None:
        """Offer branches that put files back where places went back, and take others away."""
        self._record_facts(self.returns.look(inputs, plan, self.view.returned))
        for subject, why in self._troubles().items():
            self.teller.tell(subject, why)

    def _troubles(self) -> Mapping[str, str]:
        """What a remote doesn't take, by subject; empty for what it has taken after all."""
        taken = self.trains.troubles | self.proposals.troubles | self.returns.troubles
        return taken | self.screens.troubles

    def _cut(self, known: Inputs) -> bool:
        """Bring to the branch what trains have cut; whether it has moved."""
        moved = self.trains.cut(known)
        if moved:
            self.view.refresh()
        return moved

    def _known(self, observations: Mapping[str, object]) -> Inputs:
        return self.view.inputs(
            now=self.clock.now(),
            reconciler=self.claims.reconciler,
            host=self.claims.as_host,
            journalled=self.claims.journalled,
            observations=observations,
            drivers=self.drivers,
            full=self.room(),
            repositories=self.looking.sources.repositories,
            stopped=dict(self.claims.stopped),
        )

    def _supervise(self) -> None:
        if not self.supervision.due:
            return
        claims, wake = self.claims, self.wake
        records, found = self.supervision.look(
            self.view,
            claims.reconciler,
            self.workers.places,
            host=claims.as_host,
            hurry=lambda: wake.waiting,
        )
        waiting = {each.id for each in self._unrecorded}
        records = [each for each in records if each.id not in waiting]
        self._unrecorded += records
        for each in records:
            self.lines.tell(each.subject)
        for place, trouble in found.items():
            line = f"{place} can't be looked after: {trouble}" if trouble else ""
            self.teller.tell(f"supervision {place}", line)

    def _record_facts(self, more: Iterable[Record]) -> None:
        self._unrecorded += more
        if self._unrecorded:
            self.claims.failpoints.reach("history.facts.before")
            self.view.history.append_facts(self._unrecorded)
            self.claims.failpoints.reach("history.facts.after")
            for each in self._unrecorded:
                if isinstance(each, Skip) or (isinstance(each, Sighting) and each.is_news):
                    self.lines.tell(each.subject)
            self._unrecorded.clear()
            self.view.read_history()

    def _note_alive(self) -> None:
        """Liveness is the age of the last loop that was completed."""
        moment = instant_text(self.clock.now())
        try:
            write_durably(self.view.configuration.state / "alive", f"{moment}\n".encode())
        except OSError as error:
            self.teller.tell("alive", f"the state folder can't be written: {error.strerror}")
