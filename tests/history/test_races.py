"""Three daemons on one remote: the push is the lock, if a lost claim is decided again.

The oracle is not ours: what git says is on the remote, read as plain JSON, and how many deployments
of a place believed to be under way at one instant.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from history_world import NAMES, World, a_claim, a_restart, an_end

from reconciler.deployer.ledger import Ledger
from reconciler.model.place import Place
from reconciler.model.records import Claim, End
from reconciler.repository.history import HistoryBranch, Lost

SHOP = Place("dev", "shop")


@dataclass
class Field:
    """What the writers share: who is at work at the place, and what went wrong."""

    rounds: int
    paced: bool
    lock: threading.Lock = field(default_factory=threading.Lock)
    at_work: set[str] = field(default_factory=set)
    tries: int = 0
    lost: int = 0
    overlaps: int = 0
    facts: list[str] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    barrier: threading.Barrier = field(default_factory=lambda: threading.Barrier(len(NAMES)))

    def meet(self) -> None:
        if self.paced:
            self.barrier.wait(60)

    def enter(self, deployment: str) -> None:
        with self.lock:
            self.overlaps += bool(self.at_work)
            self.at_work.add(deployment)

    def leave(self, deployment: str) -> None:
        with self.lock:
            self.at_work.discard(deployment)


Claiming = Callable[[HistoryBranch, Claim, Field], Claim | None]


def decide_again(branch: HistoryBranch, claim: Claim, shared: Field) -> Claim | None:
    """As it must be: a claim that lost is thrown away."""
    outcome = branch.append([claim], onto=branch.tip)
    with shared.lock:
        shared.tries += 1
        shared.lost += isinstance(outcome, Lost)
    if isinstance(outcome, Lost):
        return None
    record = outcome.entries[0].record
    assert isinstance(record, Claim)
    return record


def append_again(branch: HistoryBranch, claim: Claim, shared: Field) -> Claim | None:
    """As it must not be: a claim that lost goes onto the new tip, as if it were a fact."""
    while True:
        won = decide_again(branch, claim, shared)
        if won is not None:
            return won


def one_round(
    branch: HistoryBranch, under_way: set[str], shared: Field, claiming: Claiming, *, telling: bool
) -> bool:
    """Decide on what was read; whether there was anything to decide.

    Paced, all decide before anybody claims, and all have claimed before anybody ends; ``telling``
    lets those that lost write facts against the winner's end.
    """
    branch.fetch()
    for entry in branch.refresh():
        match entry.record:
            case Claim(deployment=deployment):
                under_way.add(deployment)
            case End(deployment=deployment):
                under_way.remove(deployment)
    free = not under_way
    name = threading.current_thread().name
    shared.meet()
    claim = claiming(branch, a_claim(by=name), shared) if free else None
    if claim is not None:
        shared.enter(claim.deployment)
    shared.meet()
    if claim is not None or telling:
        fact = an_end(claim) if claim else a_restart(by=name)
        with shared.lock:
            shared.facts.append(fact.id)
        if claim is not None:
            shared.leave(claim.deployment)
        branch.append_facts([fact])
    shared.meet()
    return free


def race(world: World, rounds: int, claiming: Claiming, *, paced: bool) -> Field:
    """Let every reconciler decide this many times, all at once."""
    shared = Field(rounds, paced)

    def work() -> None:
        try:
            branch = world.writer(threading.current_thread().name)
            under_way: set[str] = set()
            shared.barrier.wait(60)
            done = 0
            while done < rounds:
                done += one_round(
                    branch, under_way, shared, claiming, telling=paced and done % 5 == 0
                )
        except BaseException as error:  # noqa: BLE001
            shared.failures.append(error)
            shared.barrier.abort()

    threads = [threading.Thread(target=work, name=name) for name in NAMES]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not shared.failures, shared.failures
    return shared


def double_starts(records: list[dict[str, str]]) -> int:
    """How often the place was claimed while a claim of it was open."""
    open_claims: set[str] = set()
    doubles = 0
    for record in records:
        if record["kind"] == "Claim":
            doubles += bool(open_claims)
            open_claims.add(record["deployment"])
        elif record["kind"] == "End":
            open_claims.remove(record["deployment"])
    return doubles


@pytest.mark.parametrize(
    ("paced", "rounds"),
    [pytest.param(True, 25, id="all-decide-at-once"), pytest.param(False, 12, id="each-at-will")],
)
def test_x23_f29_three_daemons_never_start_one_place_twice(
    world: World, paced: bool, rounds: int
) -> None:
    shared = race(world, rounds, decide_again, paced=paced)
    records = [json.loads(body) for body in world.bodies()]

    assert shared.tries == rounds * len(NAMES)
    claims = [each["deployment"] for each in records if each["kind"] == "Claim"]
    ends = [each["deployment"] for each in records if each["kind"] == "End"]
    assert double_starts(records) == 0
    assert shared.overlaps == 0
    assert sorted(claims) == sorted(set(claims)) == sorted(ends), "each has exactly one end"
    assert len(claims) == shared.tries - shared.lost
    if paced:
        assert len(claims) == rounds, "in every race exactly one wins"
    written = Counter(each["id"] for each in records if each["kind"] != "Claim")
    assert written == Counter(shared.facts), "no fact is lost, none is doubled"
    assert [each["sequence"] for each in records] == list(range(1, len(records) + 1))
    assert not Ledger.of(each.record for each in world.reader().refresh()).broken


def test_the_race_sees_it_when_a_lost_claim_is_appended_again(world: World) -> None:
    """Proves the test above: with this one fault, every race starts the place three times."""
    rounds = 5
    shared = race(world, rounds, append_again, paced=True)
    records = [json.loads(body) for body in world.bodies()]
    assert double_starts(records) == rounds * (len(NAMES) - 1)
    assert shared.overlaps == rounds * (len(NAMES) - 1)
    ledger = Ledger.of(each.record for each in world.reader().refresh())
    assert "claimed while a claim is open" in ledger.broken[SHOP].message
