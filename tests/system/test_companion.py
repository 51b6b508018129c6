"""A companion's lines are taken, and whatever becomes of it, nobody waits or stays behind."""

import subprocess
import sys

BEGIN = """
import os, time
from reconciler.system.companion import companions


def boom():
    yield b"so far"
    raise RuntimeError


def killed():
    yield b"x" * 100_000
    os.kill(os.getpid(), 9)


def waits():
    yield b"so far"
    time.sleep(600)


def gone(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def ended(process):
    # Waits until it has ended, and leaves it to whoever has to.
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)


def lines(one, count):
    found = []
    while len(found) < count:
        found += one.arrived()
    return found

"""


def alone(code):
    """Run it in a process of its own: companions are for processes without threads."""
    done = subprocess.run([sys.executable, "-c", BEGIN + code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_lines_of_any_length_come_in_order():
    alone("""
long = [b"a" * 1_000_000, b"", b"b"]
with companions([lambda: long, lambda: [b"c"]]) as begun:
    processes = [one._process for one in begun]
    assert lines(begun[0], 3) == long
    assert lines(begun[1], 1) == [b"c"]
    ended(processes[1])
    assert begun[1].arrived() == []
assert len(processes) == 2 and all(map(gone, processes))
""")


def test_what_one_said_before_it_failed_counts_and_half_a_line_does_not():
    alone("""
with companions([boom, killed]) as begun:
    processes = [one._process for one in begun]
    ended(processes[0])
    said = begun[0].arrived()
    assert said in ([], [b"so far"]), said
    part = []
    while begun[1]._begun == b"":
        part += begun[1].arrived()
    assert part == []
assert len(processes) == 2 and all(map(gone, processes))
""")


def test_nobody_is_waited_for_and_nobody_stays_behind():
    alone("""
processes = []
try:
    with companions([waits]) as begun:
        processes.extend(one._process for one in begun)
        assert begun[0].arrived() == []
        raise RuntimeError
except RuntimeError:
    pass
assert len(processes) == 1 and all(map(gone, processes))
""")


def test_a_process_with_threads_gets_none():
    alone("""
import threading
waits = threading.Event()
threading.Thread(target=waits.wait, daemon=True).start()
with companions([lambda: [b"a"]]) as begun:
    assert begun == []
""")
