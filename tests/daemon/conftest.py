"""A small world for daemons: a bare remote, two persons with keys, places of the memory driver."""

import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from daemon_files import app_file, environment_file, promotion_file, release_file

from reconciler.daemon.loop import Reconciler
from reconciler.drivers.memory import MemoryDriver, MemoryPlaces
from reconciler.model.deployment import Work
from reconciler.model.host import Host
from reconciler.ports import Clock, Driver, Failpoints, Sources
from reconciler.registry import build_reconciler
from reconciler.repository.git import Git
from reconciler.system.configuration import Configuration

sys.path.insert(0, str(Path(__file__).parents[1] / "trackers"))


@dataclass
class World:
    """The remote and everything around it. ``places`` is what all daemons act upon."""

    folder: Path
    keys: dict[str, str]
    root: str = ""
    places: MemoryPlaces = field(default_factory=MemoryPlaces)
    said: list[str] = field(default_factory=list)
    """What all daemons say."""
    versions: tuple[str, ...] = ("1.0.0", "1.1.0", "1.2.0", "2.0.0")
    settings: dict[str, object] = field(default_factory=dict)
    """What else the daemons' hosts say."""

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    @property
    def git(self) -> Git:
        return Git(self.remote, self.folder / "home")

    @property
    def tip(self) -> str:
        return self.git.tell(["rev-parse", "main"])

    def commit(
        self, files: dict[str, str | None], *, onto: Iterable[str], by: str, message: str = "m"
    ) -> str:
        """A signed commit with these files changed from the first parent's tree; moves nothing."""
        parents = list(onto)
        index = {"GIT_INDEX_FILE": str(self.folder / f"index-{by}")}
        self.git.tell(["read-tree", *(parents[:1] or ["--empty"])], extra=index)
        for path, text in files.items():
            if text is None:
                self.git.tell(["rm", "--cached", "-q", path], extra=index)
                continue
            blob = self.git.tell(["hash-object", "-w", "--stdin"], stdin=text.encode())
            entry = f"100644,{blob},{path}"
            self.git.tell(["update-index", "--add", "--cacheinfo", entry], extra=index)
        tree = self.git.tell(["write-tree"], extra=index)
        flags = [flag for parent in parents for flag in ("-p", parent)]
        key = ["-c", f"user.signingkey={self.folder / by}"]
        arguments = [*key, "commit-tree", tree, *flags, "-S", "-m", message]
        return self.git.tell(arguments)

    def push(self, commit: str) -> None:
        self.git.tell(["update-ref", "refs/heads/main", commit])

    def promote(self, version: str, *environments: str, merged_by: str = "ana") -> str:
        """Ben asks for a version, somebody merges it; returns the merge."""
        files = {f"environments/{each}/shop.yaml": promotion_file(version) for each in environments}
        base = self.tip
        asked = self.commit(dict(files), onto=[base], by="ben")
        merge = self.commit(dict(files), onto=[base, asked], by=merged_by)
        self.push(merge)
        return merge

    def configuration(self, name: str = "one") -> Configuration:
        host = Host.model_validate(
            {
                "name": name,
                "state": f"state-{name}",
                "poll": "1s",
                "remote": {"url": str(self.remote)},
                "trust": {"root": self.root},
                "history": {
                    "key": str(self.folder / name),
                    "reconcilers": {each: self.keys[each] for each in ("one", "two", "three")},
                },
                "drivers": {"memory": True},
                **self.settings,
            }
        )
        return Configuration(host, self.folder / "tagboat.toml")

    def daemon(
        self,
        name: str = "one",
        *,
        failing: dict[str, Work] | None = None,
        driver: Driver | None = None,
        sources: Sources | None = None,
        failpoints: Failpoints | None = None,
        clock: Clock | None = None,
    ) -> Reconciler:
        """A daemon of this world."""
        memory = driver or MemoryDriver(places=self.places, failing=failing)
        return build_reconciler(
            self.configuration(name),
            self.said.append,
            drivers={"memory": memory},
            probes={},
            sources=sources,
            failpoints=failpoints,
            clock=clock,
        )

    def running(self, environment: str) -> str:
        place = self.places.places.get((environment, "shop"))
        return place.current.version if place and place.current else ""


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Private keys in a folder, and name → public key."""
    folder = tmp_path_factory.mktemp("keys")
    public = {}
    for name in ("ana", "ben", "eve", "one", "two", "three"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]
        subprocess.run(command, cwd=folder, check=True)
        public[name] = " ".join((folder / f"{name}.pub").read_text().split()[:2])
    return folder, public


def build_world(
    folder: Path,
    keys: tuple[Path, dict[str, str]],
    *environments: str,
    version: str = "1.0.0",
) -> World:
    """The world with these environments in an empty folder; each starts with the version, if any."""
    kept, public = keys
    for name in public:
        (folder / name).write_bytes((kept / name).read_bytes())
        (folder / name).chmod(0o600)
    world = World(folder, public)
    world.remote.mkdir()
    world.git.tell(["init", "-q", "--bare", "-b", "main", str(world.remote)])
    people = "".join(
        f'  {each}: {{name: {each}, keys: ["{public[each]}"]}}\n' for each in ("ana", "ben")
    )
    files: dict[str, str | None] = {
        "environments/people.yaml": (
            f"apiVersion: tagboat/v1\nkind: People\npeople:\n{people}"
            "roles: {developer: [ana, ben], admin: [ana]}\n"
        ),
        "releases/shop/app.yaml": app_file(),
    }
    for each in world.versions:
        files[f"releases/shop/{each}/release.yaml"] = release_file(each)
    for each in environments:
        files[f"environments/{each}/environment.yaml"] = environment_file(each)
        if version:
            files[f"environments/{each}/shop.yaml"] = promotion_file(version)
    world.root = world.commit(files, onto=[], by="ana")
    world.push(world.root)
    return world


@pytest.fixture(scope="session")
def world_in(keys: tuple[Path, dict[str, str]]) -> Callable[..., World]:
    """Make a world in a folder that is given, for fixtures that live longer; see `build_world`."""
    return partial(_build_in, keys)


def _build_in(keys, folder: Path, *environments: str, version: str = "1.0.0") -> World:
    return build_world(folder, keys, *environments, version=version)


@pytest.fixture
def make_world(tmp_path: Path, keys: tuple[Path, dict[str, str]]) -> Callable[..., World]:
    """Make the world with these environments; see `build_world`."""
    return partial(build_world, tmp_path, keys)
