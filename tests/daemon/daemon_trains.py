"""An app with a train: its repository, a clock that is given, and a daemon that looks when told."""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from daemon_files import app_file, environment_file

from reconciler.daemon.loop import Reconciler
from reconciler.drivers.memory import MemoryDriver
from reconciler.registry import build_reconciler

if TYPE_CHECKING:
    from conftest import World

TRAIN = """\
train: {schedule: {days: [mon, wed], time: "15:00", timezone: America/New_York}}
"""


@dataclass
class GivenClock:
    """A clock that stands still until it is put on."""

    at: datetime
    passed: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.put_on(timedelta(seconds=seconds))

    def put_on(self, span: timedelta) -> None:
        self.at += span
        self.passed += span.total_seconds()

    def set(self, at: datetime) -> None:
        self.put_on(at - self.at)


@dataclass
class Yard:
    """The world, the app's repository, and the clock."""

    world: "World"
    clock: GivenClock
    commits: list[str] = field(default_factory=list)

    @property
    def app(self) -> Path:
        return self.world.folder / "shop.git"

    def git(self, *arguments: str, folder: Path | None = None) -> str:
        command = ["git", "-C", str(folder or self.app), *arguments]
        who = ["-c", "user.name=Ana Silva", "-c", "user.email=ana@shop.example"]
        done = subprocess.run(
            [command[0], *who, *command[1:]], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def found(self) -> None:
        """Make the app's repository."""
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.app)], check=True)

    def work(self, message: str, *, branch: str = "main") -> str:
        """One more commit on a branch of the app; its tree is another one each time."""
        blob = subprocess.run(
            ["git", "-C", str(self.app), "hash-object", "-w", "--stdin"],
            input=f"{message} {len(self.commits)}",
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        tree = subprocess.run(
            ["git", "-C", str(self.app), "mktree"],
            input=f"100644 blob {blob}\tpage\n",
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        known = subprocess.run(
            ["git", "-C", str(self.app), "rev-parse", "--verify", "-q", branch],
            check=False,
            capture_output=True,
            text=True,
        ).stdout.split()
        parents = [flag for each in known for flag in ("-p", each)]
        commit = self.git("commit-tree", tree, *parents, "-m", message)
        self.git("update-ref", f"refs/heads/{branch}", commit)
        self.commits.append(commit)
        return commit

    def daemon(self, name: str = "one", **parts: object) -> Reconciler:
        return build_reconciler(
            self.world.configuration(name),
            self.world.said.append,
            drivers={"memory": MemoryDriver(places=self.world.places)},
            probes={},
            clock=self.clock,
            **parts,
        )

    def at(self, instant: str, *, name: str = "one") -> Reconciler:
        """A daemon that was started anew at this instant, and has done all there is to do."""
        self.clock.set(datetime.fromisoformat(instant))
        daemon = self.daemon(name)
        daemon.run_once()
        return daemon

    def merge(self, files: dict[str, str | None], *, by: str = "ana", author: str = "ben") -> str:
        base = self.world.tip
        asked = self.world.commit(dict(files), onto=[base], by=author)
        merge = self.world.commit(dict(files), onto=[base, asked], by=by)
        self.world.push(merge)
        return merge

    @property
    def releases(self) -> list[str]:
        said = self.world.git.tell(["ls-tree", "-r", "--name-only", "main", "releases/shop"])
        return [each.split("/")[2] for each in said.splitlines() if each.endswith("release.yaml")]

    def file(self, path: str) -> str:
        return self.world.git.tell(["show", f"main:{path}"]) + "\n"


def build_yard(
    world: "World",
    at: str,
    *,
    more: str = TRAIN,
    versions: str = "versions: {scheme: calver, pattern: YYYY.0M.0D.N}",
    files: dict[str, str] | None = None,
    environments: Iterable[str] = (),
) -> Yard:
    """The yard at an instant; what stands in its files is the trust root."""
    clock = GivenClock(datetime.fromisoformat(at))
    yard = Yard(world, clock)
    yard.found()
    world.settings["repositories"] = {"shop": {"url": str(yard.app)}}
    rooted = {
        "releases/shop/app.yaml": app_file().replace("versions: {scheme: semver}", versions) + more,
        **{f"environments/{x}/environment.yaml": environment_file(x) for x in environments},
        **(files or {}),
    }
    world.root = world.commit(dict(rooted), onto=[world.tip], by="ana")
    world.push(world.root)
    yard.work("feat: begin")
    return yard
