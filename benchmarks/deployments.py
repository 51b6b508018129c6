"""From a merge to its first effect, and a thousand places at once: the real daemon, real git.

    .venv/bin/python benchmarks/deployments.py [places] [merges]

One daemon follows a bare remote on this machine; its places are folders. First it brings all
places to a release, then one merge moves all of them to the next one. Then merges come for one
place alone, and the clock runs from before `git update-ref` until the place has changed. The floor
is what bare git takes for the same files: fetch, unpack, sync, switch a link; nothing is judged,
claimed or written down there. Prints a table and writes ``build/bench/deployments.json``.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TAGBOAT = Path(sys.executable).with_name("tagboat")
APPS = 250
VERSIONS = ("1.0.0", "1.1.0")
EFFECT, CONVERGED = 0.250, 60.0
"""Targets in seconds: the 95th of a hundred first effects, and all places moved."""
_PATIENCE = 200.0
_HISTORY = "refs/heads/tagboat/history"
_PROMOTION = 'apiVersion: tagboat/v1\nkind: Promotion\napp: {app}\nrelease: "{version}"\n# {turn}\n'


@dataclass
class Town:
    """A remote, an app's repository and a daemon, in a folder."""

    folder: Path
    places: int
    public: dict[str, str] = field(default_factory=dict)
    daemon: subprocess.Popen[bytes] | None = None

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    @property
    def named(self) -> list[tuple[str, str]]:
        """Environment and app of each place."""
        return [(f"env{n // APPS}", f"app{n % APPS}") for n in range(self.places)]

    def git(self, *words: str, at: Path | None = None, stdin: str = "") -> str:
        """What git says in the remote, or elsewhere."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "t",
            "GIT_AUTHOR_EMAIL": "t@example.com",
            "GIT_COMMITTER_NAME": "t",
            "GIT_COMMITTER_EMAIL": "t@example.com",
        }
        command = ["git", "-c", "gpg.format=ssh", *words]
        text = stdin.encode()
        done = subprocess.run(  # noqa: PLW1510 - its own words are in the assertion
            command, cwd=at or self.remote, env=environment, input=text, capture_output=True
        )
        assert done.returncode == 0, f"git {words}: {done.stderr.decode()}"
        return done.stdout.decode().strip()

    def build(self) -> None:
        """Everything but the daemon; nothing is promoted yet."""
        for each in (self.remote, self.folder / "app.git", self.folder / "home"):
            each.mkdir()
            self.git("init", "-q", "--bare", "-b", "main", at=each)
        for name in ("ana", "ben", "one"):
            make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]
            subprocess.run(make, cwd=self.folder, check=True)
            text = (self.folder / f"{name}.pub").read_text()
            self.public[name] = " ".join(text.split()[:2])
        root = self._import(dict(self._files()))
        self.git("update-ref", "refs/heads/main", root)
        (self.folder / "tagboat.toml").write_text(self._configuration(root))

    def _files(self) -> Iterator[tuple[str, str]]:
        people = "".join(
            f'  {each}: {{name: {each}, keys: ["{self.public[each]}"]}}\n'
            for each in ("ana", "ben")
        )
        yield (
            "environments/people.yaml",
            (
                f"apiVersion: tagboat/v1\nkind: People\npeople:\n{people}"
                "roles: {developer: [ana, ben], admin: [ana]}\n"
            ),
        )
        for name in sorted({environment for environment, _ in self.named}):
            yield (
                f"environments/{name}/environment.yaml",
                (
                    f"apiVersion: tagboat/v1\nkind: Environment\nname: {name}\n"
                    'target: {driver: local, root: "{environment}/{app}"}\n'
                    "permissions: {promote: [role/developer]}\n"
                ),
            )
        made = {each: self._source(each) for each in VERSIONS}
        for app in sorted({app for _, app in self.named}):
            yield (
                f"releases/{app}/app.yaml",
                (
                    f"apiVersion: tagboat/v1\nkind: App\nname: {app}\nrepository: apps\n"
                    "versions: {scheme: semver}\n"
                    'components:\n  - {name: web, artifact: {tree: "."}}\n'
                ),
            )
            for version, (commit, tree) in made.items():
                yield (
                    f"releases/{app}/{version}/release.yaml",
                    (
                        f'apiVersion: tagboat/v1\nkind: Release\napp: {app}\nversion: "{version}"\n'
                        f'tag: "v{version}"\ncommit: "{commit}"\n'
                        f'components:\n  - {{name: web, artifact: {{tree: "{tree}"}}}}\n'
                        f"summary: The {version}\ndowntime: none\nestimate: 1m\nmigration: none\n"
                    ),
                )

    def _source(self, version: str) -> tuple[str, str]:
        """A commit of twenty small files, tagged; it and its tree."""
        at, entries = self.folder / "app.git", []
        for number in range(20):
            text = f"{version} {number}\n" * 50
            blob = self.git("hash-object", "-w", "--stdin", at=at, stdin=text)
            entries.append(f"100644 blob {blob}\tfile{number}\n")
        tree = self.git("mktree", at=at, stdin="".join(entries))
        commit = self.git("commit-tree", tree, "-m", version, at=at)
        self.git("update-ref", f"refs/tags/v{version}", commit, at=at)
        return commit, tree

    def _configuration(self, root: str) -> str:
        return (
            'name = "one"\nstate = "state"\npoll = "5s"\n[remote]\nurl = "remote.git"\n'
            f'[trust]\nroot = "{root}"\n[history]\nkey = "one"\n'
            f'[history.reconcilers]\none = "{self.public["one"]}"\n'
            f'[limits]\nplaces = {self.places}\n[repositories.apps]\nurl = "app.git"\n'
            '[drivers.local]\nfolder = "places"\n'
        )

    def _import(self, files: dict[str, str], base: str = "") -> str:
        """A commit that nobody signed with these files over those of another."""
        parts = ["commit refs/heads/files\ncommitter i <i@h> 1760000000 +0000\ndata 1\nm\n"]
        parts += [f"from {base}\n"] if base else []
        for path, text in files.items():
            parts.append(f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n")
        self.git("fast-import", "--quiet", "--force", stdin="".join(parts))
        return self.git("rev-parse", "refs/heads/files")

    def merged(self, version: str, places: list[tuple[str, str]], turn: int) -> str:
        """A merge by ana of what ben asks for; main doesn't move yet."""
        files = {
            f"environments/{environment}/{app}.yaml": _PROMOTION.format(
                app=app, version=version, turn=turn
            )
            for environment, app in places
        }
        base = self.git("rev-parse", "refs/heads/main")
        tree = self.git("rev-parse", f"{self._import(files, base)}^{{tree}}")
        asked = self._signed("ben", tree, base)
        return self._signed("ana", tree, base, asked)

    def _signed(self, by: str, tree: str, *parents: str) -> str:
        flags = [flag for each in parents for flag in ("-p", each)]
        key = f"user.signingkey={self.folder / by}"
        return self.git("-c", key, "commit-tree", tree, *flags, "-S", "-m", "m")

    def start(self) -> None:
        """The daemon, in a process of its own."""
        command = [str(TAGBOAT), "reconcile", "--config", str(self.folder / "tagboat.toml")]
        log = self.folder / "daemon.log"
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home")}
        with log.open("wb") as said:
            self.daemon = subprocess.Popen(command, stdout=said, stderr=said, env=environment)

    def stop(self) -> None:
        """End it, and wait."""
        if self.daemon is not None:
            self.daemon.terminate()
            self.daemon.wait(60)

    def ends(self) -> int:
        """How many deployments the history has seen end well."""
        words = ("rev-list", "--count", "--grep= succeeded in ", _HISTORY)
        known = self.git("for-each-ref", _HISTORY)
        return int(self.git(*words)) if known else 0

    def until(self, ends: int) -> None:
        """Wait until the history has so many ends."""
        limit = time.monotonic() + _PATIENCE
        while self.ends() < ends:
            if time.monotonic() > limit:
                log = (self.folder / "daemon.log").read_text()
                sys.exit(f"{self.ends()} of {ends} in {_PATIENCE:.0f} s\n{log[-2000:]}")
            time.sleep(0.05)


def converging(town: Town) -> Iterator[tuple[str, float]]:
    """Seconds from one merge until every place has it, and the history says so."""
    for turn, version in enumerate(VERSIONS, 1):
        merge = town.merged(version, town.named, turn)
        began = time.monotonic()
        town.git("update-ref", "refs/heads/main", merge)
        town.until(turn * town.places)
        yield ("first" if turn == 1 else "next"), time.monotonic() - began


def first_effects(town: Town, merges: int) -> list[float]:
    """Seconds from each merge until its place has changed for the first time."""
    place = town.named[0]
    fence = town.folder.joinpath("places", *place, "fence")
    found, ends = [], town.ends()
    for number in range(merges):
        merge = town.merged(VERSIONS[number % 2], [place], 100 + number)
        before = fence.stat().st_mtime_ns
        began = time.monotonic()
        town.git("update-ref", "refs/heads/main", merge)
        while fence.stat().st_mtime_ns == before:
            if time.monotonic() - began > _PATIENCE:
                sys.exit("nothing came of a merge")
            time.sleep(0.001)
        found.append(time.monotonic() - began)
        town.until(ends + number + 1)
    return found


def floor(town: Town, rounds: int) -> float:
    """Seconds of bare git for one place, as a median."""
    clone, place = town.folder / "floor.git", town.folder / "floor"
    place.mkdir()
    town.git("clone", "-q", "--bare", str(town.folder / "app.git"), str(clone), at=town.folder)
    spent = []
    for number in range(rounds):
        into = place / str(number)
        into.mkdir()
        began = time.monotonic()
        town.git("fetch", "-q", str(town.folder / "app.git"), "v1.1.0", at=clone)
        unpack = f"git archive v1.1.0 | tar -x -C {into} && sync -f {into}"
        subprocess.run(["sh", "-c", unpack], cwd=clone, check=True)
        beside = place / "next"
        beside.symlink_to(into)
        beside.replace(place / "current")
        spent.append(time.monotonic() - began)
    return statistics.median(spent)


def main(places: int, merges: int) -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory(prefix="tagboat-bench-") as name:
        town = Town(Path(name), places)
        town.build()
        bare = floor(town, 20)
        town.start()
        try:
            spent = dict(converging(town))
            effects = sorted(first_effects(town, merges))
        finally:
            town.stop()
    p50, p95 = effects[len(effects) // 2], effects[min(len(effects) - 1, len(effects) * 95 // 100)]
    rows = {
        "bare git, one place": bare,
        f"{places:,} places, first release": spent["first"],
        f"{places:,} places, next release": spent["next"],
        f"merge to first effect, p50 of {merges}": p50,
        f"merge to first effect, p95 of {merges}": p95,
    }
    print(f"{'seconds':38}{'wall':>9}{'x bare git':>12}")
    for row, seconds in rows.items():
        peer = bare * places if "places," in row else bare
        print(f"{row:38}{seconds:9.3f}{seconds / peer:12.2f}")
    met = "met" if spent["next"] * 1000 < CONVERGED * places else "MISSED"
    print(f"target for 1,000 places: {CONVERGED:.0f} s, {met}")
    met = "met" if p95 <= EFFECT else "MISSED"
    print(f"target for the first effect, p95: {EFFECT * 1000:.0f} ms, {met}")
    out = Path("build/bench/deployments.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*(given + [1_000, 40][len(given) :]))
