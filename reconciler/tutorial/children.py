"""The processes that ``make up`` runs, and waiting for one of them or for a signal."""

import contextlib
import ctypes
import os
import select
import signal
import socket
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Child:
    """A process of ours; ``pidfd`` becomes readable when it has ended."""

    name: str
    process: subprocess.Popen[bytes]
    pidfd: int

    def tell(self, number: int) -> None:
        """Send a signal; nothing happens if it has ended."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, number)

    def close(self) -> int:
        """Wait for its end and let go of it; returns how it ended."""
        code = self.process.wait()
        os.close(self.pidfd)
        return code


def start(name: str, argv: Sequence[str], *, cwd: Path, log: Path | None = None) -> Child:
    """Start a process that ends with us; what it says goes to ``log``, or to where we speak.

    It gets a session of its own, so that Ctrl-C reaches it only through us, in our order.
    """
    with contextlib.ExitStack() as opened:
        out = opened.enter_context(log.open("ab")) if log else None
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if out else None,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
            preexec_fn=_ending_with(os.getpid()),  # noqa: PLW1509 one thread; nothing allocates
        )
    return Child(name, process, os.pidfd_open(process.pid))


def stop_children(children: Iterable[Child], *, patience: float) -> None:
    """SIGTERM to all of them, and SIGKILL to those that take longer than ``patience`` seconds."""
    stopped = tuple(children)
    for child in stopped:
        child.tell(signal.SIGTERM)
    for child in stopped:
        if not select.select([child.pidfd], [], [], patience)[0]:
            child.tell(signal.SIGKILL)
        child.close()


@dataclass(frozen=True, slots=True)
class Signals:
    """SIGINT, SIGTERM and SIGHUP as something one can wait for, together with children."""

    receiver: socket.socket

    def wait(self, children: Iterable[Child], *, timeout: float | None) -> tuple[str, ...]:
        """Names of what happened: ``signal``, or of children that ended; empty at the time-out."""
        names = {child.pidfd: child.name for child in children}
        names[self.receiver.fileno()] = "signal"
        ready, _, _ = select.select(list(names), [], [], timeout)
        return tuple(names[each] for each in ready)


@contextlib.contextmanager
def signals_caught() -> Iterator[Signals]:
    """While inside, the stopping signals only become readable; then all is as it was before."""
    receiver, sender = socket.socketpair()
    receiver.setblocking(False)  # noqa: FBT003
    sender.setblocking(False)  # noqa: FBT003
    earlier = {each: signal.signal(each, _noticed) for each in _STOPPING}
    before = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    try:
        yield Signals(receiver)
    finally:
        signal.set_wakeup_fd(before)
        for each, handler in earlier.items():
            signal.signal(each, handler)
        receiver.close()
        sender.close()


def _noticed(number: int, frame: FrameType | None) -> None:
    """Nothing: the wake-up file descriptor tells."""


def _ending_with(parent: int) -> Callable[[], None]:
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def tie() -> None:
        prctl(_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return tie
