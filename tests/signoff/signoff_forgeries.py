"""Histories made with git itself, of stories good and forged, up to what a daemon starts.

    make forgeries
    .venv/bin/python tests/signoff/signoff_forgeries.py [--histories N] [--seed N] [--jobs N]

Each story has an environment of its own, so that what one of them comes to says nothing about
another. A good one starts 1.1.0 in its place; a forged one must never start anything there. The
repositories are made in memory where the machine has a folder for that.
"""

import argparse
import multiprocessing
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from signoff_forged import FORGED_ONES
from signoff_good import GOOD_ONES
from signoff_tale import Story, Tale, environment
from signoff_town import PLACES, Town, files_of, promotion_file, release_file
from signoff_world import LISTED, Workshop

from reconciler.daemon.loop import Reconciler
from reconciler.drivers.memory import MemoryDriver, MemoryPlaces
from reconciler.registry import build_reconciler
from reconciler.system.configuration import read_configuration

STORIES_OF_ONE = 8
STORIES: tuple[tuple[bool, Story], ...] = (
    *((True, each) for each in GOOD_ONES),
    *((False, each) for each in FORGED_ONES),
)
MEMORY = Path("/dev/shm")
_STARTED = re.compile(r"^(env\d+)/shop (\S+) started$", re.MULTILINE)

Told = list[tuple[str, bool, bool, str]]
"""Of each story its name, whether it is good, whether it started, and why not."""


@dataclass
class Press:
    """Makes histories in a folder, from one repository that is made once."""

    folder: Path
    keys: Path
    template: Path = field(init=False)

    def __post_init__(self) -> None:
        app = self._app()
        self.template = self.folder / "template"
        self.template.mkdir()
        shop = Workshop.__new__(Workshop)
        shop.folder, shop.keys, shop.guards = self.template, self.keys, ""
        shop.run("init", "-q", "-b", "main")
        files: dict[str, str] = {
            **files_of(shop.public),
            **{f"releases/shop/{each}/release.yaml": text for each, text in app.items()},
        }
        for number in range(STORIES_OF_ONE):
            name = f"env{number}"
            files[f"environments/{name}/environment.yaml"] = environment(name)
            files[f"environments/{name}/shop.yaml"] = promotion_file("1.0.0", more=f"# {name} \n")
        for each in PLACES:
            files.pop(f"environments/{each}/shop.yaml", None)
        shop.write(files)
        shop.commit("root", by="bob")

    def _app(self) -> dict[str, str]:
        """The app's repository; version → its release file. The tag of 1.2.0 was moved."""
        folder = self.folder / "app"
        folder.mkdir()
        app = Workshop.__new__(Workshop)
        app.folder, app.keys, app.guards = folder, self.keys, ""
        app.run("init", "-q", "-b", "main")
        found: dict[str, str] = {}
        for version in ("1.0.0", "1.1.0", "1.2.0"):
            app.write({"app.py": f"# {version}\n"})
            made = app.commit(version)
            tree = app.run("rev-parse", "HEAD^{tree}")
            text = release_file(version).replace("a" * 40, made).replace("b" * 40, tree)
            found[version] = text
            app.run("tag", "-m", version, f"v{version}")
        app.write({"app.py": "# moved\n"})
        app.commit("moved")
        app.run("tag", "-f", "-m", "1.2.0", "v1.2.0")
        return found

    def town(self, seed: int) -> Town:
        at = self.folder / f"h{seed}"
        at.mkdir()
        shutil.copytree(self.template, at / "repository")
        town = Town(at / "repository", self.keys, "")
        town.configure()
        more = f'[repositories.shop]\nurl = "{self.folder / "app"}"\n'
        town.configuration.write_text(town.configuration.read_text() + more)
        return town

    def daemon(self, town: Town, places: MemoryPlaces) -> Reconciler:
        return build_reconciler(
            read_configuration(town.configuration),
            lambda _: None,
            drivers={"memory": MemoryDriver(places=places)},
            probes={},
        )

    def tell(self, seed: int, *stories: tuple[bool, Story]) -> Told:
        """A history of these stories, or of drawn ones.

        For each of them its name, whether it is good, whether it started, and why not.
        """
        random, town, places = Random(seed), self.town(seed), MemoryPlaces()
        self.daemon(town, places).run_once()
        tales = []
        drawn = stories or tuple(random.choice(STORIES) for _ in range(STORIES_OF_ONE))
        for number, (good, story) in enumerate(drawn):
            story(Tale(town, random, number))
            tales.append((number, good, story.__name__))
        plan = self.daemon(town, places).run_once()
        log = town.run("log", "--format=%s", "refs/heads/tagboat/history", "--")
        started = {(where, version) for where, version in _STARTED.findall(log)}
        held = {str(each.place): each.sentence for each in plan.decisions} if plan else {}
        shutil.rmtree(town.base)
        return [
            (
                name,
                good,
                any(where == f"env{number}" and version != "1.0.0" for where, version in started),
                held.get(f"env{number}/shop", ""),
            )
            for number, good, name in tales
        ]


@dataclass
class Score:
    """What became of all stories."""

    told: Counter[str] = field(default_factory=Counter)
    started: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    forged: list[str] = field(default_factory=list)

    def add(self, seed: int, found: Told) -> None:
        for name, good, started, why in found:
            self.told[name] += 1
            self.started[name] += started
            if good and not started:
                self.refused.append(f"history {seed}: {name}: {why}")
            if started and not good:
                self.forged.append(f"history {seed}: {name}")

    def share(self) -> tuple[int, int]:
        """Good stories that started, and all of them."""
        good = [each.__name__ for good, each in STORIES if good]
        return sum(self.started[each] for each in good), sum(self.told[each] for each in good)

    def __str__(self) -> str:
        rows = [f"{'story':42}{'':8}{'told':>6}{'started':>9}"]
        for good, each in STORIES:
            name = each.__name__
            sort = "good" if good else "forged"
            rows.append(f"{name:42}{sort:8}{self.told[name]:6}{self.started[name]:9}")
        return "\n".join([*rows, self.sum, *sorted(self.refused), *sorted(self.forged)])

    @property
    def sum(self) -> str:
        won, good = self.share()
        forged = self.told.total() - good
        return f"good: {won} of {good} started; forged: {len(self.forged)} of {forged} started"


def make_keys(folder: Path) -> Path:
    for person in (*LISTED, "stranger", "one"):
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", folder / person]
        subprocess.run(made, check=True)
    return folder


def play(press: Press, seeds: range, *, jobs: int) -> Score:
    """What becomes of the histories of these seeds; a line is said after each of them."""
    score = Score()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        playing = {pool.submit(press.tell, seed): seed for seed in seeds}
        for count, each in enumerate(as_completed(playing), start=1):
            score.add(playing[each], each.result())
            print(f"{count} of {len(seeds)} histories; {score.sum}", flush=True)
    return score


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--histories", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.histories)
    where = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        keys = Path(folder) / "keys"
        keys.mkdir()
        score = play(Press(Path(folder), make_keys(keys)), seeds, jobs=asked.jobs)
    print(score)
    won, good = score.share()
    return 0 if not score.forged and won >= 0.95 * good else 1


if __name__ == "__main__":
    sys.exit(main())
