"""``tagboat validate`` against check-jsonschema, in turn, on the same made-up repository.

    .venv/bin/python benchmarks/validate.py [files [rounds]]

Prints a table and writes ``build/bench/validate.json``. Seconds are CPU of whole processes with
their children, and wall time beside it; ratios compare what ran in the same run. Each round runs
check-jsonschema once for each kind, with our published schemas, then ours: with an empty cache,
with the cache that this left, and as the check of a merge request in a fresh clone with no cache,
where three files have changed. The small repository is one of the tests' corpus, its floor a Python
that does nothing; so many times that is also given for the merge request, since seconds are the
machine's. Bytecode is kept and warm, as it is where a command was installed.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from corpus import write_tree

TOP = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
GIT = (
    *("git", "-c", "user.name=bench", "-c", "user.email=bench@corp.example"),
    *("-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false", "-c", "gc.auto=0"),
)
THEIRS = "check-jsonschema, all files"
COLD = "tagboat validate, cold"
WARM = "tagboat validate, warm"
CLONE = "git clone, for the next row"
REQUEST = "tagboat validate --base, 3 changed"
SMALL = "tagboat validate, 5 files, cold"
SMALL_WARM = "tagboat validate, 5 files, warm"
BARE = "python -c pass"


class Run:
    """One round after the other, in a folder that is thrown away."""

    def __init__(self, folder: Path, files: int) -> None:
        self.folder, self.files = folder, files
        self.tree = folder / "tree"
        write_tree(self.tree, files)
        self.bare = folder / "bare.git"
        self.publish()
        self.found: dict[str, list[tuple[float, float]]] = {}

    def publish(self) -> None:
        """The repository that is cloned: everything on main, three changed files on a branch."""
        for each in (
            ("init", "--quiet"),
            ("add", "--all"),
            ("commit", "--quiet", "--message", "Everything"),
            ("checkout", "--quiet", "-b", "next"),
        ):
            self.git(*each)
        new = max(self.tree.glob("releases/*/1.0.0/release.yaml"))
        app = new.parts[-3]
        text = new.read_text().replace("1.0.0", "2.0.0")
        target = self.tree / "releases" / app / "2.0.0" / "release.yaml"
        target.parent.mkdir()
        target.write_text(text)
        for each in sorted(self.tree.glob(f"environments/*/{app}.yaml"))[:2]:
            each.write_text(each.read_text().replace("release: 1.0.0", "release: 2.0.0"))
        for each in (
            ("add", "--all"),
            ("commit", "--quiet", "--message", "Release 2.0.0"),
            ("clone", "--quiet", "--bare", ".", os.fspath(self.bare)),
            ("checkout", "--quiet", "main"),
        ):
            self.git(*each)

    def git(self, *arguments: str) -> None:
        subprocess.run((*GIT, *arguments), cwd=self.tree, check=True)

    def measure(self, name: str, commands: Iterable[Sequence[str]], *, cache: Path) -> None:
        """Run commands one after the other; all of them must end with 0."""
        environment = {
            **os.environ,
            "XDG_CACHE_HOME": os.fspath(cache),
            "PYTHONPYCACHEPREFIX": os.fspath(self.folder / "bytecode"),
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        before, start = _children(), time.perf_counter()
        for each in commands:
            done = subprocess.run(
                each, check=False, env=environment, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        seconds = time.perf_counter() - start
        self.found.setdefault(name, []).append((_children() - before, seconds))

    def compile(self) -> None:
        """Everything once, so that all bytecode is there; its figures are forgotten."""
        small = os.fspath(TOP / "tests" / "corpus" / "valid" / "one-app")
        cache = self.folder / "cache"
        tagboat = (os.fspath(BIN / "tagboat"), "validate", "-C", os.fspath(self.tree))
        app = ("--schemafile", os.fspath(TOP / "schema" / "app.schema.json"))
        one = next(self.tree.glob("releases/*/app.yaml"))
        self.measure(
            THEIRS, [(os.fspath(BIN / "check-jsonschema"), *app, os.fspath(one))], cache=cache
        )
        self.measure(SMALL, [(*tagboat[:-1], small)], cache=cache)
        self.measure(REQUEST, [(*tagboat, "--base", "HEAD~0")], cache=cache)
        self.found.clear()
        shutil.rmtree(cache)

    def round(self) -> None:
        """Theirs, ours, and what they stand on."""
        cache, clone = self.folder / "cache", self.folder / "clone"
        tagboat = (os.fspath(BIN / "tagboat"), "validate")
        self.measure(THEIRS, self.theirs(), cache=self.folder / "theirs")
        self.measure(COLD, [(*tagboat, "-C", os.fspath(self.tree))], cache=cache)
        time.sleep(3)  # a file system's clock must have moved on before files count as old
        self.measure(WARM, [(*tagboat, "-C", os.fspath(self.tree))], cache=cache)
        url = self.bare.as_uri()
        copied = (*GIT, "clone", "--quiet", "--branch", "next", url, os.fspath(clone))
        self.measure(CLONE, [copied], cache=cache)
        base = (*tagboat, "-C", os.fspath(clone), "--base", "origin/main")
        self.measure(REQUEST, [base], cache=self.folder / "empty")
        small = os.fspath(TOP / "tests" / "corpus" / "valid" / "one-app")
        for each in (SMALL, SMALL_WARM):
            self.measure(each, [(*tagboat, "-C", small)], cache=self.folder / "small")
        self.measure(BARE, [(sys.executable, "-I", "-c", "pass")], cache=cache)
        for each in (cache, clone, self.folder / "empty", self.folder / "small"):
            shutil.rmtree(each)

    def theirs(self) -> Iterable[Sequence[str]]:
        """One command for each kind of file."""
        by_kind: dict[str, list[str]] = {}
        for path in sorted(self.tree.glob("*/**/*.yaml")):
            kind = path.read_text().partition("kind: ")[2].partition("\n")[0].lower()
            by_kind.setdefault(kind, []).append(path.relative_to(self.tree).as_posix())
        for kind, paths in by_kind.items():
            schema = TOP / "schema" / f"{kind}.schema.json"
            whole = [os.fspath(self.tree / each) for each in paths]
            yield (
                os.fspath(BIN / "check-jsonschema"),
                *("--schemafile", os.fspath(schema), *whole),
            )


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ratios(found: Mapping[str, Sequence[tuple[float, float]]]) -> dict[str, float]:
    """How many times as much the first one takes, by sums of all rounds."""
    cpu = {name: sum(each for each, _ in some) for name, some in found.items()}
    wall = {name: sum(each for _, each in some) for name, some in found.items()}
    return {
        "check-jsonschema / cold, CPU": cpu[THEIRS] / cpu[COLD],
        "check-jsonschema / cold, wall": wall[THEIRS] / wall[COLD],
        "check-jsonschema / warm, CPU": cpu[THEIRS] / cpu[WARM],
        "check-jsonschema / merge request, CPU": cpu[THEIRS] / cpu[REQUEST],
        "small repository, cold / bare Python, CPU": cpu[SMALL] / cpu[BARE],
        "small repository, warm / bare Python, CPU": cpu[SMALL_WARM] / cpu[BARE],
        "merge request / bare Python, CPU": cpu[REQUEST] / cpu[BARE],
    }


def main() -> None:
    """Run the rounds, print the table, write the figures."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder), files)
        size = sum(each.stat().st_size for each in run.tree.glob("*/**/*.yaml"))
        run.compile()
        for number in range(rounds):
            run.round()
            print(f"round {number + 1} of {rounds} is done", file=sys.stderr, flush=True)
    print(f"{files:,} files, {size / 1e6:.1f} MB, {rounds} rounds, {os.cpu_count()} processors\n")
    print(f"{'seconds, median':42}{'CPU':>9}{'wall':>9}")
    for name, some in run.found.items():
        cpu, wall = (statistics.median(each) for each in zip(*some, strict=True))
        print(f"{name:42}{cpu:9.3f}{wall:9.3f}")
    print()
    for name, ratio in ratios(run.found).items():
        print(f"{name:42}{ratio:9.1f}")
    out = Path("build/bench/validate.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    figures = {"files": files, "bytes": size, "ratios": ratios(run.found), "runs": run.found}
    out.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"\nwritten to {out}")


if __name__ == "__main__":
    main()
