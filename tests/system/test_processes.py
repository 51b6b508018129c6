"""Running programs to their end, whatever they leave behind."""

import sys
import time
from pathlib import Path

import pytest

from reconciler.errors import ConfigurationError
from reconciler.system.processes import run

PYTHON = [sys.executable, "-IS", "-c"]


def alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat[stat.rindex(")") + 2] not in "ZX"


def test_output_and_exit_code_are_given_back() -> None:
    finished = run(["sh", "-c", "cat; echo oops >&2; exit 3"], timeout=10, stdin=b"in")
    assert (finished.returncode, finished.text, finished.complaint) == (3, "in", "oops")
    assert not finished.timed_out


def test_output_past_the_limit_is_dropped_and_the_program_is_not_blocked_F49_X27() -> None:
    finished = run([*PYTHON, "print('x' * 1_000_000)"], timeout=20, limit=1000)
    assert finished.returncode == 0
    assert len(finished.stdout) == 1000


def test_a_program_that_does_not_read_does_not_block() -> None:
    assert run(["true"], timeout=10, stdin=b"x" * 1_000_000).returncode == 0


def test_a_deadline_ends_the_program_X24() -> None:
    before = time.monotonic()
    finished = run(["sleep", "600"], timeout=0.3)
    assert finished.timed_out
    assert finished.returncode < 0
    assert time.monotonic() - before < 5


ESCAPES = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(sys.argv[1], "w").write(str(os.getpid()))
        time.sleep(600)
    os._exit(0)
os.wait()
while not os.path.exists(sys.argv[1]): time.sleep(0.01)
if sys.argv[2] == "linger": time.sleep(600)
"""


@pytest.mark.parametrize("how", ["end", "linger"])
def test_a_descendant_that_left_session_and_parent_is_killed_F48_X24(
    tmp_path: Path, how: str
) -> None:
    note = tmp_path / "pid"
    finished = run([*PYTHON, ESCAPES, str(note), how], timeout=2 if how == "linger" else 20)
    assert finished.timed_out is (how == "linger")
    assert not alive(int(note.read_text()))


def test_a_descendant_that_holds_the_pipes_does_not_hold_us_up(tmp_path: Path) -> None:
    before = time.monotonic()
    finished = run(["sh", "-c", "sleep 600 & echo here"], timeout=20)
    assert finished.text == "here\n"
    assert time.monotonic() - before < 10


def test_open_files_of_ours_are_not_inherited() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        run(["true"], timeout=10)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def test_a_missing_program_is_said_with_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match="is not there") as raised:
        run(["no-such-program-anywhere"], timeout=10)
    assert "install" in raised.value.hint
