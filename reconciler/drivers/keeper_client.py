"""Speaking with a place's keeper: start one, adopt one, give orders, see it end."""

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.drivers.keeper.identity import Identity, holder_of, lives
from reconciler.errors import StepErroredError
from reconciler.ports import Clock
from reconciler.system.processes import kill_marked

_START = Path(__file__).parent / "keeper" / "start.py"
_ANSWER = 5.0
_BEGIN = 30.0
_LOOK = 0.05
_LOOKS = 200
_READY, _HELD = 0, 3


@dataclass(frozen=True, slots=True)
class KeeperStatus:
    """What a keeper says of its place; keys are digests of contents.

    ``state`` is one of ``starting switching running backing-off failed stopped stopping``;
    ``failed`` is the key of the last switch that failed, and ``why`` says why.
    """

    key: str
    version: str
    next: str
    state: str
    failed: str
    why: str
    restarts: int
    exits: tuple[str, ...]
    old_ended: bool
    maintenance: bool
    """Whether there is a page of maintenance: on its way, shown, or still answering somebody."""
    page: bool
    """Whether visitors see it, and nothing else."""
    address: str
    """Where only this host reaches what serves; empty when everybody does."""
    pids: tuple[int, ...]


class KeeperClient:
    """The keeper of one folder, whichever process that is at the moment."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """The folder need not exist."""
        self._folder = folder
        self._clock = clock

    def holder(self) -> Identity | None:
        """The keeper's process: alive, not a zombie, and the one that holds the lock."""
        return holder_of(self._folder / "lock")

    def status(self) -> KeeperStatus | None:
        """Where everything stands; nothing when there is no keeper.

        Raises `StepErroredError` when there is one that doesn't answer.
        """
        return self._exchange({"order": "status"})

    def switch(self, order: dict[str, Any], *, timeout: float) -> KeeperStatus:
        """Have the order's processes brought in, by a new keeper if there is none."""
        return self._have({**order, "order": "switch"}, timeout=timeout)

    def _have(self, order: dict[str, Any], *, timeout: float) -> KeeperStatus:
        until = self._clock.monotonic() + timeout
        while (left := until - self._clock.monotonic()) > 0:
            status = self.status()
            if status is None:
                self.begin()
            elif status.state == "stopping":
                self.wait_for_end(timeout=left)
            elif answer := self._exchange(order):
                return answer
        raise StepErroredError("the keeper takes no order")

    def maintain(self, page: dict[str, Any], *, timeout: float) -> KeeperStatus:
        """Have a page shown, by a new keeper if there is none."""
        return self._have({"order": "maintain", "page": page}, timeout=timeout)

    def lift(self, *, timeout: float) -> KeeperStatus:
        """Have visitors let in again, by a new keeper if there is none."""
        return self._have({"order": "lift"}, timeout=timeout)

    def clear(self, *, timeout: float) -> KeeperStatus:
        """Have what serves ended behind the page."""
        return self._have({"order": "clear"}, timeout=timeout)

    @property
    def maintained(self) -> bool:
        """Whether there is to be a page of maintenance, also after its keeper has died."""
        return (self._folder / "maintenance.json").exists()

    def begin(self) -> None:
        """Make sure that a keeper lives, detached from this process.

        It resumes what was desired before, after killing what its predecessor left.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        starter = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_START), str(self._folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        try:
            answer = starter.wait(_BEGIN)
        except subprocess.TimeoutExpired as error:
            starter.kill()
            starter.wait()
            raise StepErroredError("the keeper doesn't begin") from error
        if answer not in (_READY, _HELD):
            raise StepErroredError(f"the keeper can't begin: {self.last_words()}")

    def end(self, order: str) -> None:
        """Order ``stop`` (the next keeper resumes) or ``retire`` (it doesn't); doesn't wait.

        Without a keeper, what a dead one left behind is killed.
        """
        if order == "retire":
            for name in ("desired.json", "maintenance.json"):
                (self._folder / name).unlink(missing_ok=True)
        if self._exchange({"order": order}) is None:
            self.kill_orphans()

    def wait_for_end(self, *, timeout: float) -> bool:
        """Whether there is no keeper, or none any more within this many seconds."""
        holder = self.holder()
        if holder is None:
            return True
        try:
            pidfd = os.pidfd_open(holder.pid)
        except OSError:
            return True
        try:
            if not lives(holder):
                return True
            return bool(select.select([pidfd], [], [], max(0.0, timeout))[0])
        finally:
            os.close(pidfd)

    def kill(self) -> None:
        """Kill the keeper and all its processes, for one that doesn't end by itself."""
        holder = self.holder()
        if holder is not None:
            try:
                pidfd = os.pidfd_open(holder.pid)
            except OSError:
                pidfd = -1
            if pidfd >= 0:
                try:
                    if lives(holder):
                        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
                        select.select([pidfd], [], [], 1)
                finally:
                    os.close(pidfd)
        self.kill_orphans()

    def kill_orphans(self) -> int:
        """Kill what carries the place's mark; returns how many processes that were."""
        try:
            mark = (self._folder / "mark").read_text().strip()
        except OSError:
            return 0
        return kill_marked(mark) if mark else 0

    def last_words(self) -> str:
        """The last line of the keeper's log."""
        try:
            lines = (self._folder / "keeper.log").read_text(errors="replace").strip().splitlines()
        except OSError:
            return "it left no log"
        return lines[-1] if lines else "it left no log"

    def _exchange(self, request: dict[str, Any]) -> KeeperStatus | None:
        """One order, one answer; nothing when there is no keeper, or it ended meanwhile.

        A keeper that holds its lock may not listen yet, or no longer; orders may be repeated.
        """
        for _ in range(_LOOKS):
            holder = self.holder()
            if holder is None:
                return None
            try:
                return self._ask(holder, request)
            except (FileNotFoundError, ConnectionError):
                self.wait_for_end(timeout=_LOOK)
            except OSError as error:
                raise StepErroredError(
                    f"the keeper doesn't answer: {error.strerror or error}"
                ) from error
        raise StepErroredError("the keeper doesn't listen")

    def _ask(self, holder: Identity, request: dict[str, Any]) -> KeeperStatus:
        """One order, one answer. Raises `OSError` when nobody, or somebody else, answers."""
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_ANSWER)
                # A path of our own process is short; the folder's may be longer than 107 bytes.
                connection.connect(f"/proc/self/fd/{handle}/socket")
                credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
                if struct.unpack("3i", credentials)[0] != holder.pid:
                    raise ConnectionRefusedError("another process has the keeper's socket")
                connection.sendall(json.dumps(request).encode() + b"\n")
                with connection.makefile("rb") as answer:
                    line = answer.readline()
        finally:
            os.close(handle)
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the keeper hung up")
        said = json.loads(line)
        if "error" in said:
            raise StepErroredError(f"the keeper can't: {said['error']}")
        return KeeperStatus(
            key=said["key"],
            version=said["version"],
            next=said["next"],
            state=said["state"],
            failed=said["failed"],
            why=said["why"],
            restarts=said["restarts"],
            exits=tuple(said["exits"]),
            old_ended=said["old_ended"],
            maintenance=said["maintenance"],
            page=said["page"],
            address=said["address"],
            pids=tuple(said["pids"]),
        )
