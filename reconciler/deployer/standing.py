"""What is known of one place, and the fold that leads to it (L2, pure)."""

from collections.abc import Hashable, Mapping
from copy import copy
from dataclasses import dataclass, field, fields
from typing import assert_never

from reconciler.deployer.doubt import in_doubt
from reconciler.errors import RefusedError
from reconciler.model.content import Content
from reconciler.model.place import Place
from reconciler.model.records import (
    Answer,
    Claim,
    Departure,
    Drift,
    End,
    Expiry,
    Inquiry,
    Outcome,
    PlacedRecord,
    Record,
    Refusal,
    Restart,
    Verification,
)


class LedgerError(RefusedError):
    """Records of one place contradict each other: nothing starts there until it is explained."""

    def __init__(self, place: Place, why: str, records: tuple[Record, ...]) -> None:
        """Name the records that can't both be true."""
        named = " and ".join(f"{each.kind} {each.sequence}" for each in records)
        super().__init__(
            f"{place}: {why} (history records {named})",
            hint="find out who wrote them; the place starts nothing until then",
        )
        self.place = place
        self.records = records


@dataclass(frozen=True, slots=True)
class Standing:
    """What the history says of one place. Frozen; a new one is made when records come.

    ``running`` is what the last `End` says runs there: nothing before the first one, after going
    back to nothing, or when nobody can tell; an open claim doesn't change it. ``running_since``
    is the instant from which on that very content ran, empty with nothing. ``restarts`` are those
    since the last claim. ``broken`` says that later records of this place were not understood.
    """

    place: Place
    open_claim: Claim | None = None
    last_claim: Claim | None = None
    last_end: End | None = None
    settled: tuple[Claim, ...] = ()
    """Claims that succeeded here, newest last."""
    traces: Mapping[Hashable, tuple[int, ...]] = field(default_factory=dict)
    """`Content.traces` → which of those bear it, in their order."""
    running: Content | None = None
    running_since: str = ""
    begun: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Content's digest → the commits that admitted it → when it last began here for them."""
    held: Mapping[str, End] = field(default_factory=dict)
    """Admitting commit → how its deployment failed here; another commit is no longer held."""
    last_failure: End | None = None
    """The newest one that failed; none once that very content has succeeded here after all."""
    last_refusal: Refusal | None = None
    """The gates last found closed; none after a claim."""
    restarts: tuple[Restart, ...] = ()
    verifications: Mapping[str, Verification] = field(default_factory=dict)
    """Content's digest → what the place's tests last said of it."""
    confirmations: tuple[Answer, ...] = ()
    """Granted ``confirm`` requests since the last claim."""
    inquiries: Mapping[str, Inquiry] = field(default_factory=dict)
    """Step → the question that it asks people, or has asked while what it belongs to goes on."""
    rollback: Answer | None = None
    """A granted ``rollback`` that no claim has followed yet."""
    withdrawn: Mapping[str, tuple[str, Answer]] = field(default_factory=dict)
    """Content's digest → the commit that admitted it, and the ``rollback`` that took it back."""
    dismissed: frozenset[str] = frozenset()
    """Deployments that nobody may roll back on request any more."""
    expired: Expiry | None = None
    """That the last deployment can't be rolled back on request any more, since time is up."""
    granted: Answer | None = None
    """A granted ``adopt`` or ``retire`` that no claim has followed yet."""
    overrode: tuple[Claim, ...] = ()
    """Claims that began although a gate was not open, since it was set aside; newest last."""
    reviewed: frozenset[str] = frozenset()
    """Their deployments, as far as another person has looked at them afterwards."""
    failed: Mapping[str, End] = field(default_factory=dict)
    """Content's digest → how it failed here, unless it has succeeded since."""
    slot: tuple[str, str] = ("", "")
    """The last slot that is accounted for, and the admission whose schedule it was of."""
    missed: Departure | None = None
    """The last departure, if it was missed."""
    drift: Drift | None = None
    """What was found last instead of what the last deployment put there, or that it is back."""
    put_back: Answer | None = None
    """A granted ``retry`` that asks for what drifted to be put back."""
    unready: Mapping[str, str] = field(default_factory=dict)
    """Content's digest → why it could not be fetched again, where that was seen last."""
    doubtful: bool = False
    """Whether nobody can tell of which content the data are: a deployment that got stuck may have
    changed them, and nothing has succeeded since."""
    screens: tuple[Answer, ...] = ()
    """The last granted ``maintenance-on`` or ``-off`` of its environment, and that of the place."""
    broken: LedgerError | None = None

    @property
    def questions(self) -> tuple[Inquiry, ...]:
        """The questions that nobody has answered yet; whether time is up is for who knows it."""
        answered = {each.inquiry for each in self.confirmations}
        return tuple(each for each in self.inquiries.values() if each.id not in answered)

    @property
    def drifted(self) -> Drift | None:
        """What is there instead of what the last deployment put there; nothing if it isn't."""
        return self.drift if self.drift and self.drift.found else None

    @property
    def stuck(self) -> bool:
        """Whether the last deployment neither stood nor went back, and nothing began since."""
        return (
            self.open_claim is None
            and self.last_end is not None
            and self.last_end.outcome is Outcome.STUCK
        )

    @property
    def last_good(self) -> Content | None:
        """What going back leads to: what runs, or in a stuck place what was last proven there."""
        if self.running is None and self.stuck and self.settled:
            return self.settled[-1].assignment.content
        return self.running

    @property
    def closed_gates(self) -> frozenset[tuple[str, str]]:
        """Gate and state, for each gate of the last refusal that wasn't open."""
        reasons = self.last_refusal.reasons if self.last_refusal else ()
        return frozenset((each.gate, each.state) for each in reasons if each.state != "open")

    def akin(self, work: Content) -> tuple[int, ...]:
        """Which of the claims that succeeded may be the same work; all others aren't."""
        found = {each for trace in work.traces for each in self.traces.get(trace, ())}
        return tuple(sorted(found))

    def last_settled(self, count: int) -> tuple[Content, ...]:
        """The last ``count`` distinct contents that were proven here, newest first."""
        found: dict[str, Content] = {}
        for claim in reversed(self.settled):
            if len(found) == count:
                break
            found.setdefault(claim.assignment.content.digest, claim.assignment.content)
        return tuple(found.values())

    def keep(self, count: int) -> tuple[str, ...]:
        """Digests of the last ``count`` distinct proven contents, newest first."""
        return tuple(content.digest for content in self.last_settled(count))


@dataclass(slots=True)
class Account:
    """The fold's own memory of one place; cheap to extend."""

    place: Place
    open_claim: Claim | None = None
    last_claim: Claim | None = None
    last_end: End | None = None
    settled: list[Claim] = field(default_factory=list)
    traces: dict[Hashable, tuple[int, ...]] = field(default_factory=dict)
    running: Content | None = None
    running_since: str = ""
    begun: dict[str, Mapping[str, str]] = field(default_factory=dict)
    held: dict[str, End] = field(default_factory=dict)
    last_failure: End | None = None
    failed_content: Content | None = None
    last_refusal: Refusal | None = None
    restarts: list[Restart] = field(default_factory=list)
    verifications: dict[str, Verification] = field(default_factory=dict)
    confirmations: list[Answer] = field(default_factory=list)
    inquiries: dict[str, Inquiry] = field(default_factory=dict)
    rollback: Answer | None = None
    withdrawn: dict[str, tuple[str, Answer]] = field(default_factory=dict)
    dismissed: set[str] = field(default_factory=set)
    expired: Expiry | None = None
    granted: Answer | None = None
    overrode: list[Claim] = field(default_factory=list)
    reviewed: set[str] = field(default_factory=set)
    failed: dict[str, End] = field(default_factory=dict)
    slot: tuple[str, str] = ("", "")
    missed: Departure | None = None
    drift: Drift | None = None
    put_back: Answer | None = None
    unready: dict[str, str] = field(default_factory=dict)
    doubtful: bool = False
    broken: LedgerError | None = None

    def fork(self) -> "Account":
        """An account that knows the same; neither changes the other."""
        other = copy(self)
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, list | dict | set):
                setattr(other, each.name, copy(value))
        return other

    def standing(self) -> Standing:
        """What is known now; later records don't change it."""
        return Standing(
            place=self.place,
            open_claim=self.open_claim,
            last_claim=self.last_claim,
            last_end=self.last_end,
            settled=tuple(self.settled),
            traces=dict(self.traces),
            running=self.running,
            running_since=self.running_since,
            begun=dict(self.begun),
            held=dict(self.held),
            last_failure=self.last_failure,
            last_refusal=self.last_refusal,
            restarts=tuple(self.restarts),
            verifications=dict(self.verifications),
            confirmations=tuple(self.confirmations),
            inquiries=dict(self.inquiries),
            rollback=self.rollback,
            withdrawn=dict(self.withdrawn),
            dismissed=frozenset(self.dismissed),
            expired=self.expired,
            granted=self.granted,
            overrode=tuple(self.overrode),
            reviewed=frozenset(self.reviewed),
            failed=dict(self.failed),
            slot=self.slot,
            missed=self.missed,
            drift=self.drift,
            put_back=self.put_back,
            unready=dict(self.unready),
            doubtful=self.doubtful,
            broken=self.broken,
        )

    def enter(self, record: PlacedRecord) -> None:
        """Take in the next record of this place, which breaks no law."""
        match record:
            case Claim():
                self._open(record)
            case End():
                self._close(record)
            case Refusal():
                self.last_refusal = record
            case Restart():
                self.restarts.append(record)
            case Departure():
                self.slot = (record.sign_off, record.slot)
                self.missed = record if record.fate == "missed" else None
            case Drift():
                self._drift(record)
            case Verification():
                self.verifications[record.digest] = record
                self.inquiries.clear()
            case Inquiry() | Expiry():
                self._note(record)
            case _:
                assert_never(record)

    def _open(self, claim: Claim) -> None:
        self.open_claim = self.last_claim = claim
        digest, admitted = claim.assignment.content.digest, claim.sign_off.commit
        self.begun[digest] = {**self.begun.get(digest, {}), admitted: claim.at}
        self.last_refusal = None
        self.restarts.clear()
        self.confirmations.clear()
        self.inquiries.clear()
        self.rollback = self.granted = self.expired = None
        self.drift = self.put_back = None
        if claim.slot:
            self.slot, self.missed = (claim.sign_off.commit, claim.slot), None
        if any(each.aside for each in claim.reasons):
            self.overrode.append(claim)

    def take_confirmation(self, answer: Answer) -> None:
        """Take in a granted ``confirm``.

        One that names a deployment which has ended looks back at the gates that it set aside; that
        is for another person than who set them aside.
        """
        self.confirmations.append(answer)
        for claim in () if answer.inquiry else self.overrode:
            ended = self.open_claim is not claim
            by = {each.aside.by for each in claim.reasons if each.aside}
            if claim.deployment == answer.deployment and ended and answer.by not in by:
                self.reviewed.add(claim.deployment)

    def _drift(self, record: Drift) -> None:
        """What is so of what the last success put there; of an older one it says nothing.

        A ``retry`` was granted for what was found then, not for what is found since.
        """
        last = self.settled[-1].deployment if self.settled else ""
        if self.open_claim or record.deployment != last:
            return
        self.drift, self.put_back = record, None

    def _note(self, record: Inquiry | Expiry) -> None:
        """What is so of the last deployment; of one that has ended, its long tests ask."""
        claim = self.last_claim
        if claim is None or claim.deployment != record.deployment:
            return
        if isinstance(record, Expiry):
            self.expired = record
            return
        lanes = claim.assignment.lanes
        lane = lanes.forward if self.open_claim else lanes.verification
        if any(each.name == record.step for each in lane):
            self.inquiries[record.step] = record

    def take_answer(self, answer: Answer) -> None:
        """Take in a granted ``retry``, ``rollback``, ``dismiss``, ``adopt`` or ``retire``."""
        match answer.verb:
            case "retry":
                self._retry(answer)
            case "rollback":
                self._return(answer)
            case "dismiss":
                self.dismissed.add(answer.deployment)
            case "adopt" | "retire":
                self.granted = answer
            case _:
                pass

    def _retry(self, answer: Answer) -> None:
        """What this deployment's failure holds may begin once more."""
        for kept in (self.held, self.failed):
            for key in [key for key, end in kept.items() if end.deployment == answer.deployment]:
                del kept[key]
        claim = self.last_claim
        if self.drift and self.drift.found and claim and claim.deployment == answer.deployment:
            self.put_back = answer

    def _return(self, answer: Answer) -> None:
        """The last deployment's content is held until another commit admits it anew."""
        claim = self.last_claim
        if claim is None or claim.deployment != answer.deployment or self.open_claim:
            return
        self.rollback = answer
        kept = (claim.sign_off.commit, answer)
        self.withdrawn[claim.assignment.content.digest] = kept

    def violation(self, record: PlacedRecord, ends: Mapping[str, End]) -> LedgerError | None:
        """The law that the record breaks, if it does; ``ends`` are all there were so far."""
        against: Record | None = None
        why = ""
        match record:
            case Claim() if self.open_claim:
                why, against = "claimed while a claim is open", self.open_claim
            case End() if record.deployment in ends:
                why, against = "ended twice", ends[record.deployment]
            case End() if self.open_claim is None:
                why, against = "an end without a claim", self.last_end
            case End() if self.open_claim and self.open_claim.deployment != record.deployment:
                why, against = "an end of another deployment", self.open_claim
            case _:
                return None
        return LedgerError(self.place, why, (against, record) if against else (record,))

    def _close(self, end: End) -> None:
        claim = self.open_claim
        self.open_claim, self.last_end = None, end
        self.inquiries.clear()
        if claim is None:
            return
        stuck = end.outcome is Outcome.STUCK
        self.doubtful = stuck and (self.doubtful or in_doubt(claim.assignment.lanes, end.steps))
        match end.outcome:
            case Outcome.SUCCEEDED:
                self._settle(claim)
                self.held.pop(claim.sign_off.commit, None)
                self.failed.pop(claim.assignment.content.digest, None)
                if self.failed_content == claim.assignment.content:
                    self.last_failure = self.failed_content = None
            case Outcome.ROLLED_BACK | Outcome.STUCK:
                self.held[claim.sign_off.commit] = end
                self.failed[claim.assignment.content.digest] = end
                self.last_failure, self.failed_content = end, claim.assignment.content
            case _:
                assert_never(end.outcome)
        if end.running is None:
            self.running_since = ""
        elif end.running != self.running:
            self.running_since = end.ended
        self.running = end.running

    def _settle(self, claim: Claim) -> None:
        for trace in claim.assignment.content.traces:
            self.traces[trace] = (*self.traces.get(trace, ()), len(self.settled))
        self.settled.append(claim)
