"""Places to try drivers on: a small server as release, and where its files come from."""

import json
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from reconciler.drivers.local import LocalDriver, stop_all
from reconciler.drivers.memory import MemoryDriver, MemoryPlaces
from reconciler.errors import StepFailedError
from reconciler.model.content import Content, ContentComponent, PlaceTarget
from reconciler.model.deployment import Work
from reconciler.model.host import LocalDriver as Settings
from reconciler.model.observation import Rollout, RolloutState
from reconciler.model.release import Artifact
from reconciler.ports import Driver
from reconciler.system.clock import SystemClock
from reconciler.system.failpoints import NoFailpoints

UNFETCHABLE = "6.6.6-unfetchable"
DYING = "6.6.6-dying"

SERVER = """#!{python} -IS
import os, signal, socket, sys, time
version = open("VERSION").read()
mode = os.environ.get("MODE", "")
print("here is", version, flush=True)
running = True
def stop(*_):
    global running
    running = False
if mode == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for _ in range(2):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execve(sys.executable, [sys.executable, "-IS", "-c",
                    "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"], {{}})
            time.sleep(600)
else:
    signal.signal(signal.SIGTERM, stop)
if os.environ.get("LISTEN_FDS") == "1":
    assert os.environ["LISTEN_PID"] == str(os.getpid())
    door = socket.socket(fileno=3)
else:
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", int(os.environ["PORT"])))
    door.listen(128)
door.settimeout(0.05)
while running:
    try:
        guest, _ = door.accept()
    except OSError:
        continue
    guest.settimeout(2)
    asked = guest.recv(4096)
    if asked.startswith(b"GET /crash"):
        os._exit(7)
    if asked.startswith(b"GET /env"):
        body = repr(sorted(os.environ)).encode()
    else:
        body = version.encode()
    guest.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + body)
    guest.close()
"""


DEATH = """#!/bin/sh
printf 'no \\033[31mgood\\n'
exit 3
"""


class ServerArtifacts:
    """Every release is the same small server, which says its version."""

    def __init__(self) -> None:
        self.fetched = 0

    def fetch(
        self, content: Content, component: ContentComponent, into: Path, *, timeout: float
    ) -> None:
        self.fetched += 1
        if content.version == UNFETCHABLE:
            raise StepFailedError("the tag was moved")
        (into / "VERSION").write_text(content.version)
        program = into / "server.py"
        # On a busy machine Python begins later than a place settles; a shell is quick to die.
        dying = content.config.get("MODE") == "die"
        program.write_text(DEATH if dying else SERVER.format(python=sys.executable))
        program.chmod(0o755)


def content_of(
    version: str,
    *,
    listens: str = "socket",
    mode: str = "",
    run: tuple[str, ...] | None = ("./server.py",),
) -> Content:
    """Content of this version; ``mode`` tells the server how to behave."""
    mode = "die" if version == DYING else mode
    component = ContentComponent(
        name="web", version=version, artifact=Artifact(tree="b" * 40), run=run, listens=listens
    )
    return Content(
        app="shop",
        repository="shop",
        version=version,
        tag=f"v{version}",
        commit="a" * 40,
        components=(component,),
        config={"MODE": mode} if mode else {},
    )


def free_port() -> int:
    with socket.socket() as each:
        each.bind(("127.0.0.1", 0))
        return int(each.getsockname()[1])


def ask(port: int, path: str = "/") -> str:
    """What the place answers; raises `OSError` when it doesn't."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as guest:
        guest.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        answer = b""
        while piece := guest.recv(4096):
            answer += piece
    if b"\r\n\r\n" not in answer:
        raise ConnectionResetError("no answer")
    return answer.partition(b"\r\n\r\n")[2].decode()


def eventually(holds: Callable[[], bool], what: str, *, within: float = 20) -> None:
    """Wait until it holds; fails with ``what`` when it doesn't in time."""
    until = time.monotonic() + within
    while not holds():
        assert time.monotonic() < until, f"not in {within} s: {what}"
        threading.Event().wait(0.02)


def finish(driver: Driver, target: PlaceTarget, content: Content | None) -> Rollout:
    """The rollout when it no longer runs."""
    seen: list[Rollout] = []

    def over() -> bool:
        seen.append(driver.rollout(target, content))
        return seen[-1].state is not RolloutState.RUNNING

    eventually(over, "the rollout ends")
    return seen[-1]


class MemoryWorld:
    """Places in memory."""

    def __init__(self, folder: Path) -> None:
        self.places = MemoryPlaces()
        self.target = PlaceTarget(environment="dev", app="shop", driver="memory")

    def driver(self) -> Driver:
        failing = {UNFETCHABLE: Work.PREPARE, DYING: Work.ROLLOUT}
        return MemoryDriver(ServerArtifacts(), places=self.places, failing=failing)

    def answers(self) -> str:
        place = self.places.of(self.target)
        return place.current.version if place.current and place.running else ""

    def page(self) -> bool:
        return self.places.of(self.target).page is not None

    def hidden(self) -> str:
        return self.answers()

    def prepared(self) -> int:
        return len(self.places.of(self.target).prepared)

    def change(self) -> str:
        """Somebody changes what runs by hand; what it answers then."""
        place = self.places.of(self.target)
        assert place.current is not None
        place.current, place.altered = content_of("by-hand"), "VERSION was changed"
        return "by-hand"

    def close(self) -> None:
        pass


class LocalWorld:
    """Places that are folders and processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.artifacts = ServerArtifacts()
        self.port = free_port()
        self.target = PlaceTarget(
            environment="dev",
            app="shop",
            driver="local",
            root="dev/shop",
            listen=f"127.0.0.1:{self.port}",
        )

    def driver(self, *, stop_after: str = "5s", settle: float = 0.25) -> LocalDriver:
        return LocalDriver(
            Settings(folder=str(self.folder), stop_after=stop_after),
            folder=self.folder,
            artifacts=self.artifacts,
            failpoints=NoFailpoints(),
            clock=SystemClock(),
            settle=settle,
            back_off=0.1,
        )

    @property
    def place(self) -> Path:
        return self.folder / "dev" / "shop"

    def keeper(self) -> int:
        return int(json.loads((self.place / "keeper" / "lock").read_text())["pid"])

    def answers(self) -> str:
        try:
            return ask(self.port)
        except OSError:
            return ""

    def page(self) -> bool:
        """Whether visitors see the page of maintenance."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as guest:
            guest.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b""
            while piece := guest.recv(4096):
                answer += piece
        return answer.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: 300\r\n" in answer

    def hidden(self) -> str:
        """What the content answers behind the page."""
        return ask(int(self.driver().address(self.target).rpartition(":")[2]))

    def prepared(self) -> int:
        return len(list((self.place / "contents").iterdir()))

    def change(self) -> str:
        """Somebody changes what runs by hand; what it answers then."""
        (self.place / "current" / "web" / "VERSION").write_text("by-hand")
        with suppress(OSError):
            ask(self.port, "/crash")
        eventually(lambda: self.answers() == "by-hand", "it is started again")
        return "by-hand"

    def close(self) -> None:
        stop_all(self.folder)
