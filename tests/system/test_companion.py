"""A companion's answer is taken, and whatever becomes of it, nobody waits or stays behind."""

import subprocess
import sys

BEGIN = """
import os, time
from reconciler.system.companion import companions


def boom():
    raise RuntimeError


def gone(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False

"""


def alone(code):
    """Run it in a process of its own: companions are for processes without threads."""
    done = subprocess.run([sys.executable, "-c", BEGIN + code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_answers_of_any_length_come_back_in_order():
    alone("""
works = [lambda: b"a" * 1_000_000, lambda: b"b"]
with companions(works) as begun:
    processes = [one._process for one in begun]
    assert [one.answer() for one in begun] == [b"a" * 1_000_000, b"b"]
assert len(processes) == 2 and all(map(gone, processes))
""")


def test_one_that_fails_says_nothing():
    alone("""
with companions([boom, lambda: os.kill(os.getpid(), 9) or b""]) as begun:
    processes = [one._process for one in begun]
    assert [one.answer() for one in begun] == [b"", b""]
assert len(processes) == 2 and all(map(gone, processes))
""")


def test_nobody_stays_behind_when_the_block_is_left_early():
    alone("""
processes = []
try:
    with companions([lambda: time.sleep(600) or b""]) as begun:
        processes.extend(one._process for one in begun)
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
with companions([lambda: b"a"]) as begun:
    assert begun == []
""")
