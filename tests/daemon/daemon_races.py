"""Three daemons on one remote and the same places: attempts, and what must never become of them.

``make daemons`` runs a thousand and more. The oracle is not the product's: the history as git and
JSON tell it, and who really was at work at a place at one instant, as the places saw it.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.drivers.memory import MemoryDriver
from reconciler.model.deployment import Work
from reconciler.model.place import Place

NAMES = ("one", "two", "three")
GOOD, BAD = ("1.0.0", "1.1.0", "1.2.0"), "2.0.0"
_PATIENCE = 240.0


@dataclass
class Watch:
    """Who is at work where, told by the places themselves."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    at_work: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    overlaps: list[str] = field(default_factory=list)
    effects: int = 0

    def enter(self, target, who: tuple[str, int]) -> None:
        place = (target.environment, target.app)
        with self.lock:
            self.effects += 1
            found = self.at_work.setdefault(place, who)
            if found != who:
                self.overlaps.append(f"{place}: {who} while {found}")

    def leave(self, target) -> None:
        with self.lock:
            self.at_work.pop((target.environment, target.app), None)


class WatchedDriver(MemoryDriver):
    """A daemon's own driver of the shared places; what it begins, it leaves with its clean-up."""

    def __init__(self, name: str, watch: Watch, **more) -> None:
        super().__init__(**more)
        self._name, self._watch = name, watch

    def prepare(self, target, content, *, fence, timeout) -> None:
        self._watch.enter(target, (self._name, fence))
        super().prepare(target, content, fence=fence, timeout=timeout)

    def apply(self, target, content, *, fence, timeout) -> None:
        self._watch.enter(target, (self._name, fence))
        super().apply(target, content, fence=fence, timeout=timeout)

    def cleanup(self, target, keep, *, fence) -> None:
        self._watch.enter(target, (self._name, fence))
        super().cleanup(target, keep, fence=fence)
        self._watch.leave(target)


@dataclass
class Race:
    """What is there after some rounds; each one promotes every place anew."""

    rounds: int
    places: int
    watch: Watch = field(default_factory=Watch)
    lost_pushes: Counter[str] = field(default_factory=Counter)
    won: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    """Promotions without an attempt, and attempts without exactly one end."""
    double: int = 0
    """Attempts of a promotion besides its first one, or beside another open one."""

    def run(self, world, *, say=lambda _: None) -> "Race":
        names = [f"place-{number}" for number in range(self.places)]
        merges = [world.promote(GOOD[0], *names)]
        daemons = [self._daemon(world, name) for name in NAMES]
        began = time.monotonic()
        for number in range(self.rounds):
            version = BAD if number % 5 == 4 else GOOD[number % 3]
            if number:
                merges.append(world.promote(version, *names))
            until = time.monotonic() + _PATIENCE
            gate = threading.Barrier(len(daemons))
            with ThreadPoolExecutor(len(daemons)) as pool:
                asked = [pool.submit(self._act, each, merges[-1], gate, until) for each in daemons]
                for each in asked:
                    each.result()
            say(f"{time.monotonic() - began:6.0f} s  {(number + 1) * self.places} attempts")
        self._judge(world, merges)
        return self

    def _daemon(self, world, name: str):
        driver = WatchedDriver(name, self.watch, places=world.places, failing={BAD: Work.ROLLOUT})
        daemon = world.daemon(name, driver=driver)
        jitter = daemon.jitter

        def lost() -> float:
            self.lost_pushes[name] += 1
            return jitter()

        daemon.jitter = lost
        return daemon

    def _act(self, daemon, merge: str, gate: threading.Barrier, until: float) -> None:
        """Let one daemon look until this merge has ended everywhere, and it has nothing to do."""
        gate.wait(60)
        while True:
            daemon.look()
            ledger = daemon.view.ledger
            assert not ledger.broken, f"double start: {ledger.broken}"
            over = [
                place
                for place in (Place(f"place-{number}", "shop") for number in range(self.places))
                if (claim := ledger.at(place).last_claim) is not None
                and claim.sign_off.commit == merge
                and ledger.at(place).open_claim is None
            ]
            if len(over) == self.places and not (daemon.claims.held or daemon.claims.wishes):
                return
            assert time.monotonic() < until, f"lost: {self.places - len(over)} places"
            daemon.wake.wait(0.05)

    def _judge(self, world, merges: list[str]) -> None:
        said = world.git.tell(["log", "--reverse", "--format=%b%x00", "tagboat/history"])
        records = [json.loads(each) for each in said.split("\0") if each.strip()]
        assert [each["sequence"] for each in records] == list(range(1, len(records) + 1))
        open_: dict[str, str] = {}
        promoted: Counter[tuple[str, str]] = Counter()
        ended: Counter[str] = Counter()
        for each in records:
            if each["kind"] == "Claim":
                self.attempts += 1
                self.won[each["reconciler"]] += 1
                self.double += each["environment"] in open_
                open_[each["environment"]] = each["deployment"]
                promoted[each["environment"], each["sign_off"]["commit"]] += 1
            elif each["kind"] == "End":
                self.outcomes[each["outcome"]] += 1
                ended[each["deployment"]] += 1
                self.lost += open_.pop(each["environment"], "") != each["deployment"]
        self.double += sum(times - 1 for times in promoted.values())
        self.lost += len(merges) * self.places - len(promoted) + len(open_)
        self.lost += sum(times != 1 for times in ended.values())


def main() -> int:
    from conftest import build_world
    from daemon_states import make_keys

    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=1000)
    parser.add_argument("--places", type=int, default=20)
    asked = parser.parse_args()
    rounds = -(-asked.attempts // asked.places)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "keys").mkdir()
        keys = make_keys(folder / "keys")
        (folder / "world").mkdir()
        environments = [f"place-{number}" for number in range(asked.places)]
        world = build_world(folder / "world", keys, *environments, version="")
        began = time.monotonic()
        race = Race(rounds, asked.places).run(world, say=lambda line: print(line, flush=True))
        print(
            f"{race.attempts} attempts in {time.monotonic() - began:.0f} s, won by {dict(race.won)}"
        )
        print(
            f"ended: {dict(race.outcomes)}; pushes lost and decided again: {race.lost_pushes.total()}"
        )
        print(f"{race.watch.effects} effects at {race.places} places")
        overlaps = len(race.watch.overlaps)
        print(f"{race.lost} lost, {race.double} double, {overlaps} overlapping")
    return 1 if race.lost or race.double or overlaps else 0


if __name__ == "__main__":
    sys.exit(main())
