"""Claim by push: journal the wish, push the claims in one chain, begin only what was accepted.

The order is what makes a kill harmless. Before the push the journal says ``claiming`` and which tip
the push was made onto; after it ``claimed``. A daemon that comes back looks for the record in the
history: there, it goes on; not there and the history has moved past that tip, the push can never
succeed any more and the wish is forgotten. A claim that loses is thrown away and decided again;
when that comes out the same on the same tip, the same wish is pushed again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.daemon.logbook import Logbook
from reconciler.daemon.view import View
from reconciler.daemon.workers import Journals, Workers
from reconciler.deployer.fold import fold
from reconciler.errors import TagboatError
from reconciler.journal.jsonl import FileJournal, JournalFullError
from reconciler.model.place import Place
from reconciler.model.plan import Decision, Plan, Verdict
from reconciler.model.records import Claim, End, body_of
from reconciler.names import instant_text
from reconciler.planner.evidence import Witness
from reconciler.planner.scribe import Scribe
from reconciler.ports import Clock, Failpoints
from reconciler.repository.history import Lost

_BREATH = 5.0
"""Seconds between tries to write a journal."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A claim whose push onto the tip ``onto`` may or may not have been accepted."""

    claim: Claim
    onto: str
    journal: FileJournal


@dataclass(slots=True)
class Claims:
    """The claims of this host: wished, pushed, at work, ended. One thread, the deciding one."""

    view: View
    journals: Journals
    workers: Workers
    clock: Clock
    failpoints: Failpoints
    identify: Callable[[], str]
    logbook: Logbook
    reconciler: str
    host: str = ""
    takes_over: bool = False
    """Whether claims of another host of the same name are this one's: that one is gone."""
    wishes: dict[str, Wish] = field(default_factory=dict)
    """Record id → claim whose push may or may not have been accepted."""
    held: dict[str, tuple[Place, FileJournal]] = field(default_factory=dict)
    """Deployment → its journal, claimed and not yet ended in the history."""
    ends: dict[str, End] = field(default_factory=dict)
    """Deployment → the end that waits to be pushed."""
    stopped: dict[Place, str] = field(default_factory=dict)
    """Places that this host may not touch, and why."""
    faults: dict[Place, tuple[str, float]] = field(default_factory=dict)
    """Places whose journal couldn't be written: why, and when to try again (monotonic)."""

    @property
    def as_host(self) -> str:
        """The host whose claims are this one's; empty for every one of the same name."""
        return "" if self.takes_over else self.host

    def recover(self) -> None:
        """Take up the journals that an earlier run left behind."""
        for place, journal in self.journals.all():
            try:
                events = journal.events()
                state = fold(events)
            except (TagboatError, PermissionError, IsADirectoryError) as error:
                self.stopped[place] = TagboatError.of(error).message
                continue
            if state is None:
                journal.remove()
            elif not state.claimed:
                onto = str(events[0].get("onto", ""))
                self.wishes[state.claim.id] = Wish(state.claim, onto, journal)
            else:
                self.held[state.claim.deployment] = (place, journal)
                if state.end:
                    self.ends[state.claim.deployment] = state.end

    def settle(self) -> None:
        """Find out what became of wishes, begin what was accepted, and note finished work.

        Call after each look at the history. Idempotent.
        """
        self._settle_wishes()
        for carried in self.workers.finished():
            if carried.end:
                self.ends[carried.deployment] = carried.end
            elif carried.again:
                self.faults[carried.place] = (carried.fault, self.clock.monotonic() + _BREATH)
            elif carried.fault:
                self.stopped[carried.place] = carried.fault
        for deployment, (place, journal) in self.held.items():
            idle = place not in self.workers.places and place not in self.stopped
            _, then = self.faults.get(place, ("", float("-inf")))
            if idle and deployment not in self.ends and self.clock.monotonic() >= then:
                self.faults.pop(place, None)
                self._start(place, journal)

    def _settle_wishes(self) -> None:
        for record, wish in list(self.wishes.items()):
            accepted = self._accepted(record)
            if accepted is not None:
                if self._begin(wish.journal, accepted):
                    del self.wishes[record]
            elif self.view.history.has_left(wish.onto):
                wish.journal.remove()
                del self.wishes[record]

    def publish_ends(self) -> bool:
        """Push the ends that wait, then forget their journals; whether anything was pushed.

        Raises `UnreachableError` when the remote doesn't answer; they go on waiting.
        """
        if not self.ends:
            return False
        waiting = [each for each in self.ends.values() if each.id not in self.view.ledger]
        waiting = self.logbook.enter(waiting)
        if waiting:
            self.failpoints.reach("history.end.before")
            self.view.history.append_facts(waiting)
            self.failpoints.reach("history.end.after")
        self.view.read_history()
        for deployment in list(self.ends):
            if self.ends[deployment].id in self.view.ledger:
                _, journal = self.held.pop(deployment)
                journal.remove()
                del self.ends[deployment]
        return bool(waiting)

    def decide(self, plan: Plan, witness: Witness) -> Lost | None:
        """Claim what the plan starts and record what it refuses, all in one push.

        `Lost` means that nothing was begun: decide again on what is there now. Raises
        `UnreachableError` when the remote doesn't answer.
        """
        for each in plan.decisions:
            if each.verdict is Verdict.GO_BACK:
                self._go_back(each)
        starts = [each for each in plan.decisions if each.verdict is Verdict.DEPLOY]
        scribe = Scribe(
            witness,
            plan,
            self.reconciler,
            self.identify,
            at=lambda: instant_text(self.clock.now()),
            host=self.host,
        )
        refusals, departures = scribe.refusals(self.view.ledger), scribe.departures()
        if not starts and not refusals and not departures:
            return None
        onto = self.view.history.tip
        claims = [self._wish(each, scribe, onto=onto or "") for each in starts]
        self.failpoints.reach("history.claim.before")
        answer = self.view.history.append([*departures, *claims, *refusals], onto=onto)
        self.failpoints.reach("history.claim.after")
        self.view.read_history()
        self.settle()
        return answer if isinstance(answer, Lost) else None

    @property
    def journalled(self) -> frozenset[str]:
        """Deployments that this host can go on with."""
        return frozenset(self.held)

    def _wish(self, decision: Decision, scribe: Scribe, *, onto: str) -> Claim:
        """The claim for a decision, journalled: the one that was pushed onto this tip before."""
        for each in self.wishes.values():
            same = (each.claim.assignment, each.claim.sign_off) == (
                decision.assignment,
                decision.sign_off,
            )
            if same and each.onto == onto:
                return each.claim
        claim = scribe.claim(decision)
        journal = self.journals.of(decision.place, claim.id)
        event = {"event": "claiming", "claim": body_of(claim), "onto": onto, "at": claim.at}
        journal.append(event)
        self.wishes[claim.id] = Wish(claim, onto, journal)
        return claim

    def _accepted(self, record: str) -> Claim | None:
        if record not in self.view.ledger:
            return None
        found = (each for each in reversed(self.view.records) if each.id == record)
        claim = next(found, None)
        return claim if isinstance(claim, Claim) else None

    def _begin(self, journal: FileJournal, claim: Claim, *, backward: bool = False) -> bool:
        """Begin what is claimed; false when the disk is full, and nothing has begun (F20)."""
        place = Place(claim.environment, claim.app)
        event = {
            "event": "claimed",
            "claim": body_of(claim),
            "backward": backward,
            "at": instant_text(self.clock.now()),
        }
        try:
            journal.append(event)
        except JournalFullError as error:
            self.faults[place] = (error.message, self.clock.monotonic() + _BREATH)
            return False
        self.faults.pop(place, None)
        self.held[claim.deployment] = (place, journal)
        self._start(place, journal)
        return True

    def _start(self, place: Place, journal: FileJournal) -> None:
        try:
            self.workers.start(journal)
        except TagboatError as error:
            # Its journal was damaged since it was written: this place stops, and no other (F19).
            self.stopped[place] = error.message

    def _go_back(self, decision: Decision) -> None:
        claim = self.view.ledger.at(decision.place).open_claim
        if claim is None or claim.id in self.wishes:
            return
        self._begin(self.journals.of(decision.place, claim.id), claim, backward=True)
