"""Running the prepared example: started and stopped as one, whoever is killed."""

import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from reconciler.repository.git import Git
from reconciler.tutorial.command import main
from reconciler.tutorial.example import read_example
from reconciler.tutorial.layout import Layout
from reconciler.tutorial.supervision import begun
from reconciler.tutorial.tour import tour

# In place of the command: a daemon that holds its lock as the real one does, and a site.
FAKE = f"""#!{sys.executable}
import fcntl, os, pathlib, signal, sys
config = pathlib.Path(sys.argv[sys.argv.index("--config") + 1])
name = "daemon" if sys.argv[1] == "reconcile" else "-".join(sys.argv[1:3])
state = config.parent / "state"
if name == "daemon":
    lock = open(state / "daemon.lock", "a")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    (state / "daemon.lock").write_text(str(os.getpid()))
def stop(*_):
    with open(state / "said", "a") as said:
        said.write(name + " stopped\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
with open(state / "said", "a") as said:
    said.write(f"{{name}} {{os.getpid()}}\\n")
if (state / "daemon-fails").exists() and name == "daemon":
    sys.exit(7)
while True:
    signal.pause()
"""


@pytest.fixture
def fake(tmp_path: Path) -> Path:
    path = tmp_path / "tagboat"
    path.write_text(FAKE)
    path.chmod(0o755)
    return path


@pytest.fixture
def layout(checkout: Path, port_base: int) -> Layout:
    arguments = ["up", "--repository", str(checkout), "--port-base", str(port_base)]
    assert main([*arguments, "--prepare-only"]) == 0
    return Layout(checkout / "build" / "up")


@contextmanager
def up(checkout: Path, fake: Path) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-m", "reconciler.tutorial", "up", "--repository", str(checkout)]
    process = subprocess.Popen(
        [*command, "--tagboat", str(fake)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said(layout: Layout) -> list[str]:
    path = layout.state / "said"
    return path.read_text().splitlines() if path.exists() else []


def pids(layout: Layout) -> dict[str, int]:
    """Children that have told their number, by name; waits until all three have."""
    for _ in range(400):
        told = dict(line.split() for line in said(layout) if line.split()[1].isdigit())
        if len(told) == 3:
            return {name: int(pid) for name, pid in told.items()}
        threading.Event().wait(0.05)
    raise AssertionError(said(layout))


def ended(pid: int) -> bool:
    """Whether the process ends within ten seconds."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 10)[0])
    finally:
        os.close(handle)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
def test_a_signal_stops_daemon_and_site(
    checkout: Path, fake: Path, layout: Layout, number: signal.Signals
) -> None:
    with up(checkout, fake) as process:
        children = pids(layout)
        process.send_signal(number)
        out, _ = process.communicate(timeout=30)
        assert process.returncode == 0, out
    assert all(ended(pid) for pid in children.values())
    assert set(said(layout)) >= {"daemon stopped", "site-build stopped", "site-serve stopped"}


def test_a_second_up_is_refused_and_touches_nothing(
    checkout: Path, fake: Path, layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    with up(checkout, fake):
        pids(layout)
        before = said(layout)
        assert main(["up", "--repository", str(checkout), "--tagboat", str(fake)]) == 5
        assert "running already" in capsys.readouterr().err
        assert said(layout) == before


def test_a_killed_up_takes_its_children_with_it(checkout: Path, fake: Path, layout: Layout) -> None:
    with up(checkout, fake) as process:
        children = pids(layout)
        process.kill()
        assert all(ended(pid) for pid in children.values())
    assert "daemon stopped" in said(layout)


def test_down_stops_an_up_that_runs(checkout: Path, fake: Path, layout: Layout) -> None:
    with up(checkout, fake) as process:
        children = pids(layout)
        assert main(["down", "--repository", str(checkout)]) == 0
        assert process.wait(30) == 0
    assert all(ended(pid) for pid in children.values())


def test_down_stops_a_daemon_that_was_left_by_the_lock_it_holds(
    checkout: Path, fake: Path, layout: Layout
) -> None:
    with subprocess.Popen([fake, "reconcile", "--config", layout.configuration]) as daemon:
        for _ in range(400):
            if said(layout):
                break
            threading.Event().wait(0.05)
        assert main(["down", "--repository", str(checkout)]) == 0
        assert daemon.wait(30) == 0


def test_down_leaves_a_process_alone_that_only_has_the_daemons_number(
    checkout: Path, layout: Layout
) -> None:
    with subprocess.Popen(["sleep", "60"]) as other, FileLock(layout.state / "daemon.lock"):
        try:
            (layout.state / "daemon.lock").write_text(str(other.pid))
            assert main(["down", "--repository", str(checkout)]) == 0
            assert other.poll() is None
        finally:
            other.kill()


def test_down_says_so_when_it_cannot_tell_who_holds_the_lock(
    checkout: Path, layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    with subprocess.Popen(["sleep", "60"]) as other, FileLock(layout.lock):
        try:
            layout.owner.write_text(str(other.pid))
            assert main(["down", "--repository", str(checkout)]) == 5
            assert "Ctrl-C" in capsys.readouterr().err
            assert other.poll() is None
        finally:
            other.kill()


def test_the_tour_is_told_only_while_its_branches_are_not_there_yet(
    checkout: Path, layout: Layout, home: Path
) -> None:
    example = read_example(layout)
    first = tour(layout, example, begun=False)
    for number, line in enumerate(("promote shop@1.1.0 --to production", "revert -m 1"), start=1):
        assert line in first, number
    assert "/blog/2026.43.1-2" in first
    assert not begun(layout)
    git = Git(layout.remote, home)
    git.tell(["update-ref", "refs/heads/tagboat/promote/production/shop/1.1.0", "main"])
    assert begun(layout)
    later = tour(layout, example, begun=True)
    assert "promote shop@1.1.0" not in later
    assert "make clean up" in later
    assert f"http://127.0.0.1:{example.port_base}/" in later


def test_down_of_nothing_is_no_error_and_can_be_repeated(checkout: Path) -> None:
    assert main(["down", "--repository", str(checkout)]) == 0
    assert main(["down", "--repository", str(checkout), "--remove"]) == 0


def test_down_removes_the_folder_when_asked_to(checkout: Path, layout: Layout) -> None:
    assert main(["down", "--repository", str(checkout), "--remove"]) == 0
    assert not layout.folder.exists()


def test_up_ends_with_the_daemons_own_exit_code(checkout: Path, fake: Path, layout: Layout) -> None:
    (layout.state / "daemon-fails").touch()
    with up(checkout, fake) as process:
        out, _ = process.communicate(timeout=30)
        assert process.returncode == 7
        assert "exit code 7" in out


def test_up_ends_like_a_shell_when_the_daemon_is_killed(
    checkout: Path, fake: Path, layout: Layout
) -> None:
    with up(checkout, fake) as process:
        os.kill(pids(layout)["daemon"], signal.SIGKILL)
        out, _ = process.communicate(timeout=30)
        assert process.returncode == 128 + signal.SIGKILL
        assert "killed by signal 9" in out


def test_a_port_that_was_taken_since_is_named_with_a_way_out_that_works(
    checkout: Path, layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", read_example(layout).port_base))
        other.listen()
        assert main(["up", "--repository", str(checkout)]) == 3
        assert "make clean up PORT_BASE=" in capsys.readouterr().err
