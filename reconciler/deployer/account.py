"""The fold of one place's records, record by record (L2, pure)."""

from collections.abc import Hashable, Mapping
from copy import copy
from dataclasses import dataclass, field, fields
from typing import assert_never

from reconciler.deployer.doubt import in_doubt
from reconciler.deployer.standing import LedgerError, Standing
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
