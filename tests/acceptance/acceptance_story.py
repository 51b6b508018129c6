"""The worked example as its users have it: real processes, real git, the public commands."""

import http.client
import json
import random
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.daemon.view import View
from reconciler.planner.plan import make_plan
from reconciler.registry import open_view
from reconciler.system.clock import SystemClock
from reconciler.system.configuration import read_configuration
from reconciler.tutorial.layout import Layout
from reconciler.tutorial.ports import taken

TAGBOAT = Path(sys.executable).with_name("tagboat")
REPOSITORY = Path(__file__).parents[2]
PATIENCE = 90.0


def until(answer: Callable[[], object], what: str, *, patience: float = PATIENCE) -> object:
    """The first true answer; fails when there is none in time."""
    begin = now = time.monotonic()
    while now < begin + patience:
        if found := answer():
            return found
        # Asking costs git processes, which the daemon then lacks the processor for.
        time.sleep(min(0.5, 0.05 + (now - begin) / 8))
        now = time.monotonic()
    pytest.fail(f"never happened: {what}")


@dataclass
class Story:
    """One prepared example and the daemon that works on it."""

    layout: Layout
    ports: dict[str, int]
    environment: dict[str, str]
    daemon: subprocess.Popen[bytes] | None = None
    reader: View | None = None

    def start(self, failpoint: str = "") -> None:
        environment = dict(self.environment)
        if failpoint:
            environment["TAGBOAT_FAILPOINT"] = failpoint
        log = (self.layout.logs / "daemon.log").open("ab")
        command = [TAGBOAT, "reconcile", "--config", self.layout.configuration]
        with log:
            self.daemon = subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.daemon
        self.daemon.send_signal(number)
        return self.daemon.wait(60)

    def said(self) -> str:
        return (self.layout.logs / "daemon.log").read_text()

    def tagboat(self, *words: str, code: int | None = 0) -> str:
        """What the engineer's command prints."""
        clone = self.layout.clone("engineer")
        command = [str(TAGBOAT), *words, "-C", str(clone)]
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment)
        assert code is None or done.returncode == code, done.stderr + done.stdout
        return done.stdout

    def promote(self, app: str, version: str, environment: str, *, by: str = "approver") -> None:
        """The engineer promotes with the public command; somebody runs the line it printed."""
        line = self.tagboat("promote", f"{app}@{version}", "--to", environment).strip()
        done = subprocess.run(
            ["bash", "-c", f"cd {shlex.quote(str(self.layout.clone(by)))} && {line}"],
            capture_output=True,
            text=True,
            env=self.environment,
        )
        assert done.returncode == 0, done.stderr

    def history(self) -> list[dict[str, object]]:
        """All records, oldest first."""
        return list(reversed(json.loads(self.tagboat("history", "-n", "0", "-o", "json"))))

    def status(self) -> dict[str, dict[str, object]]:
        """What the command's own parts say of each place, without starting a process each time."""
        if self.reader is None:
            configuration = read_configuration(self.layout.configuration)
            self.reader = open_view(configuration, self.layout.folder / "reader")
        self.reader.refresh()
        decisions = make_plan(self.reader.inputs(now=SystemClock().now())).decisions
        return {str(each.place): each.as_json() for each in decisions}

    def get(self, place: str, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[place], timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def version(self, place: str) -> str:
        """The version that answers, empty for nobody."""
        try:
            status, body = self.get(place, "/version")
        except OSError:
            return ""
        return json.loads(body)["version"] if status == 200 else ""

    def arrives(self, place: str, version: str) -> None:
        """Wait until this version is settled in the place and answers there."""

        def there() -> bool:
            seen = self.status()[place]
            return seen["running"] == version and seen["verdict"] in {"in-sync", "hold"}

        until(lambda: self.version(place) == version, f"{version} answers in {place}")
        until(there, f"{version} settled in {place}")


@dataclass
class Load:
    """Asks places all the time, each time on a new connection."""

    story: Story
    places: tuple[str, ...]
    answered: int = 0
    refused: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Load":
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.thread.join(30)

    def _ask(self) -> None:
        while not self.stopping.is_set():
            for place in self.places:
                try:
                    status, _ = self.story.get(place, "/version")
                except OSError as error:
                    self.refused.append(f"{place}: {error!r}")
                else:
                    self.answered += status == 200
            self.stopping.wait(0.02)


def free_base() -> int:
    while True:
        base = random.randrange(20_000, 30_000)
        if not taken(range(base, base + 10)):
            return base
