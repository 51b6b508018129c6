"""A state machine over real daemons and real git, beside a small model that knows nothing of them.

``make states`` runs it for long, and prints how often each state was visited. The model is told
what people do, and says which deployments there have to be and how they end; after every rule the
history, as git tells it, has to say the same, and I1 to I15 have to hold.
"""

import argparse
import itertools
import json
import multiprocessing
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from daemon_files import promotion_file, release_file
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from reconciler.cli.approve import text_of
from reconciler.cli.branch import load_commit
from reconciler.manifest.binding import bound_digest
from reconciler.manifest.paths import approval_path
from reconciler.model.approval import Approval
from reconciler.model.deployment import Work
from reconciler.repository.signing import sign_word

VERSIONS = tuple(f"1.{number}.0" for number in range(8))
KEPT = 5
ENVIRONMENT = """apiVersion: tagboat/v1
kind: Environment
name: dev
target: {driver: memory}
permissions: {promote: [role/developer]}
gates: {approvals: [{role: qa}]}
pipeline: {maintenance: {when: always}}
"""
POINTS = (
    "journal.claiming",
    "history.claim",
    "journal.claimed",
    "journal.step-started",
    "step.prepare",
    "step.maintenance-on",
    "step.apply",
    "step.rollout",
    "step.back/apply",
    "step.back/rollout",
    "journal.step-ended",
    "journal.finished",
    "history.logs",
    "history.end",
    "journal.remove",
    "history.facts",
)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Killed(BaseException):
    """Nothing after it runs."""


class Kill:
    """Failpoints of one daemon; once it is dead, no thread of it comes past any of them."""

    def __init__(self, name: str = "") -> None:
        self.name, self.dead = name, False

    def reach(self, name: str) -> None:
        self.dead = self.dead or name == self.name
        if self.dead:
            raise Killed(name)


@contextmanager
def killed_threads() -> Iterator[None]:
    """A killed worker is what was asked for, and nothing to be told of."""
    before = threading.excepthook
    threading.excepthook = lambda told: None if told.exc_type is Killed else before(told)
    try:
        yield
    finally:
        threading.excepthook = before


def look_until_rest(daemon, kill: Kill) -> None:
    """Let it look until it has nothing to do, or is dead (I11: within a minute)."""
    until = time.monotonic() + 60
    try:
        while not kill.dead:
            plan = daemon.look()
            assert time.monotonic() < until, f"I11: no end of it: {daemon.claims.held}"
            at_rest = not daemon.workers.places
            if at_rest and (plan is None or daemon.view.alarms or not daemon._has_more(plan)):
                return
            daemon.wake.wait(0.2)
    except Killed:
        pass


@dataclass
class Attempt:
    version: str
    merge: str
    by: str
    outcome: str = ""


@dataclass
class Model:
    """What people did, and what has to come of it. Knows no git, no daemon, no journal."""

    wanted: str = ""
    merge: str = ""
    tainted: bool = False
    alarmed: bool = False
    running: str = ""
    stuck: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    approved: dict[str, str] = field(default_factory=dict)
    """Version → the merge whose attempt has used its approval up; empty for none yet."""
    failing: set[str] = field(default_factory=set)

    @property
    def open(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts and not self.attempts[-1].outcome else None

    @property
    def recent(self) -> list[str]:
        return list(dict.fromkeys(reversed(self.settled)))[:KEPT]

    @property
    def allowed(self) -> bool:
        """Whether who has to agree does; what was proven there not long ago needs nobody."""
        if self.wanted in self.recent:
            return True
        return self.approved.get(self.wanted) in ("", self.merge)

    @property
    def due(self) -> bool:
        there = self.running == self.wanted and not self.stuck
        barred = self.tainted or self.alarmed or self.merge in self.held
        return bool(self.wanted) and not there and not barred and self.allowed

    @property
    def state(self) -> str:
        if self.alarmed:
            return "alarmed, one under way" if self.open else "alarmed"
        if self.open:
            return "under way, its daemon dead"
        for name, holds in (
            ("stuck", self.stuck),
            ("not signed off", self.tainted),
            ("in sync", self.running == self.wanted),
            ("held after a rollback", self.merge in self.held),
            ("waits for an approval", not self.allowed),
        ):
            if holds:
                return name
        return "about to begin"

    def begin(self, by: str) -> None:
        assert self.due, f"nothing was to begin: {self}"
        if self.wanted not in self.recent and not self.approved[self.wanted]:
            self.approved[self.wanted] = self.merge
        self.attempts.append(Attempt(self.wanted, self.merge, by))

    def finish(self) -> None:
        attempt = self.attempts[-1]
        before = self.running or (self.settled[-1] if self.stuck and self.settled else "")
        if attempt.version not in self.failing:
            attempt.outcome, self.running, self.stuck = "succeeded", attempt.version, False
            self.settled.append(attempt.version)
            return
        self.held.add(attempt.merge)
        self.stuck = before in self.failing
        attempt.outcome = "stuck" if self.stuck else "rolled-back"
        self.running = "" if self.stuck else before

    def look(self, by: str) -> None:
        """What has happened once this daemon has nothing to do any more."""
        if self.open and self.open.by == by and not self.alarmed:
            self.finish()
        if not self.open and self.due:
            self.begin(by)
            self.finish()


STATES = 9
"""How many the model has."""


class Town(RuleBasedStateMachine):
    """The rules. ``make_world`` and ``visits`` are given by `machine`."""

    make_world = None
    visits: Counter[str] = Counter()
    moves: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tagboat-states-"))
        self.model = Model()
        self.world = type(self).make_world(self.folder)
        self._found()
        self.failing: dict[str, Work] = {}
        self.daemons, self.kills = {}, {}
        self.tip, self.records, self.looked = "", [], set()
        self.true_tip = self.world.tip
        self.numbers = iter(range(10**6))
        for name in ("one", "two"):
            self._start(name)
        self._want("1.0.0", agreed=True, fate="good")

    def _found(self) -> None:
        world = self.world
        keys = world.keys
        people = "".join(f'  {each}: {{name: {each}, keys: ["{keys[each]}"]}}\n' for each in NAMED)
        files = {f"releases/shop/{each}/release.yaml": release_file(each) for each in VERSIONS}
        files["environments/dev/environment.yaml"] = ENVIRONMENT
        files["environments/people.yaml"] = (
            f"apiVersion: tagboat/v1\nkind: People\npeople:\n{people}"
            "roles: {developer: [ana, ben], admin: [ana], qa: [eve]}\n"
        )
        world.root = world.commit(files, onto=[world.tip], by="ana")
        world.push(world.root)

    def _start(self, name: str, point: str = "") -> None:
        from reconciler.drivers.memory import MemoryDriver

        self.kills[name] = Kill(point)
        driver = MemoryDriver(places=self.world.places, failing=None)
        driver._failing = self.failing
        daemon = self.world.daemon(name, driver=driver, failpoints=self.kills[name])
        try:
            daemon.claims.recover()
        except Killed:
            return
        self.daemons[name] = daemon

    def _merge(self, files, *, author: str, merger: str) -> str:
        base = self.world.tip
        asked = self.world.commit(dict(files), onto=[base], by=author)
        merge = self.world.commit(dict(files), onto=[base, asked], by=merger)
        self._push(merge)
        return merge

    def _push(self, commit: str) -> None:
        self.world.push(commit)
        self.true_tip = commit
        self.looked.clear()

    def _free(self) -> bool:
        return not self.model.alarmed

    @rule(
        version=st.sampled_from(VERSIONS),
        agreed=st.sampled_from([True, True, False]),
        fate=st.sampled_from(["good", "bad", "lost"]),
    )
    @precondition(lambda self: self._free() and not self.model.tainted)
    def merge(self, version: str, agreed: bool, fate: str) -> None:
        if version != self.model.wanted:
            self._want(version, agreed=agreed, fate=fate)
        self._check("merge")

    def _want(self, version: str, *, agreed: bool, fate: str) -> None:
        """A promotion; who has to agree does at once, or later; and what its tests will say."""
        model = self.model
        model.merge = self.world.promote(version, "dev")
        self.true_tip, model.wanted = model.merge, version
        self.looked.clear()
        if agreed:
            self._approve(version)
        if not model.open:
            ill = {"good": [], "bad": [version], "lost": [version, *model.settled]}[fate]
            model.failing = set(ill)
            self.failing.clear()
            self.failing.update(dict.fromkeys(ill, Work.ROLLOUT))

    @rule(version=st.sampled_from(VERSIONS))
    @precondition(lambda self: self._free() and not self.model.tainted and self.model.wanted)
    def merge_what_one_wrote_oneself(self, version: str) -> None:
        if version != self.model.wanted:
            self.true_tip = self.world.promote(version, "dev", merged_by="ben")
            self.looked.clear()
            self.model.tainted = True
        self._check("merge unsigned")

    @rule()
    @precondition(lambda self: self._free() and self.model.tainted)
    def take_it_back(self) -> None:
        files = {"environments/dev/shop.yaml": promotion_file(self.model.wanted)}
        self._merge(files, author="ben", merger="ana")
        self.model.tainted = False
        self._check("revert")

    @rule()
    @precondition(lambda self: self._free() and self.model.wanted and not self.model.tainted)
    def approve(self) -> None:
        self._approve(self.model.wanted)
        self._check("approve")

    def _approve(self, version: str) -> None:
        snapshot, _ = load_commit(self.world.git, self.world.tip)
        promotion = snapshot.promotions.get(("dev", "shop"))
        mine = promotion if promotion is not None and promotion.release == version else None
        digest = bound_digest(snapshot, "dev", "shop", version=version, promotion=mine)
        fields = {
            "apiVersion": "tagboat/v1",
            "kind": "Approval",
            "app": "shop",
            "version": version,
            "environment": "dev",
            "role": "qa",
            "by": "eve",
            "decision": "approved",
            "comment": f"the {next(self.numbers)}th",
            "digest": digest,
        }
        word = Approval.model_validate(fields)
        key = str(self.folder / "eve")
        word = word.model_copy(update={"signature": sign_word(word.statement, key=key)[0]})
        path = approval_path("shop", version, "dev", "eve")
        self._merge({path: text_of(word)}, author="eve", merger="ana")
        self.model.approved[version] = ""

    @rule()
    @precondition(lambda self: self._free() and self.model.wanted in self.model.approved)
    def withdraw(self) -> None:
        path = approval_path("shop", self.model.wanted, "dev", "eve")
        self._merge({path: None}, author="eve", merger="ana")
        del self.model.approved[self.model.wanted]
        self._check("withdraw")

    @rule()
    @precondition(lambda self: self.model.failing and not self.model.open)
    def heal(self) -> None:
        self.model.failing.clear()
        self.failing.clear()
        self._check("heal")

    @rule(back=st.integers(1, 2))
    @precondition(lambda self: self._free() and self._seen())
    def force_push(self, back: int) -> None:
        """Main goes back behind what both have seen, or who has something under way."""
        self._go_back(back)

    def _go_back(self, back: int) -> None:
        if self.true_tip == self.world.root:
            return
        there = self.world.git.tell(["rev-list", "--first-parent", f"-{back + 1}", self.true_tip])
        self.world.push(there.splitlines()[-1])
        self.model.alarmed = True
        self._check("force-push")

    def _seen(self) -> bool:
        """Whether everybody has seen main who might begin something on what it was before."""
        open_ = self.model.open
        return self.looked >= ({open_.by} if open_ else {"one", "two"})

    @rule()
    @precondition(lambda self: self.model.alarmed)
    def put_it_back(self) -> None:
        self.world.push(self.true_tip)
        self.model.alarmed = False
        self._check("mend")

    @rule(who=st.sampled_from(["one", "two", "both"]))
    def tick(self, who: str) -> None:
        if who == "both" and len(self.daemons) == 2:
            self._race()
        else:
            name = who if who in self.daemons else next(iter(self.daemons), "")
            if name:
                self._look(name)
                self.model.look(name)
                self.looked.add(name)
        self._check("race" if who == "both" else "tick")

    def _race(self) -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self._look, ["one", "two"]))
        self._read()
        claims = [each for each in self.records if each["kind"] == "Claim"]
        winner = claims[-1]["reconciler"] if claims else "one"
        self.model.look(winner)
        self.model.look("two" if winner == "one" else "one")
        self.looked |= {"one", "two"}

    @rule(
        name=st.sampled_from(["one", "two"]),
        point=st.sampled_from(POINTS),
        when=st.sampled_from(["before", "after"]),
        forced=st.booleans(),
    )
    @precondition(lambda self: self.model.due or self.model.open)
    def crash(self, name: str, point: str, when: str, forced: bool) -> None:
        """It dies at this point, if it comes there; a dead one is started, and may die again.

        ``forced`` says whether main goes back while nobody looks after what it has begun.
        """
        if name in self.daemons:
            self.kills[name].name = f"{point}.{when}"
        else:
            self._start(name, f"{point}.{when}")
        if name in self.daemons:
            self._look(name)
        if not self.kills[name].dead:
            self.kills[name].name = ""
            self.model.look(name)
            self.looked.add(name)
            self._check("crash missed")
            return
        self.daemons.pop(name, None)
        self.looked.add(name)
        self._read()
        self._learn(name)
        self._check("crash")
        if forced and self.model.open and self._free() and self._seen():
            self._go_back(1)

    def _learn(self, name: str) -> None:
        """How far it came: the only thing that the model can't foresee."""
        claims = [each for each in self.records if each["kind"] == "Claim"]
        ends = [each for each in self.records if each["kind"] == "End"]
        if self.model.open and len(ends) == len(self.model.attempts):
            self.model.finish()
        if len(claims) > len(self.model.attempts):
            self.model.begin(name)
            if len(ends) == len(claims):
                self.model.finish()

    @rule()
    @precondition(lambda self: len(self.daemons) < 2)
    def restart(self) -> None:
        for name in ("one", "two"):
            if name not in self.daemons:
                self._start(name)
        self._check("restart")

    def _look(self, name: str) -> None:
        look_until_rest(self.daemons[name], self.kills[name])

    def _read(self) -> None:
        git = self.world.git
        tip = git.tell(["for-each-ref", "--format=%(objectname)", "refs/heads/tagboat/history"])
        if tip == self.tip:
            return
        if self.tip:
            assert git.contains(self.tip, within=tip), "I2: the history went back"
        span = f"{self.tip}..{tip}" if self.tip else tip
        said = git.tell(["log", "--reverse", "--format=%b%x00", span])
        self.records += [json.loads(each) for each in said.split("\0") if each.strip()]
        self.tip = tip

    def _check(self, move: str) -> None:
        """The history says what the model says, and the laws hold."""
        self._read()
        model, records = self.model, self.records
        told: list[tuple[str, str, str, str]] = []
        for each in records:
            assert _INSTANT.fullmatch(each["at"]), "I15"
            if each["kind"] == "Claim":
                assert not told or told[-1][3], "I5: claimed while a claim is open"
                version = each["assignment"]["content"]["version"]
                told.append((version, each["sign_off"]["commit"], each["reconciler"], ""))
            elif each["kind"] == "End":
                assert not told[-1][3], "I2: ended twice"
                told[-1] = (*told[-1][:3], each["outcome"])
        meant = [(each.version, each.merge, each.by, each.outcome) for each in model.attempts]
        assert told == meant, f"{told[-3:]}, the model says {meant[-3:]}; {self.world.said[-4:]}"
        assert [each["sequence"] for each in records] == list(range(1, len(records) + 1)), "I2"
        assert len({each["id"] for each in records}) == len(records), "I2"
        self._check_place()
        self._check_host()
        type(self).visits[model.state] += 1
        type(self).moves[move] += 1

    def _check_place(self) -> None:
        model, place = self.model, self.world.places.places.get(("dev", "shop"))
        seen = place.current.version if place and place.current else ""
        page = bool(place and place.page)
        if model.open:
            lawful = {model.open.version, model.running, *model.settled[-1:], ""}
            assert seen in lawful, f"I1: {seen}"
            return
        ends = [each for each in self.records if each["kind"] == "End"]
        if model.alarmed and self._ahead(ends):
            return
        assert page == model.stuck, f"I3, I4: page {page}, {model}"
        if not model.stuck:
            assert seen == model.running, f"I9: {seen} is there, {model.running} is meant"
            said = (ends[-1].get("running") or {}).get("version", "") if ends else ""
            assert said == model.running, "I9"

    def _ahead(self, ends: list[dict]) -> bool:
        """Whether a daemon has ended what can't be recorded yet."""
        return any(each.claims.ends for each in self.daemons.values()) or not ends

    def _check_host(self) -> None:
        for name in ("one", "two"):
            kept = list((self.folder / f"state-{name}" / "journal").glob("*.jsonl"))
            assert len(kept) <= 2, f"I12: {kept}"
            for each in kept:
                for line in each.read_text().split("\n")[:-1]:
                    json.loads(line.partition(" ")[2])
        said = sum(" succeeded in " in each for each in self.world.said)
        durable = sum(each.outcome == "succeeded" for each in self.model.attempts)
        assert said <= durable + bool(self.model.open), "I14"

    def teardown(self) -> None:
        for each in self.daemons.values():
            each.workers.park(within=5, mercy=0.1)
        shutil.rmtree(self.folder, ignore_errors=True)


NAMED = ("ana", "ben", "eve")


def play(make_world, *, examples: int, steps: int, number: int) -> tuple[Counter, Counter]:
    """Run the machine; how often each state and each move was visited. Raises what it finds."""

    class Machine(Town):
        pass

    Machine.make_world = staticmethod(make_world)
    Machine.visits, Machine.moves = Counter(), Counter()
    with killed_threads():
        run_state_machine_as_test(
            seed(number)(Machine),
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    return Machine.visits, Machine.moves


def make_keys(folder: Path) -> tuple[Path, dict[str, str]]:
    """What the fixture ``keys`` gives to tests."""
    keys = {}
    for each in ("ana", "ben", "eve", "one", "two", "three"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", each, "-f", each]
        subprocess.run(make, cwd=folder, check=True)
        keys[each] = " ".join((folder / f"{each}.pub").read_text().split()[:2])
    return folder, keys


def work(job: tuple[Path, dict[str, str], int]) -> tuple[Counter, Counter, str]:
    from conftest import build_world

    folder, keys, number = job
    try:
        found = play(
            lambda at: build_world(at, (folder, keys), "dev", version=""),
            examples=3,
            steps=40,
            number=number,
        )
    except Exception:  # noqa: BLE001 - whatever it is, it is told with its way there
        return Counter(), Counter(), f"seed {number}\n{traceback.format_exc()}"
    return *found, ""


def _ignore() -> None:
    """Ctrl-C is for the parent, which tells what there was so far."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--visits", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    states, moves, began, broken = Counter(), Counter(), time.monotonic(), []
    with tempfile.TemporaryDirectory() as name:
        folder, keys = make_keys(Path(name))
        jobs = ((folder, keys, asked.seed * 10**6 + number) for number in range(10**6))
        with (
            suppress(KeyboardInterrupt),
            multiprocessing.get_context("fork").Pool(asked.jobs, _ignore) as pool,
        ):
            for found in pool.imap_unordered(work, itertools.islice(jobs, 2000)):
                states.update(found[0])
                moves.update(found[1])
                broken += [found[2]] if found[2] else []
                few = min(states.values()) if len(states) == STATES else 0
                print(
                    f"{time.monotonic() - began:6.0f} s  {states.total()} rules, {len(states)} "
                    f"states, each at least {few} times, {len(broken)} violations",
                    flush=True,
                )
                if found[2]:
                    print(found[2], flush=True)
                if few >= asked.visits or len(broken) > 2:
                    break
    print("\nvisits  state")
    for name, times in states.most_common():
        print(f"{times:6d}  {name}")
    print("\n times  move")
    for name, times in moves.most_common():
        print(f"{times:6d}  {name}")
    print(f"{states.total()} rules in {time.monotonic() - began:.0f} s, {len(broken)} violations")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
