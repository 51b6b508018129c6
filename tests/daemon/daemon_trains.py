"""An app with a train: its repository, a clock that is given, and a daemon that looks when told."""

import subprocess
from collections.abc import Iterable, Mapping
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

NONE: Mapping[str, str] = {}
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


class KilledError(BaseException):
    """The daemon is gone."""


@dataclass
class Kill:
    """Ends the daemon where it reaches a point for the n-th time."""

    name: str
    left: int

    def reach(self, name: str) -> None:
        if name == self.name:
            self.left -= 1
            if self.left == 0:
                raise KilledError(name)


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

    def work(
        self,
        message: str,
        *,
        branch: str = "main",
        start: str = "",
        merging: str = "",
        programs: Mapping[str, str] = NONE,
    ) -> str:
        """One more commit on a branch of the app; its tree is another one each time.

        A branch that isn't there yet begins at ``start``, and ``merging`` is another one that comes
        in. ``programs`` are its files that can be run, by name.
        """
        page = self._git(["hash-object", "-w", "--stdin"], f"{message}\n{len(self.commits)}")
        entries = f"100644 blob {page}\tpage\n"
        for name, text in programs.items():
            program = self._git(["hash-object", "-w", "--stdin"], text)
            entries += f"100755 blob {program}\t{name}\n"
        tree = self._git(["mktree"], entries)
        known = [self._git(["for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}"])]
        known = [known[0] or (self.git("rev-parse", start) if start else "")]
        known += [self.git("rev-parse", merging)] if merging else []
        parents = [flag for each in known if each for flag in ("-p", each)]
        commit = self.git("commit-tree", tree, *parents, "-m", message)
        self.git("update-ref", f"refs/heads/{branch}", commit)
        self.commits.append(commit)
        return commit

    def _git(self, arguments: list[str], said: str = "") -> str:
        command = ["git", "-C", str(self.app), *arguments]
        done = subprocess.run(command, input=said, check=True, capture_output=True, text=True)
        return done.stdout.strip()

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
