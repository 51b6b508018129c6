"""A copy of this process that works something out meanwhile, on another processor.

It gives back lines of bytes and nothing else: it has no effect, and whoever asked does the rest of
the work when no more of them come.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_AT_ONCE = 1 << 20


@dataclass(slots=True)
class Companion:
    """The copy at work. It is gone when the block that began it is left."""

    _process: int
    _pipe: int
    _begun: bytes = b""
    """The beginning of a line whose end hasn't come yet."""

    def arrived(self) -> list[bytes]:
        """The whole lines that have come since the last time, without waiting for any."""
        found = [self._begun]
        with contextlib.suppress(BlockingIOError):
            while more := os.read(self._pipe, _AT_ONCE):
                found.append(more)
        *lines, self._begun = b"".join(found).split(b"\n")
        return lines

    def end(self) -> None:
        """End it, if it is still at work."""
        os.close(self._pipe)
        # Where whoever began this process ignores its children's ends, they are gone by themselves.
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)


@contextlib.contextmanager
def companions(works: Iterable[Callable[[], Iterable[bytes]]]) -> Iterator[list[Companion]]:
    """One companion for each work, all of them gone when the block is left.

    A work gives lines, which come in their order. There are no companions where this process has
    threads: a copy would have their locks and not them.
    """
    begun: list[Companion] = []
    try:
        if threading.active_count() == 1:
            # A host without room for another process has one worker less.
            with contextlib.suppress(OSError):
                begun.extend(map(_begin, works))
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


def _begin(work: Callable[[], Iterable[bytes]]) -> Companion:
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        os.set_blocking(reading, False)
        return Companion(process, reading)
    # Nothing of the process that was copied may happen twice: no output, no clean-up.
    try:
        os.close(reading)
        with open(writing, "wb") as pipe:  # noqa: PTH123 - a descriptor
            pipe.writelines(line + b"\n" for line in work())
    except BaseException:  # noqa: BLE001 - whatever it was, the work is done again
        os._exit(1)
    os._exit(0)
