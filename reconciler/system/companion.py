"""A copy of this process that works something out meanwhile, on another processor.

It gives back bytes and nothing else: it has no effect, and whoever asked does the work again
when nothing comes.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

NOTHING = b""


@dataclass(slots=True)
class Companion:
    """The copy at work. It is gone when `answer` or `end` comes back."""

    _process: int
    _pipe: int

    def answer(self) -> bytes:
        """What it worked out; empty if it couldn't."""
        with open(self._pipe, "rb", closefd=False) as pipe:
            found = pipe.read()
        _, status = os.waitpid(self._process, 0)
        self._process = 0
        return found if status == 0 else NOTHING

    def end(self) -> None:
        """End it, if it is still at work."""
        os.close(self._pipe)
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)


@contextlib.contextmanager
def companions(works: list[Callable[[], bytes]]) -> Iterator[list[Companion]]:
    """One companion for each work, all of them gone when the block is left.

    None where this process has threads: a copy would have their locks and not them.
    """
    begun: list[Companion] = []
    try:
        if threading.active_count() == 1:
            begun.extend(_begin(each) for each in works)
        yield begun
    finally:
        for one in begun:
            one.end()


def processors() -> int:
    """How many this process may use: one where others keep them all busy.

    A companion costs a fifth more than it spares; that only pays on a processor that is idle.
    """
    usable = len(os.sched_getaffinity(0))
    return usable if os.getloadavg()[0] < usable else 1


def _begin(work: Callable[[], bytes]) -> Companion:
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return Companion(process, reading)
    # Nothing of the process that was copied may happen twice: no output, no clean-up.
    try:
        os.close(reading)
        with open(writing, "wb") as pipe:  # noqa: PTH123 - a descriptor
            pipe.write(work())
    except BaseException:  # noqa: BLE001 - whatever it was, the work is done again
        os._exit(1)
    os._exit(0)
