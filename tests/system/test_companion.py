"""A companion's answer is taken, and whatever becomes of it, nobody waits or stays behind."""

import os
import time

import pytest

from reconciler.system.companion import companions


def boom() -> bytes:
    raise RuntimeError


def gone(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_answers_of_any_length_come_back_in_order():
    works = [lambda: b"a" * 1_000_000, lambda: b"b"]
    with companions(works) as begun:
        processes = [one._process for one in begun]
        assert [one.answer() for one in begun] == [b"a" * 1_000_000, b"b"]
    assert all(map(gone, processes))


def test_one_that_fails_says_nothing():
    with companions([boom, lambda: os.kill(os.getpid(), 9) or b""]) as begun:
        processes = [one._process for one in begun]
        assert [one.answer() for one in begun] == [b"", b""]
    assert all(map(gone, processes))


def test_nobody_stays_behind_when_the_block_is_left_early():
    processes = []

    def leave():
        with companions([lambda: time.sleep(600) or b""]) as begun:
            processes.extend(one._process for one in begun)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        leave()
    assert all(map(gone, processes))
