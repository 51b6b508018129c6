"""What is known of every place: a fold of the history's records, in their order (L2, pure)."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from itertools import islice
from types import MappingProxyType

from reconciler.deployer.account import Account
from reconciler.deployer.standing import LedgerError, Standing
from reconciler.deployer.trains import Line
from reconciler.model.base import share_fields_set
from reconciler.model.content import Content
from reconciler.model.place import Place
from reconciler.model.records import (
    Answer,
    Checkpoint,
    Claim,
    End,
    PlacedRecord,
    Record,
    Sighting,
    Skip,
)
from reconciler.model.records.sighting import Sort

__all__ = ["KEPT", "Ledger", "LedgerError", "Standing"]

KEPT = 5
"""Contents that stay ready at a place unless its host says otherwise."""


class Ledger:
    """The whole history, folded; extended record by record, by one thread.

    What `at` gives out is frozen and never changes under its reader. Laws of a place: at most one
    open claim, exactly one end for each claim, no record twice. A place whose records break a law
    keeps the standing it had before, with the error in ``broken``; other places go on.
    """

    def __init__(self) -> None:
        """An empty history."""
        self._accounts: dict[Place, Account] = {}
        self._environments: set[str] = set()
        self._standings: dict[Place, Standing] = {}
        self._ids: set[str] = set()
        self._claims: dict[str, Claim] = {}
        self._ends: dict[str, End] = {}
        self._sightings: dict[tuple[Sort, str], Sighting] = {}
        self._lines: dict[str, Line] = {}
        self._answers: dict[str, Answer] = {}
        self._wide: dict[str, list[Answer]] = {}
        self._pauses: dict[tuple[str, str | None], Answer] = {}
        self._screens: dict[tuple[str, str | None], Answer] = {}
        self._verifies: dict[Place, Answer] = {}
        self._aborts: dict[str, Answer] = {}
        self._checkpoints: dict[str, Checkpoint] = {}
        self._verdicts: dict[str, dict[str, str]] = {}
        self._trust_root = ""
        self._occupied: frozenset[Place] | None = None
        self._sequence = 0
        self._fields_sets: dict[type, list[set[str]]] = {}

    @classmethod
    def of(cls, records: Iterable[Record]) -> "Ledger":
        """The ledger of these records, given in the order of the history."""
        ledger = cls()
        for record in records:
            ledger.apply(record)
        return ledger

    def fork(self) -> "Ledger":
        """A ledger that knows the same, and goes its own way from here."""
        other = Ledger()
        other.__dict__.update({name: copy(value) for name, value in self.__dict__.items()})
        other._accounts = {place: each.fork() for place, each in self._accounts.items()}
        return other

    @property
    def sequence(self) -> int:
        """The highest sequence so far, 0 with an empty history: no place may have obeyed more."""
        return self._sequence

    @property
    def places(self) -> tuple[Place, ...]:
        """Every place that has a record, sorted."""
        return tuple(sorted(self._accounts))

    def knows(self, environment: str) -> bool:
        """Whether any place of an environment has a record."""
        return environment in self._environments

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

    def last_ends(self, count: int) -> tuple[End, ...]:
        """The newest ends of all places, newest first."""
        return tuple(self._ends[each] for each in islice(reversed(self._ends), count))

    def said_of(self, deployment: str, place: Place) -> tuple[Answer, ...]:
        """Granted ``confirm`` and ``abort`` requests about this very deployment, oldest first."""
        said = [each for each in self.confirmations(place) if each.deployment == deployment]
        abort = self._aborts.get(deployment)
        return (*said, abort) if abort else tuple(said)

    def open_places(self) -> tuple[Place, ...]:
        """The places where a deployment is under way, sorted."""
        return tuple(sorted(place for place, each in self._accounts.items() if each.open_claim))

    @property
    def occupied(self) -> frozenset[Place]:
        """The places where something runs or is under way; the same set until a record comes."""
        if self._occupied is None:
            self._occupied = frozenset(
                place for place, each in self._accounts.items() if each.open_claim or each.running
            )
        return self._occupied

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
            scopes = ((place.environment, None), (place.environment, place.app))
            found = (self._screens[each] for each in scopes if each in self._screens)
            if screens := tuple(found):
                known = replace(known, screens=screens)
            self._standings[place] = known
        return known

    def confirmations(self, place: Place) -> tuple[Answer, ...]:
        """Granted ``confirm`` requests since the last claim in a place, oldest first.

        Those for the place, and those for its whole environment.
        """
        standing = self.at(place)
        after = standing.last_claim.sequence if standing.last_claim else 0
        wide = (each for each in self._wide.get(place.environment, ()) if each.sequence > after)
        return tuple(sorted((*standing.confirmations, *wide), key=lambda each: each.sequence))

    def asked_to_verify(self, place: Place) -> Answer | None:
        """The last granted ``verify`` request of a place, whether tests have answered it or not."""
        return self._verifies.get(place)

    @property
    def pauses(self) -> tuple[Answer, ...]:
        """Granted ``pause`` requests that nobody has resumed since, oldest first.

        Whether one with ``until`` has run out is for who knows the time.
        """
        return tuple(self._pauses.values())

    def sighting(self, sort: Sort, about: str) -> Sighting | None:
        """The newest sighting of a sort about one thing; nothing if it was never looked for."""
        return self._sightings.get((sort, about))

    @property
    def sightings(self) -> Mapping[tuple[Sort, str], Sighting]:
        """The newest sighting of each sort and thing."""
        return MappingProxyType(self._sightings)

    @property
    def lines(self) -> Mapping[str, Line]:
        """App → what is known of its train; nothing of one that never had any."""
        return MappingProxyType(self._lines)

    @property
    def answers(self) -> Mapping[str, Answer]:
        """Request → its one answer."""
        return MappingProxyType(self._answers)

    @property
    def trust_root(self) -> str:
        """The trust root of the newest checkpoint; empty before the first one."""
        return self._trust_root

    def judged_up_to(self, root: str) -> str:
        """The last commit that was judged from this trust root, as far as records say."""
        found = self._checkpoints.get(root)
        return found.tip if found else ""

    def verdicts(self, root: str) -> Mapping[str, str]:
        """Commit → what its signature is, of all checkpoints with this trust root."""
        return MappingProxyType(self._verdicts.get(root, {}))

    def apply(self, record: Record) -> None:
        """Take in the next record of the history."""
        share_fields_set(record, self._fields_sets)
        match record:
            case Sighting(sort="train"):
                self._take_train(record, record.about.partition(" ")[0])
            case Skip():
                self._take_train(record, record.app)
            case Sighting(sort="tags") if " " not in record.about:
                self._sightings[record.sort, record.about] = record
                line = self._lines.get(record.about, Line())
                self._lines[record.about] = line.after(record)
            case Sighting():
                self._sightings[record.sort, record.about] = record
                if record.sort == "readiness":
                    self._take_readiness(record)
            case Answer():
                self._take_answer(record)
            case Checkpoint():
                self._checkpoints[record.root] = record
                self._verdicts.setdefault(record.root, {}).update(record.verdicts)
                self._trust_root = record.root
            case _:
                self._take_placed(record)
        self._ids.add(record.id)
        self._sequence = max(self._sequence, record.sequence)

    def _take_train(self, record: Skip | Sighting, app: str) -> None:
        line = self._lines.get(app, Line())
        if isinstance(record, Sighting) and line.takes(record):
            self._sightings[record.sort, record.about] = record
        self._lines[app] = line.after(record)

    def _take_readiness(self, record: Sighting) -> None:
        app, environment, digest = record.about.split(" ")
        place = Place(environment, app)
        known = self._accounts.get(place)
        why = "" if record.facts.get("ready") == "yes" else record.facts.get("why", "nobody says")
        if known is not None and known.unready.get(digest, "") != why:
            unready = {**known.unready, digest: why}
            # Made anew, since forks and standings may hold the one before.
            self._account(place).unready = {each: said for each, said in unready.items() if said}

    def _take_placed(self, record: PlacedRecord) -> None:
        account = self._account(Place(record.environment, record.app))
        if account.broken is None:
            account.broken = self._repeated(account, record) or account.violation(
                record, self._ends
            )
        if account.broken is not None:
            return
        account.enter(record)
        if isinstance(record, Claim):
            self._claims[record.deployment] = record
        elif isinstance(record, End):
            self._ends[record.deployment] = record

    def _take_answer(self, answer: Answer) -> None:
        self._answers[answer.request] = answer
        if not answer.granted:
            return
        scope = (answer.environment, answer.app)
        match answer.verb:
            case "pause":
                self._pauses[scope] = answer
            case "verify" if answer.app is not None:
                self._verifies[Place(answer.environment, answer.app)] = answer
            case "retry" | "rollback" | "dismiss" | "adopt" | "retire" if answer.app is not None:
                self._account(Place(answer.environment, answer.app)).take_answer(answer)
            case "abort":
                self._aborts[answer.deployment] = answer
            case "resume":
                self._pauses.pop(scope, None)
            case "maintenance-on" | "maintenance-off":
                self._take_screen(answer)
            case "confirm" if answer.app is not None:
                place = Place(answer.environment, answer.app)
                self._account(place).take_confirmation(answer)
            case "confirm":
                self._wide.setdefault(answer.environment, []).append(answer)
            case _:
                pass

    def _take_screen(self, answer: Answer) -> None:
        self._screens[answer.environment, answer.app] = answer
        for place in list(self._standings):
            if place.environment == answer.environment and answer.app in {None, place.app}:
                del self._standings[place]

    def _account(self, place: Place) -> Account:
        """The account of a place that is about to change."""
        self._standings.pop(place, None)
        self._occupied = None
        self._environments.add(place.environment)
        return self._accounts.setdefault(place, Account(place))

    def _repeated(self, account: Account, record: PlacedRecord) -> LedgerError | None:
        if record.sequence <= self._sequence:
            why = f"a record came after record {self._sequence}"
        elif record.id in self._ids:
            why = f"record {record.id} is there twice"
        else:
            return None
        return LedgerError(account.place, why, (record,))
