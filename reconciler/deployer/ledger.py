"""What is known of every place: a fold of the history's records, in their order (L2, pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import assert_never

from reconciler.errors import RefusedError
from reconciler.model.content import Content
from reconciler.model.place import Place
from reconciler.model.records import Claim, End, Outcome, Record, Refusal, Restart

KEPT = 5
"""Contents that stay ready at a place unless its host says otherwise."""


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
    running: Content | None = None
    running_since: str = ""
    held: Mapping[str, End] = field(default_factory=dict)
    """Admitting commit → how its deployment failed here; another commit is no longer held."""
    last_failure: End | None = None
    """The newest one that failed; none once that very content has succeeded here after all."""
    last_refusal: Refusal | None = None
    """The gates last found closed; none after a claim."""
    restarts: tuple[Restart, ...] = ()
    broken: LedgerError | None = None

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
class _Account:
    """The fold's own memory of one place; cheap to extend."""

    place: Place
    open_claim: Claim | None = None
    last_claim: Claim | None = None
    last_end: End | None = None
    settled: list[Claim] = field(default_factory=list)
    running: Content | None = None
    running_since: str = ""
    held: dict[str, End] = field(default_factory=dict)
    last_failure: End | None = None
    failed_content: Content | None = None
    last_refusal: Refusal | None = None
    restarts: list[Restart] = field(default_factory=list)
    broken: LedgerError | None = None

    def standing(self) -> Standing:
        return Standing(
            place=self.place,
            open_claim=self.open_claim,
            last_claim=self.last_claim,
            last_end=self.last_end,
            settled=tuple(self.settled),
            running=self.running,
            running_since=self.running_since,
            held=dict(self.held),
            last_failure=self.last_failure,
            last_refusal=self.last_refusal,
            restarts=tuple(self.restarts),
            broken=self.broken,
        )


class Ledger:
    """The whole history, folded; extended record by record, by one thread.

    What `at` gives out is frozen and never changes under its reader. Laws of a place: at most one
    open claim, exactly one end for each claim, no record twice. A place whose records break a law
    keeps the standing it had before, with the error in ``broken``; other places go on.
    """

    def __init__(self) -> None:
        """An empty history."""
        self._accounts: dict[Place, _Account] = {}
        self._standings: dict[Place, Standing] = {}
        self._ids: set[str] = set()
        self._claims: dict[str, Claim] = {}
        self._ends: dict[str, End] = {}
        self._sequence = 0

    @classmethod
    def of(cls, records: Iterable[Record]) -> "Ledger":
        """The ledger of these records, given in the order of the history."""
        ledger = cls()
        for record in records:
            ledger.apply(record)
        return ledger

    @property
    def sequence(self) -> int:
        """The highest sequence so far, 0 with an empty history: no place may have obeyed more."""
        return self._sequence

    @property
    def places(self) -> tuple[Place, ...]:
        """Every place that has a record, sorted."""
        return tuple(sorted(self._accounts))

    @property
    def broken(self) -> Mapping[Place, LedgerError]:
        """The places whose records break a law."""
        return {place: each.broken for place, each in self._accounts.items() if each.broken}

    def __contains__(self, record_id: object) -> bool:
        """Whether a record with this id is in the history."""
        return record_id in self._ids

    @property
    def claims(self) -> Mapping[str, Claim]:
        """Every claim by its deployment, oldest first."""
        return MappingProxyType(self._claims)

    @property
    def ends(self) -> Mapping[str, End]:
        """Every end by its deployment, oldest first; one that is under way has none."""
        return MappingProxyType(self._ends)

    def open_places(self) -> tuple[Place, ...]:
        """The places where a deployment is under way, sorted."""
        return tuple(sorted(place for place, each in self._accounts.items() if each.open_claim))

    def open_claim(self, place: Place) -> Claim | None:
        """The deployment that is under way in a place, whoever's it is."""
        return self.at(place).open_claim

    def running(self, place: Place) -> Content | None:
        """What was last proven to run in a place; see `Standing.running`."""
        return self.at(place).running

    def keep(self, place: Place, *, count: int = KEPT) -> tuple[str, ...]:
        """Digests of the last ``count`` distinct contents proven in a place, newest first."""
        return self.at(place).keep(count)

    def failed_by(self, place: Place, commit: str) -> End | None:
        """How the promotion that this commit admitted failed in a place, if it did."""
        return self.at(place).held.get(commit)

    def last_failure(self, place: Place) -> End | None:
        """The newest failure in a place; see `Standing.last_failure`."""
        return self.at(place).last_failure

    def at(self, place: Place) -> Standing:
        """What is known of a place; all empty for one without a record."""
        known = self._standings.get(place)
        if known is None:
            account = self._accounts.get(place)
            known = account.standing() if account else Standing(place)
            self._standings[place] = known
        return known

    def apply(self, record: Record) -> None:
        """Take in the next record of the history."""
        place = Place(record.environment, record.app)
        account = self._accounts.get(place)
        if account is None:
            account = self._accounts[place] = _Account(place)
        self._standings.pop(place, None)
        if account.broken is None:
            account.broken = self._violation(account, record)
        if account.broken is None:
            self._enter(account, record)
        self._ids.add(record.id)
        self._sequence = max(self._sequence, record.sequence)

    def _violation(self, account: _Account, record: Record) -> LedgerError | None:
        against: Record | None = None
        why = ""
        match record:
            case _ if record.sequence <= self._sequence:
                why = f"a record came after record {self._sequence}"
            case _ if record.id in self._ids:
                why = f"record {record.id} is there twice"
            case Claim() if account.open_claim:
                why, against = "claimed while a claim is open", account.open_claim
            case End() if record.deployment in self._ends:
                why, against = "ended twice", self._ends[record.deployment]
            case End() if account.open_claim is None:
                why, against = "an end without a claim", account.last_end
            case End() if _deployment(account) != record.deployment:
                why, against = "an end of another deployment", account.open_claim
            case _:
                return None
        records = (against, record) if against else (record,)
        return LedgerError(account.place, why, records)

    def _enter(self, account: _Account, record: Record) -> None:
        match record:
            case Claim():
                account.open_claim = account.last_claim = record
                account.last_refusal = None
                account.restarts.clear()
                self._claims[record.deployment] = record
            case End():
                self._ends[record.deployment] = record
                _close(account, record)
            case Refusal():
                account.last_refusal = record
            case Restart():
                account.restarts.append(record)
            case _:
                assert_never(record)


def _deployment(account: _Account) -> str:
    return account.open_claim.deployment if account.open_claim else ""


def _close(account: _Account, end: End) -> None:
    claim = account.open_claim
    account.open_claim, account.last_end = None, end
    if claim is None:
        return
    match end.outcome:
        case Outcome.SUCCEEDED:
            account.settled.append(claim)
            account.held.pop(claim.sign_off.commit, None)
            if account.failed_content == claim.assignment.content:
                account.last_failure = account.failed_content = None
        case Outcome.ROLLED_BACK | Outcome.STUCK:
            account.held[claim.sign_off.commit] = end
            account.last_failure, account.failed_content = end, claim.assignment.content
        case _:
            assert_never(end.outcome)
    if end.running is None:
        account.running_since = ""
    elif end.running != account.running:
        account.running_since = end.ended
    account.running = end.running
