"""Generation: the processes of one order, and how each of them is started."""

import contextlib
import math
import os
import signal
import socket
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from reconciler.drivers.keeper.identity import start_of
from reconciler.drivers.keeper.killing import PLACE_MARK, RUN_MARK
from reconciler.visibility import glimpse

HANDED_ON = 3
"""First descriptor of the LISTEN_FDS convention; see sd_listen_fds(3)."""

_LONGEST_WAIT = 30.0
_LONG_LIFE = 60.0
_LOG = 1 << 20
_PIECE = 1 << 16
_PIECES = 16

Order = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Log:
    """A file that, with the one before it, never takes more than twice its limit."""

    path: Path

    def write(self, data: bytes) -> None:
        """Append; a full disk loses lines, never the place (F22)."""
        with contextlib.suppress(OSError):
            if self.path.exists() and self.path.stat().st_size + len(data) > _LOG:
                self.path.replace(self.path.with_suffix(".log.1"))
            with self.path.open("ab") as handle:
                handle.write(data)


@dataclass(slots=True, eq=False)
class Process:
    """One process of a generation, through all its restarts. ``pid`` is 0 while it doesn't run."""

    spec: Order
    log: Log
    run: str = ""
    pid: int = 0
    start: int = 0
    began: float = 0.0
    pipe: int = -1
    end: str = ""
    again: float | None = None
    leaving: bool = False
    """Whether it was asked to end."""
    failures: int = 0
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=5))

    def read(self) -> bool:
        """Take what it has said into its log; false once nothing more can come."""
        for _ in range(_PIECES):
            try:
                piece = os.read(self.pipe, _PIECE)
            except BlockingIOError:
                return True
            if not piece:
                return False
            self.log.write(piece)
            lines = piece[-2000:].decode(errors="replace").splitlines()
            self.tail.extend(glimpse(each) for each in lines[-5:] if each.strip())
        return True

    def postpone(self, back_off: float) -> None:
        """Start it again after this many seconds, then twice that, and so on."""
        now = time.monotonic()
        self.failures = 1 if now - self.began > _LONG_LIFE else self.failures + 1
        self.again = now + min(back_off * 2 ** min(self.failures - 1, 16), _LONGEST_WAIT)


@dataclass(slots=True, eq=False)
class Generation:
    """All processes of one order."""

    order: Order
    processes: list[Process]
    address: str
    """Where it listens, if anywhere: the order's ``listen``, or one that only this host reaches."""
    private: bool = False
    listener: socket.socket | None = None
    started: bool = False
    kill_at: float = 0.0

    @classmethod
    def of(cls, order: Order, folder: Path) -> "Generation":
        """What the order asks for, nothing started yet; logs go into the folder."""
        specs = order["processes"]
        processes = [Process(each, Log(folder / f"{each['name']}.log")) for each in specs]
        return cls(order, processes, order["listen"])

    @classmethod
    def hidden(cls, order: Order, folder: Path) -> "Generation":
        """The same where only this host reaches it: visitors see a page meanwhile.

        Raises `OSError` when there is no free port.
        """
        generation = cls.of(order, folder)
        generation.private = True
        if not order["listen"]:
            return generation
        door = open_listener("127.0.0.1:0")
        host, port = door.getsockname()
        generation.address = f"{host}:{port}"
        own = {"PORT": str(port), "TAGBOAT_LISTEN": generation.address}
        for each in generation.processes:
            each.spec = {**each.spec, "env": {**each.spec["env"], **own}}
        if generation.wants_socket:
            generation.listener = door
        else:
            door.close()
        return generation

    @property
    def shares(self) -> bool:
        """Whether it can run beside another that takes the same socket."""
        listens = {each["listens"] for each in self.order["processes"]}
        return bool(self.order["listen"]) and listens <= {"socket"}

    @property
    def wants_socket(self) -> bool:
        """Whether any of its processes is handed a socket."""
        listens = {each["listens"] for each in self.order["processes"]}
        return bool(self.order["listen"]) and "socket" in listens

    @property
    def alive(self) -> bool:
        """Whether any of its processes runs."""
        return any(each.pid for each in self.processes)

    @property
    def whole(self) -> bool:
        """Whether all of its processes run."""
        return all(each.pid for each in self.processes)

    @property
    def settles(self) -> float:
        """When the next of its processes may start, or all of them have lived long enough."""
        waiting = [self.starts(each) for each in self.processes if not each.began]
        return min(waiting, default=max(each.began for each in self.processes) + self._settle)

    def starts(self, process: Process) -> float:
        """When a process may start: what it needs lives long enough then; infinity: never yet.

        A process comes after those that it needs in the list, never before.
        """
        needed = [each for each in self.processes if each.spec["name"] in needs_of(process)]
        if not all(each.pid for each in needed):
            return math.inf
        return max((each.began + self._settle for each in needed), default=0.0)

    def dismiss(self) -> None:
        """Ask those to end that nothing needs which still runs: in the reverse of how they came."""
        needed = {name for each in self.processes if each.pid for name in needs_of(each)}
        for each in self.processes:
            if each.pid and not each.leaving and each.spec["name"] not in needed:
                each.leaving = True
                # It is our child and not yet reaped, so the pid can't be another's.
                os.kill(each.pid, signal.SIGTERM)

    @property
    def _settle(self) -> float:
        return float(self.order["settle"])

    def asks(self, order: Order) -> bool:
        """Whether this is what the order asks for, timing aside."""
        return all(self.order[name] == order[name] for name in ("key", "listen", "processes"))


def needs_of(process: Process) -> tuple[str, ...]:
    """The names of the processes that must be up before it."""
    return tuple(process.spec.get("needs", ()))


def open_listener(address: str) -> socket.socket:
    """A socket that listens on ``host:port``; raises `OSError` when the address is taken."""
    host, _, port = address.rpartition(":")
    listener = socket.socket(socket.AF_INET6 if host.startswith("[") else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), int(port)))
        listener.listen(4096)
    except OSError:
        listener.close()
        raise
    return listener


def start(process: Process, mark: str, listener: socket.socket | None) -> None:
    """Start it in a session of its own, with its marks, output into ``pipe``.

    A program that can't be run is a child that ends at once, with the reason as its last words.
    fork is safe here: the keeper has one thread.
    """
    process.run = os.urandom(16).hex()
    process.began = time.monotonic()
    process.leaving = False
    process.tail.clear()
    process.pipe, out = os.pipe2(os.O_CLOEXEC)
    failed, fail = os.pipe2(os.O_CLOEXEC)
    shared = listener if process.spec["listens"] == "socket" else None
    pid = os.fork()
    if pid == 0:
        _become(process, mark, shared, out, fail)
    os.close(out)
    os.close(fail)
    # Ends when the program is in place: from then on it carries its marks.
    trouble = os.read(failed, 200)
    os.close(failed)
    if trouble:
        process.tail.append(trouble.decode(errors="replace"))
    os.set_blocking(process.pipe, False)
    process.pid = pid
    process.start = start_of(pid)


def _become(
    process: Process, mark: str, shared: socket.socket | None, out: int, fail: int
) -> NoReturn:
    spec = process.spec
    try:
        os.setsid()
        os.umask(0o022)
        signal.set_wakeup_fd(-1)
        for each in (signal.SIGPIPE, signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        environment = {**spec["env"], PLACE_MARK: mark, RUN_MARK: process.run}
        os.dup2(out, 1)
        os.dup2(out, 2)
        if shared is not None:
            os.dup2(shared.fileno(), HANDED_ON)
            environment |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
        os.chdir(spec["cwd"])
        os.execve(spec["program"], spec["argv"], environment)  # noqa: S606 - argv, no shell
    except OSError as error:
        os.write(fail, f"can't be run: {error.strerror}".encode())
    finally:
        os._exit(127)
