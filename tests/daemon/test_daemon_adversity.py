"""The daemon when the world is against it: no remote, a remote that refuses, one bad place."""

import os
import subprocess
import threading
import time
from collections import Counter

import pytest
from daemon_kills import Kill, Killed

from reconciler.daemon.lines import Lines
from reconciler.daemon.wake import Wake
from reconciler.drivers.memory import MemoryDriver
from reconciler.errors import RefusedError, StepErroredError, UnreachableError
from reconciler.model.content import Content, PlaceTarget
from reconciler.model.deployment import Work
from reconciler.model.place import Place
from reconciler.model.records import Outcome
from reconciler.registry import build_reconciler
from reconciler.system.configuration import Configuration


class DeadProcesses(MemoryDriver):
    """Finds processes dead in the environments named, once each, or can't tell."""

    def __init__(self, *dead: str, trouble: str = "", **more: object) -> None:
        super().__init__(**more)
        self.dead = set(dead)
        self.trouble = trouble
        self.started: list[str] = []

    def supervise(self, target: PlaceTarget, content: Content) -> str:
        if target.environment == self.trouble:
            raise StepErroredError("its keeper doesn't answer")
        if target.environment not in self.dead:
            return ""
        self.dead.remove(target.environment)
        self.started.append(f"{target.environment} {content.version}")
        return "its keeper was gone"


def kinds(reconciler):
    return Counter(each.kind for each in reconciler.view.records)


def journals(world):
    return list((world.folder / "state-one" / "journal").iterdir())


def test_f25_a_wish_outlives_a_start_without_the_remote(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("1.1.0", "dev")
    killed = world.daemon()
    killed.claims.failpoints = Kill("history.claim.after")
    with pytest.raises(Killed):
        killed.run_once()
    away = world.remote.rename(world.folder / "away.git")
    after = world.daemon()
    after.claims.recover()
    assert after.look() is None
    away.rename(world.remote)
    after.run_once()
    assert after.view.records[-1].outcome is Outcome.SUCCEEDED
    assert kinds(after) == {"Claim": 2, "End": 2}
    assert world.running("dev") == "1.1.0"


def test_f25_a_wish_outlives_a_clone_that_is_empty(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("1.1.0", "dev")
    killed = world.daemon()
    killed.claims.failpoints = Kill("history.claim.after")
    with pytest.raises(Killed):
        killed.run_once()
    (world.folder / "state-one" / "clone.git").rename(world.folder / "lost.git")
    away = world.remote.rename(world.folder / "away.git")
    after = world.daemon()
    after.claims.recover()
    assert after.look() is None
    assert journals(world)
    away.rename(world.remote)
    after.run_once()
    assert after.view.records[-1].outcome is Outcome.SUCCEEDED


def test_f25_dead_processes_are_started_again_without_the_remote_and_recorded_later(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    driver = DeadProcesses("dev", places=world.places)
    away = world.remote.rename(world.folder / "away.git")
    after = world.daemon(driver=driver)
    after.claims.recover()
    assert after.look() is None
    assert driver.started == ["dev 1.0.0"]
    away.rename(world.remote)
    after.run_once()
    assert kinds(after) == {"Claim": 1, "End": 1, "Restart": 1}


def test_dead_processes_are_started_again_under_an_alarm(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    world.git.tell(["update-ref", "-d", "refs/heads/tagboat/history"])
    driver = DeadProcesses("dev", places=world.places)
    after = world.daemon(driver=driver)
    after.look()
    assert after.view.alarms
    assert driver.started == ["dev 1.0.0"]


def test_x5_a_place_that_cannot_be_supervised_stops_no_other(make_world):
    world = make_world("dev", "staging")
    world.daemon().run_once()
    world.promote("1.1.0", "staging")
    driver = DeadProcesses("staging", trouble="dev", places=world.places)
    said: list[str] = []
    after = build_reconciler(
        world.configuration(), said.append, drivers={"memory": driver}, probes={}
    )
    after.run_once()
    assert world.running("staging") == "1.1.0"
    assert kinds(after)["Restart"] == 1
    assert "dev/shop can't be looked after: its keeper doesn't answer" in said


def test_f25_a_remote_that_takes_no_push_is_told_and_costs_one_journal(make_world):
    world = make_world("dev")
    world.git.tell(["config", "receive.hideRefs", "refs/heads/tagboat"])
    said: list[str] = []
    reconciler = build_reconciler(
        world.configuration(),
        said.append,
        drivers={"memory": MemoryDriver(places=world.places)},
        probes={},
    )
    with pytest.raises(UnreachableError, match="hidden ref"):
        reconciler.run_once()
    for _ in range(3):
        assert reconciler.look() is None
    assert len(journals(world)) == 1
    assert any("hidden ref" in each for each in said)
    world.git.tell(["config", "--unset", "receive.hideRefs"])
    reconciler.run_once()
    assert kinds(reconciler) == {"Claim": 1, "End": 1}
    assert not journals(world)


def test_once_ends_when_a_place_is_stopped(make_world):
    world = make_world("dev", "staging")

    def say(line: str) -> None:
        if line.startswith("dev/shop") and "prepare" in line:
            raise RuntimeError("a fault of ours")

    memory = MemoryDriver(places=world.places)
    reconciler = build_reconciler(world.configuration(), say, drivers={"memory": memory}, probes={})
    with pytest.raises(RefusedError, match="dev/shop stopped: RuntimeError"):
        reconciler.run_once()
    assert world.running("staging") == "1.0.0"


def test_once_ends_under_an_alarm_that_lasts(make_world):
    world = make_world("dev")
    killed = world.daemon()
    killed.claims.failpoints = Kill("history.claim.after")
    with pytest.raises(Killed):
        killed.run_once()
    world.git.tell(["update-ref", "refs/heads/main", world.commit({}, onto=[], by="ben")])
    with pytest.raises(RefusedError, match="rewritten"):
        world.daemon().run_once()


def test_f22_what_cannot_be_said_stops_no_deployment(make_world):
    world = make_world("dev")

    def say(line: str) -> None:
        raise OSError(28, "No space left on device")

    memory = MemoryDriver(places=world.places)
    build_reconciler(world.configuration(), say, drivers={"memory": memory}, probes={}).run_once()
    assert world.running("dev") == "1.0.0"


def test_two_daemons_with_other_drivers_do_not_answer_each_other_with_refusals(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("1.1.0", "dev", merged_by="ben")
    one = world.daemon("one")
    two = build_reconciler(world.configuration("two"), lambda _: None, drivers={}, probes={})
    for _ in range(4):
        one.look()
        two.look()
    one.view.refresh()
    assert kinds(one)["Refusal"] == 1


def test_a_stuck_place_goes_back_to_what_was_last_proven_there(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("2.0.0", "dev")
    failing = {"2.0.0": Work.ROLLOUT, "1.0.0": Work.ROLLOUT}
    stuck = world.daemon(failing=failing)
    stuck.run_once()
    assert stuck.view.ledger.at(Place("dev", "shop")).stuck
    world.promote("1.1.0", "dev")
    after = world.daemon(failing={"1.1.0": Work.ROLLOUT})
    after.run_once()
    told = "deploys 1.1.0 over what nobody can tell; a failure goes back to 1.0.0"
    assert f"dev/shop {told}" in world.said
    assert after.view.ledger.at(Place("dev", "shop")).running.version == "1.0.0"
    assert world.running("dev") == "1.0.0"


def test_f30_waking_many_times_is_one_reason_to_look():
    wake = Wake(())
    for _ in range(3):
        wake.now()
    wake.wait(30)
    assert not wake.waiting


def test_d5_f30_f31_the_poll_alone_finds_a_merge(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    arrived = threading.Event()

    def say(line: str) -> None:
        if line == "dev/shop runs 1.1.0":
            arrived.set()

    memory = MemoryDriver(places=world.places)
    reconciler = build_reconciler(world.configuration(), say, drivers={"memory": memory}, probes={})
    reconciler.wake = Wake(())  # told of nothing
    running = threading.Thread(target=reconciler.run)
    running.start()
    world.promote("1.1.0", "dev")
    assert arrived.wait(90)
    reconciler.stopping.set()
    reconciler.wake.now()
    running.join(30)
    assert not running.is_alive()


def test_f17_a_stop_ends_the_programs_of_tests_and_parks_their_deployments(make_world):
    world = make_world("dev")
    path = "environments/dev/environment.yaml"
    smoke = "\npipeline: {smoke: {long: {command: {run: [sleep, '77']}}}}\n"
    text = world.git.tell(["show", f"main:{path}"]) + smoke
    world.root = world.commit({path: text}, onto=[world.tip], by="ana")
    world.push(world.root)
    known = world.configuration()
    host = known.host.model_copy(update={"programs": ("sleep",)})
    reconciler = build_reconciler(
        Configuration(host, known.source),
        lambda _: None,
        drivers={"memory": MemoryDriver(places=world.places)},
    )
    reconciler.claims.recover()
    until = time.monotonic() + 30
    while not sleepers():
        assert time.monotonic() < until
        reconciler.look()
        reconciler.wake.wait(0.05)
    reconciler.workers.park(within=20, mercy=0.1)
    assert sleepers() == []
    (carried,) = reconciler.workers.finished()
    assert (carried.end, carried.fault) == (None, "")
    last = carried.journal.events()[-1]
    assert (last["event"], last["step"]) == ("step-started", "smoke")


def sleepers() -> list[str]:
    """The programs that this very process has started and that still run."""
    found = subprocess.run(
        ["ps", "-o", "args=", "--ppid", str(os.getpid())], capture_output=True, text=True
    )
    return [each for each in found.stdout.splitlines() if each.endswith("sleep 77")]


def test_f23_locks_of_a_git_that_was_killed_are_removed_but_not_those_of_one_that_lives(
    make_world,
):
    world = make_world("dev")
    world.daemon().run_once()
    clone = world.folder / "state-one" / "clone.git"
    lock = clone / "refs" / "tagboat" / "main.lock"
    lock.touch()
    world.promote("1.1.0", "dev")
    with subprocess.Popen(["sleep", "60"], cwd=clone) as living:
        world.daemon()
        assert lock.exists()
        living.kill()
    world.daemon().run_once()
    assert world.running("dev") == "1.1.0"


def test_x22_the_log_of_a_deployment_has_no_control_characters(tmp_path):
    lines = Lines(lambda _: None, tmp_path)
    lines.log("dev.shop.1", "one\x1b[2Jtwo\nthree")
    assert (tmp_path / "dev.shop.1.log").read_text() == "one\\x1b[2Jtwo\\nthree\n"
