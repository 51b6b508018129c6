"""From a merged commit to a validated plan, in a daemon that is warm.

    .venv/bin/python benchmarks/planning.py [files [merges]]

A remote with a made-up repository; each merge moves ten places to another release, signed by one
and merged by another. Prints a table and writes ``build/bench/planning.json``. Seconds are those of
this process and of its children: bringing the refs, judging and validating what is in force, and
making the plan. The first plan finds nothing running, so each place has a decision to make; then
every place runs what its file asks for.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus import write_tree
from plans import deployed

from reconciler.model.host import Host
from reconciler.planner.plan import make_plan
from reconciler.registry import open_view
from reconciler.repository.git import Git
from reconciler.system.clock import SystemClock
from reconciler.system.configuration import Configuration

AT_ONCE = 10


class Remote:
    """A bare repository whose people have keys, and who moves its branch on."""

    def __init__(self, folder: Path, files: int) -> None:
        self.folder = folder
        tree = folder / "tree"
        write_tree(tree, files)
        self.public = {each: self._key(each) for each in ("ivo", "jana", "one")}
        people = tree / "environments" / "people.yaml"
        text = people.read_text()
        for each in ("ivo", "jana"):
            head = f"  {each}:\n"
            text = text.replace(head, f'{head}    keys: ["{self.public[each]}"]\n')
        people.write_text(text)
        self.bare = folder / "remote.git"
        Git(folder, folder / "home").tell(["init", "-q", "--bare", "-b", "main", "remote.git"])
        self.git = Git(self.bare, folder / "home")
        self.index = {"GIT_INDEX_FILE": str(folder / "index")}
        self.root = self._import(tree)
        self.git.tell(["read-tree", self.root], extra=self.index)
        self.promotions = sorted(
            each.relative_to(tree).as_posix()
            for each in tree.glob("environments/*/*.yaml")
            if each.name not in {"environment.yaml", "people.yaml"}
            and not each.parent.name.startswith("dev")  # theirs is another role
        )
        self.texts = {each: (tree / each).read_text() for each in self.promotions}

    def _key(self, name: str) -> str:
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]
        subprocess.run(argv, cwd=self.folder, check=True)
        return " ".join((self.folder / f"{name}.pub").read_text().split()[:2])

    def _import(self, tree: Path) -> str:
        """All files as one commit and one pack: git waits for the disk at each loose object."""
        argv = ["git", f"--git-dir={self.bare}", "fast-import", "--quiet"]
        with subprocess.Popen(argv, stdin=subprocess.PIPE) as child:
            assert child.stdin
            child.stdin.write(b"commit refs/heads/main\ncommitter i <i@h> 1790000000 +0000\n")
            child.stdin.write(b"data 1\nm\n")
            for each in sorted(tree.glob("*/**/*.yaml")):
                data = each.read_bytes()
                head = f"M 100644 inline {each.relative_to(tree)}\ndata {len(data)}\n"
                child.stdin.write(head.encode() + data + b"\n")
        assert child.returncode == 0
        return self.git.tell(["rev-parse", "main"])

    def _commit(self, by: str, *parents: str) -> str:
        tree = self.git.tell(["write-tree"], extra=self.index)
        flags = [flag for parent in parents for flag in ("-p", parent)]
        key = ["-c", f"user.signingkey={self.folder / by}"]
        made = self.git.tell([*key, "commit-tree", tree, *flags, "-S", "-m", "m"])
        self.git.tell(["update-ref", "refs/heads/main", made])
        return made

    def merge(self, number: int) -> str:
        """Ten promotions to another release; gives back the merge."""
        base = self.git.tell(["rev-parse", "main"])
        start = AT_ONCE * number % (len(self.promotions) - AT_ONCE)
        for path in self.promotions[start : start + AT_ONCE]:
            version = f"1.{1 + number}.0"
            text = self.texts[path].replace("release: 1.0.0", f"release: {version}").encode()
            blob = self.git.tell(["hash-object", "-w", "--stdin"], stdin=text)
            entry = f"100644,{blob},{path}"
            self.git.tell(["update-index", "--cacheinfo", entry], extra=self.index)
        return self._commit("jana", base, self._commit("ivo", base))

    def configuration(self) -> Configuration:
        """That of the host which looks at it."""
        host = Host.model_validate(
            {
                "name": "one",
                "state": "state",
                "remote": {"url": str(self.bare)},
                "trust": {"root": self.root},
                "history": {
                    "key": str(self.folder / "one"),
                    "reconcilers": {"one": self.public["one"]},
                },
                "drivers": {"memory": True},
            }
        )
        return Configuration(host, self.folder / "tagboat.toml")


def cpu() -> float:
    """CPU seconds so far, of this process and of the children it has waited for."""
    spent = (resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in spent)


class Run:
    """Measurements by name, as CPU and wall seconds."""

    def __init__(self) -> None:
        self.found: dict[str, list[tuple[float, float]]] = {}

    def timed(self, name: str, action: Callable[[], Any]) -> Any:
        """What the action gives; how long it took is kept."""
        began, wall = cpu(), time.perf_counter()
        given = action()
        self.found.setdefault(name, []).append((cpu() - began, time.perf_counter() - wall))
        return given


def main(files: int, merges: int) -> None:
    """Measure, print and write."""
    run = Run()
    with tempfile.TemporaryDirectory(prefix="tagboat-bench-") as name:
        folder = Path(name)
        remote = Remote(folder, files)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        view = open_view(remote.configuration(), folder / "clone", writer=True)
        now = SystemClock().now()
        view.refresh()
        run.timed("first: judge and validate", view.judged)
        run.timed("first: plan", lambda: make_plan(view.inputs(now=now)))
        view.ledger = deployed(view.inputs(now=now))
        run.timed("all at rest: plan", lambda: make_plan(view.inputs(now=now)))
        for number in range(merges):
            merged = remote.merge(number)
            run.timed("merged: bring the refs", view.refresh)
            judged = run.timed("merged: judge and validate", view.judged)
            assert judged.tip == merged
            assert not judged.judgement.taints, judged.judgement.taints
            plan = run.timed("merged: plan", lambda: make_plan(view.inputs(now=now)))
            told = Counter(each.verdict.value for each in plan.decisions)
            assert told["in-sync"] == len(plan.decisions) - AT_ONCE * (number + 1), told
    print(
        f"{files:,} files, {merges} merges of {AT_ONCE} promotions, {os.cpu_count()} processors\n"
    )
    print(f"{'milliseconds, median':42}{'CPU':>9}{'wall':>9}")
    for each, some in run.found.items():
        spent, wall = (statistics.median(one) for one in zip(*some, strict=True))
        print(f"{each:42}{1000 * spent:9.1f}{1000 * wall:9.1f}")
    out = Path("build/bench/planning.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"files": files, "merges": merges, "runs": run.found}, indent=2))
    print(f"\nwritten to {out}")


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*(given + [10_000, 6][len(given) :]))
