"""The keeper with real processes: switching, dying, being killed, being adopted."""

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from conformance_world import LocalWorld, ask, content_of, eventually, finish

import reconciler.drivers.keeper as keeper_package
from reconciler.drivers.keeper.identity import holder_of
from reconciler.drivers.keeper_client import KeeperClient
from reconciler.drivers.local import stop_all
from reconciler.errors import StepErroredError
from reconciler.model.content import Content
from reconciler.model.observation import Presence, RolloutState
from reconciler.system.clock import SystemClock

ONE, TWO = content_of("1.0.0"), content_of("2.0.0")


def deploy(world: LocalWorld, content: Content | None, fence: int = 1, **how: str) -> None:
    driver = world.driver(**how)
    driver.apply(world.target, content, fence=fence, timeout=30)
    assert finish(driver, world.target, content).state is RolloutState.DONE


def marked(world: LocalWorld) -> list[int]:
    """Every process of the place, whoever its parent is."""
    mark = (world.place / "keeper" / "mark").read_bytes()
    found = []
    for each in Path("/proc").iterdir():
        try:
            if each.name.isdigit() and mark in (each / "environ").read_bytes():
                found.append(int(each.name))
        except OSError:
            continue
    return found


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in text.split()]


def kill_keeper(world: LocalWorld) -> int:
    pid = world.keeper()
    handle = os.pidfd_open(pid)
    signal.pidfd_send_signal(handle, signal.SIGKILL)
    os.close(handle)
    lock = world.place / "keeper" / "lock"
    eventually(lambda: holder_of(lock) is None, "the lock is free")
    return pid


def test_no_request_is_refused_during_five_switches(world: LocalWorld) -> None:
    deploy(world, ONE)
    refused: list[str] = []
    answered: dict[str, int] = {}
    over = threading.Event()

    def press() -> None:
        while not over.is_set():
            try:
                said = ask(world.port)
                answered[said] = answered.get(said, 0) + 1
            except OSError as error:
                refused.append(repr(error))
            over.wait(0.002)

    pressing = [threading.Thread(target=press) for _ in range(3)]
    for each in pressing:
        each.start()
    try:
        for number in range(2, 7):
            deploy(world, content_of(f"{number}.0.0"), number)
    finally:
        over.set()
        for each in pressing:
            each.join()
    assert not refused, refused[:3]
    assert set(answered) == {f"{number}.0.0" for number in range(1, 7)}
    assert sum(answered.values()) > 100


def test_once_done_only_the_new_version_answers_M9(world: LocalWorld) -> None:
    deploy(world, ONE)
    deploy(world, TWO, 2)
    assert {ask(world.port) for _ in range(30)} == {"2.0.0"}
    assert len(marked(world)) == 1


def test_a_version_on_its_own_port_is_switched_with_a_gap(world: LocalWorld) -> None:
    one, two = content_of("1.0.0", listens="port"), content_of("2.0.0", listens="port")
    deploy(world, one)
    deploy(world, two, 2)
    assert ask(world.port) == "2.0.0"
    deploy(world, ONE, 3)
    assert ask(world.port) == "1.0.0"
    deploy(world, two, 4)
    assert ask(world.port) == "2.0.0"


@pytest.mark.parametrize("listens", ["socket", "port"])
def test_the_old_version_serves_on_when_the_new_one_dies(world: LocalWorld, listens: str) -> None:
    old = content_of("1.0.0", listens=listens)
    bad = content_of("2.0.0", listens=listens, mode="die")
    deploy(world, old)
    driver = world.driver()
    driver.apply(world.target, bad, fence=2, timeout=30)
    failed = finish(driver, world.target, bad)
    assert failed.state is RolloutState.FAILED
    assert "web ended with exit code 3" in failed.detail
    assert failed.detail.endswith("no \\x1b[31mgood"), "the last words, without control characters"
    eventually(lambda: world.answers() == "1.0.0", "the old version answers")
    assert driver.observe(world.target).presence is Presence.STOPPED
    driver.apply(world.target, old, fence=2, timeout=30)
    assert finish(driver, world.target, old).state is RolloutState.DONE


def test_a_first_version_that_dies_leaves_nothing_running(world: LocalWorld) -> None:
    bad = content_of("2.0.0", mode="die")
    driver = world.driver()
    driver.apply(world.target, bad, fence=1, timeout=30)
    assert finish(driver, world.target, bad).state is RolloutState.FAILED
    assert marked(world) == []
    deploy(world, None, 1)
    assert holder_of(world.place / "keeper" / "lock") is None


def test_a_process_that_crashes_is_started_again_after_a_while(world: LocalWorld) -> None:
    deploy(world, ONE)
    client = KeeperClient(world.place / "keeper", SystemClock())
    for crashes in (1, 2):
        with pytest.raises(OSError):
            ask(world.port, "/crash")
        eventually(lambda: world.answers() == "1.0.0", "it answers again")
        status = client.status()
        assert status is not None
        assert status.restarts == crashes
        assert "exit code 7" in status.exits[-1]
    assert world.driver().supervise(world.target, ONE) == "", "that is the keeper's own work"


def test_waits_between_restarts_grow(world: LocalWorld) -> None:
    deploy(world, ONE)
    (world.place / "contents").joinpath(ONE.digest[7:23], "web", "server.py").write_text(
        "#!/bin/false\n"
    )
    with pytest.raises(OSError):
        ask(world.port, "/crash")
    log = world.place / "keeper" / "keeper.log"
    eventually(lambda: log.read_text().count("started web") >= 4, "three restarts")
    client = KeeperClient(world.place / "keeper", SystemClock())
    status = client.status()
    assert status is not None
    # 0.1, 0.2 and 0.4 s: far from a restart for every look.
    assert status.restarts <= 6
    assert world.driver().observe(world.target).presence in (Presence.STOPPED, Presence.RUNNING)


def test_what_a_killed_keeper_left_is_replaced_F34(world: LocalWorld) -> None:
    deploy(world, ONE)
    before = kill_keeper(world)
    orphans = marked(world)
    assert orphans, "the version itself outlives its keeper"
    driver = world.driver()
    assert driver.observe(world.target).presence is Presence.STOPPED
    assert driver.supervise(world.target, ONE) == "its keeper was gone"
    assert finish(driver, world.target, ONE).state is RolloutState.DONE
    assert world.answers() == "1.0.0"
    assert world.keeper() != before
    assert not set(orphans) & set(marked(world))
    assert driver.supervise(world.target, ONE) == ""


def test_a_keeper_killed_amid_a_rollout_is_replaced(world: LocalWorld) -> None:
    deploy(world, ONE)
    driver = world.driver()
    driver.apply(world.target, TWO, fence=2, timeout=30)
    kill_keeper(world)
    assert finish(driver, world.target, TWO).state is RolloutState.DONE
    assert world.answers() == "2.0.0"


def test_nothing_is_left_when_content_is_taken_away_after_a_kill(world: LocalWorld) -> None:
    deploy(world, ONE)
    kill_keeper(world)
    deploy(world, None, 2)
    assert marked(world) == []
    assert world.answers() == ""


def test_an_old_version_that_ignores_sigterm_and_forks_is_gone_F48(world: LocalWorld) -> None:
    deploy(world, content_of("1.0.0", mode="stubborn"), stop_after="1s")
    keeper = world.keeper()
    eventually(lambda: len(descendants(keeper)) >= 5, "it has forked away")
    family = descendants(keeper)
    deploy(world, TWO, 2, stop_after="1s")
    assert not family & descendants(keeper)
    assert not [pid for pid in family if Path(f"/proc/{pid}").exists()]
    assert {ask(world.port) for _ in range(20)} == {"2.0.0"}


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        try:
            more = children_of(waiting.pop())
        except OSError:
            continue
        found |= set(more)
        waiting += more
    return found


def test_no_zombie_stays_with_the_keeper(world: LocalWorld) -> None:
    deploy(world, content_of("1.0.0", mode="stubborn"), stop_after="1s")
    deploy(world, TWO, 2, stop_after="1s")

    def states() -> list[str]:
        texts = [Path(f"/proc/{pid}/stat").read_text() for pid in children_of(world.keeper())]
        return [text[text.rindex(")") + 2] for text in texts]

    eventually(lambda: "Z" not in states() and len(states()) == 1, "all are reaped")


def test_processes_get_nothing_of_the_daemons_environment(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAEMONS_SECRET", "x")
    deploy(world, content_of("1.0.0", mode="plain"))
    names = ask(world.port, "/env")
    assert "DAEMONS_SECRET" not in names
    for name in ("MODE", "PORT", "HOME", "PATH", "TAGBOAT_VERSION", "TAGBOAT_COMMIT"):
        assert name in names


def test_the_keeper_outlives_whoever_started_it(world: LocalWorld) -> None:
    code = (
        "import os, signal, sys; sys.path[:0] = sys.argv[1:3]\n"
        "from pathlib import Path\n"
        "from conformance_world import LocalWorld, content_of, finish\n"
        "world = LocalWorld(Path(sys.argv[3])); world.port = int(sys.argv[4])\n"
        "world.target = world.target.model_copy(update={'listen': f'127.0.0.1:{world.port}'})\n"
        "driver = world.driver(); one = content_of('1.0.0')\n"
        "driver.apply(world.target, one, fence=1, timeout=30)\n"
        "finish(driver, world.target, one)\n"
        "os.killpg(0, signal.SIGKILL)\n"
    )
    root = Path(keeper_package.__file__).parents[3]
    arguments = [str(root), str(root / "tests" / "conformance"), str(world.folder), str(world.port)]
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments], start_new_session=True, check=False, timeout=60
    )
    assert ended.returncode == -signal.SIGKILL
    assert world.answers() == "1.0.0"
    assert world.driver().observe(world.target).presence is Presence.RUNNING


def test_a_daemon_killed_right_after_spawn_leaves_no_keeper_without_a_record(
    tmp_path: Path,
) -> None:
    for attempt in range(12):
        folder = tmp_path / str(attempt)
        folder.mkdir(mode=0o700)
        spawn_and_die(folder, after=attempt * 0.006)


def spawn_and_die(folder: Path, *, after: float) -> None:
    start = Path(keeper_package.__file__).parent / "start.py"
    spawner = (
        "import os, signal, subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-I', '-S', *sys.argv[1:3]], start_new_session=True)\n"
        "time.sleep(float(sys.argv[3]))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    wait = str(after)
    subprocess.run(
        [sys.executable, "-c", spawner, str(start), str(folder), wait], check=False, timeout=30
    )
    client = KeeperClient(folder, SystemClock())
    try:
        eventually(lambda: keepers_of(folder) == recorded(folder), "each keeper has its record")
        eventually(lambda: bool(recorded(folder)), "it comes up all the same")
        client.end("stop")
        assert client.wait_for_end(timeout=20)
    finally:
        client.kill()


def keepers_of(folder: Path) -> set[int]:
    """Detached keepers of this folder: those whose parent is not another starter."""
    found = set()
    for each in Path("/proc").iterdir():
        try:
            said = (each / "cmdline").read_bytes().split(b"\0")
            if str(folder).encode() in said and b"-S" in said and leads_its_session(int(each.name)):
                found.add(int(each.name))
        except (OSError, ValueError):
            continue
    return found


def leads_its_session(pid: int) -> bool:
    # The starter leads a session too, but it has the keeper as its child.
    return os.getsid(pid) == pid and not children_of(pid)


def recorded(folder: Path) -> set[int]:
    holder = holder_of(folder / "lock")
    return {holder.pid} if holder else set()


def test_a_second_keeper_does_not_begin_F32(world: LocalWorld) -> None:
    deploy(world, ONE)
    before = world.keeper()
    start = Path(keeper_package.__file__).parent / "start.py"
    ended = subprocess.run(
        [sys.executable, "-I", "-S", str(start), str(world.place / "keeper")], check=False
    )
    assert ended.returncode == 3
    assert world.keeper() == before
    assert world.answers() == "1.0.0"


def another_start(record: dict[str, object]) -> dict[str, object]:
    return {**record, "start": 1}


def another_boot(record: dict[str, object]) -> dict[str, object]:
    return {**record, "boot": "0" * 36}


def another_pid(record: dict[str, object]) -> dict[str, object]:
    return {**record, "pid": 2**22 + 1}


@pytest.mark.parametrize("change", [another_start, another_boot, another_pid])
def test_a_record_that_names_another_process_is_not_adopted_F34(
    world: LocalWorld, change: Callable[[dict[str, object]], dict[str, object]]
) -> None:
    deploy(world, ONE)
    lock = world.place / "keeper" / "lock"
    assert holder_of(lock) is not None
    true = lock.read_text()
    lock.write_text(json.dumps(change(json.loads(true))))
    assert holder_of(lock) is None
    lock.write_text(true)


def test_a_record_without_the_lock_is_not_adopted_F34(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    stat = Path("/proc/self/stat").read_text()
    start = int(stat[stat.rindex(")") + 2 :].split()[19])
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    lock.write_text(json.dumps({"pid": os.getpid(), "start": start, "boot": boot}))
    assert holder_of(lock) is None
    with lock.open("r+b") as handle:
        wanted = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        fcntl.fcntl(handle, fcntl.F_OFD_SETLK, wanted)
        found = holder_of(lock)
        assert found is not None
        assert found.pid == os.getpid()


def test_a_zombie_is_not_adopted_F34(tmp_path: Path) -> None:
    """A zombie keeps its pid and start time, and a child of it may keep the lock."""
    lock = tmp_path / "lock"
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    wanted = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    fcntl.fcntl(handle, fcntl.F_OFD_SETLK, wanted)
    child = subprocess.Popen([sys.executable, "-IS", "-c", "input()"], stdin=subprocess.PIPE)
    text = Path(f"/proc/{child.pid}/stat").read_text()
    start = int(text[text.rindex(")") + 2 :].split()[19])
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    os.pwrite(handle, json.dumps({"pid": child.pid, "start": start, "boot": boot}).encode(), 0)
    assert holder_of(lock) is not None
    assert child.stdin is not None
    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert holder_of(lock) is None
    child.wait()
    os.close(handle)


def test_a_keeper_that_does_not_answer_is_killed_on_stop(world: LocalWorld) -> None:
    deploy(world, ONE, stop_after="1s")
    pid = world.keeper()
    handle = os.pidfd_open(pid)
    signal.pidfd_send_signal(handle, signal.SIGSTOP)
    assert stop_all(world.folder) == 1
    os.close(handle)
    assert marked(world) == []
    assert holder_of(world.place / "keeper" / "lock") is None


def test_stop_all_counts_places_that_ran(world: LocalWorld) -> None:
    assert stop_all(world.folder) == 0
    deploy(world, ONE)
    assert stop_all(world.folder) == 1
    assert stop_all(world.folder) == 0
    assert world.answers() == ""


def test_stop_all_ends_what_a_killed_keeper_left(world: LocalWorld) -> None:
    deploy(world, ONE)
    kill_keeper(world)
    assert stop_all(world.folder) == 1
    assert marked(world) == []


def test_an_address_that_is_taken_is_nobodys_fault(world: LocalWorld) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", world.port))
        other.listen()
        with pytest.raises(StepErroredError, match="in use"):
            world.driver().apply(world.target, ONE, fence=1, timeout=30)
    deploy(world, ONE, 1)


def test_a_place_that_moves_to_another_address_answers_there(world: LocalWorld) -> None:
    deploy(world, ONE)
    with socket.socket() as each:
        each.bind(("127.0.0.1", 0))
        port = each.getsockname()[1]
    before, world.port = world.port, port
    world.target = world.target.model_copy(update={"listen": f"127.0.0.1:{port}"})
    deploy(world, ONE, 2)
    assert ask(port) == "1.0.0"
    with pytest.raises(OSError):
        ask(before)


def test_the_keeper_works_below_a_very_long_path(tmp_path: Path) -> None:
    long = LocalWorld(tmp_path / ("a" * 120) / "places")
    try:
        deploy(long, ONE)
        assert long.answers() == "1.0.0"
    finally:
        long.close()


def test_logs_are_capped_X27(tmp_path: Path) -> None:
    from reconciler.drivers.keeper.generation import Log

    log = Log(tmp_path / "web.log")
    for _ in range(40):
        log.write(b"x" * 100_000)
    assert sum(each.stat().st_size for each in tmp_path.iterdir()) <= 2 << 20


def test_the_keeper_needs_the_standard_library_only() -> None:
    root = Path(keeper_package.__file__).parents[3]
    code = (
        f"import sys; sys.path.insert(0, {str(root)!r}); import reconciler.drivers.keeper.life\n"
        "named = {each for each in sys.modules if each.startswith('reconciler')}\n"
        "print(sorted(each for each in named if not each.startswith('reconciler.drivers.keeper')))"
    )
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
    )
    # These have nothing but the standard library in them either.
    plain = ["reconciler", "reconciler.drivers", "reconciler.errors", "reconciler.system"]
    plain += ["reconciler.system.files", "reconciler.visibility"]
    assert said.stdout.strip() == str(plain)
