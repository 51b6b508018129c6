"""The worked example with places of memory: everything real but the apps."""

import os
import random
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.drivers.memory import MemoryDriver, MemoryPlaces
from reconciler.model.deployment import TestSpec, Work
from reconciler.registry import build_reconciler
from reconciler.system.configuration import read_configuration
from reconciler.tutorial.layout import Layout
from reconciler.tutorial.ports import taken
from reconciler.tutorial.preparation import prepare

REPOSITORY = Path(__file__).parents[2]
TAGBOAT = Path(sys.executable).with_name("tagboat")


class Yes:
    """A probe that is always content."""

    def check(self, test: TestSpec, folder: Path | None, *, timeout: float) -> None:
        del test, folder, timeout


@dataclass
class Example:
    """The remote, the persons' clones, and a daemon that runs when it is asked to."""

    layout: Layout
    environment: dict[str, str]
    places: MemoryPlaces = field(default_factory=MemoryPlaces)

    @property
    def engineer(self) -> Path:
        return self.layout.clone("engineer")

    @property
    def approver(self) -> Path:
        return self.layout.clone("approver")

    def reconcile(self) -> None:
        """Do everything that may be done now; 1.3.0 fails."""
        memory = MemoryDriver(places=self.places, failing={"1.3.0": Work.ROLLOUT})
        daemon = build_reconciler(
            read_configuration(self.layout.configuration),
            lambda _: None,
            drivers={"local": memory},
            probes={"http": Yes(), "command": Yes()},
        )
        with daemon.wake:
            daemon.run_once()
        # Nobody runs here between two calls, and that is not what these tests are about.
        (self.layout.state / "alive").unlink()

    def git(self, *words: str, clone: Path | None = None) -> str:
        command = ["git", "-C", str(clone or self.engineer), *words]
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def tagboat(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """The real command in the engineer's clone; ``more`` are environment variables."""
        command = [str(TAGBOAT), *words]
        environment = {**self.environment, **more}
        return subprocess.run(
            command, cwd=self.engineer, capture_output=True, text=True, env=environment
        )

    def shell(self, line: str, *, clone: Path) -> None:
        """A line pasted by the owner of a clone."""
        command = ["bash", "-c", f"cd {shlex.quote(str(clone))} && {line}"]
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment)
        assert done.returncode == 0, done.stderr

    def promote(self, release: str, environment: str, *, merged_in: Path) -> None:
        done = self.tagboat("promote", release, "--to", environment)
        assert done.returncode == 0, done.stderr
        assert done.stdout, done.stderr  # nothing to merge: it is promoted there already
        self.shell(done.stdout, clone=merged_in)


def make_example(folder: Path) -> Example:
    """Six places that run, one held for sign-off, one that went back.

    ``production/blog`` was merged by its author; ``staging/shop`` failed with 1.3.0.
    """
    layout = Layout(folder / "up")
    prepare(layout, REPOSITORY, port_base=_free_base(), say=lambda _: None)
    home = folder / "home"
    home.mkdir()
    hidden = ("GIT_CONFIG_GLOBAL", "TAGBOAT_CONFIG", "XDG_CONFIG_HOME", "FORCE_COLOR", "COLUMNS")
    environment = {
        **{name: each for name, each in os.environ.items() if name not in hidden},
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "TERM": "xterm",
    }
    example = Example(layout, environment)
    example.reconcile()
    example.promote("blog@2026.43.1", "production", merged_in=example.engineer)
    example.promote("shop@1.3.0", "staging", merged_in=example.approver)
    example.reconcile()
    return example


def _free_base() -> int:
    while True:
        base = random.randrange(20_000, 30_000)
        if not taken(range(base, base + 10)):
            return base
