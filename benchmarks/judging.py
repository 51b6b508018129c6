"""Judging a long branch from an empty disk, and ten new merges from a checkpoint.

    .venv/bin/python benchmarks/judging.py [merges]

Each merge brings one signed commit of one of 400 places. Making them takes longer than judging
them: git signs each one. Wall seconds; the verifier is most of the first figure, one process for
each signature.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from reconciler.repository.arrivals import gather, signature_of, word_of
from reconciler.repository.git import Git
from reconciler.signoff import judge

PLACES = 400
NEW = 10
PERSONS = ("ana", "bob")
HEAD = "apiVersion: tagboat/v1\nkind: {}\n"


class Branch:
    """A branch on which ``bob`` merges what ``ana`` writes, one place after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.git = folder, Git(folder / "r.git", folder / "home")
        Git(folder, folder / "home").tell(["init", "-q", "--bare", "r.git"])
        for each in PERSONS:
            keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / each)]
            subprocess.run(keygen, check=True)
        self.blobs = [self._blob(f"release: 1.{number}.0\n") for number in range(2)]
        self.places = [0] * PLACES
        self.people = self._blob(self._people())
        place = HEAD.format("Environment") + "name: production\ntarget: {driver: memory}\n"
        self.environment = self._blob(place)
        self.root = self._commit(self._top(), (), by="bob")
        self.tip = self.root

    def grow(self, merges: int) -> None:
        """So many merges more."""
        for number in range(merges):
            self.places[number % PLACES] ^= 1
            tree = self._top()
            topic = self._commit(tree, (self.tip,), by="ana")
            self.tip = self._commit(tree, (self.tip, topic), by="bob")

    def _people(self) -> str:
        lines = []
        for each in PERSONS:
            key = " ".join((self.folder / f"{each}.pub").read_text().split()[:2])
            lines.append(f'  {each}: {{name: {each}, keys: ["{key}"]}}\n')
        return HEAD.format("People") + "people:\n" + "".join(lines) + "roles: {admin: [bob]}\n"

    def _top(self) -> str:
        files = {
            f"app{number}.yaml": ("100644", self.blobs[version])
            for number, version in enumerate(self.places)
        }
        files["environment.yaml"] = ("100644", self.environment)
        production = self._tree(files)
        inner = self._tree(
            {
                "people.yaml": ("100644", self.people),
                "production": ("040000", production),
            }
        )
        return self._tree({"environments": ("040000", inner)})

    def _blob(self, text: str) -> str:
        return self.git.tell(["hash-object", "-w", "--stdin"], stdin=text.encode())

    def _tree(self, entries: dict[str, tuple[str, str]]) -> str:
        sorts = {"040000": "tree", "100644": "blob"}
        lines = (f"{mode} {sorts[mode]} {each}\t{name}\n" for name, (mode, each) in entries.items())
        return self.git.tell(["mktree"], stdin="".join(lines).encode())

    def _commit(self, tree: str, parents: Iterable[str], *, by: str) -> str:
        flags = [flag for each in parents for flag in ("-p", each)]
        key = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={self.folder / by}"]
        return self.git.tell([*key, "commit-tree", tree, *flags, "-S", "-m", "m"])


def timed(branch: Branch, **more: object) -> tuple[float, object]:
    started = time.perf_counter()
    given = {"cache": None, **more}
    facts = gather(branch.git, root=branch.root, tip=branch.tip, **given)  # type: ignore[arg-type]
    judged = judge(facts, root=branch.root, tip=branch.tip)
    assert not judged.taints
    return time.perf_counter() - started, facts


def main() -> None:
    """Measure one branch."""
    merges = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        branch = Branch(Path(folder))
        branch.grow(merges)
        found["from an empty disk"], facts = timed(branch)
        words = {each.id: word_of(each.signature) for each in facts.commits.values()}  # type: ignore[attr-defined]
        branch.grow(NEW)
        verdicts = {each: signature_of(word) for each, word in words.items()}
        found[f"{NEW} new ones from a checkpoint"], _ = timed(branch, verdicts=verdicts)
        branch.grow(NEW)
        found[f"{NEW} new ones by a daemon that runs"], _ = timed(branch, before=facts)
    for name, seconds in found.items():
        print(f"{merges:>7,} merges  {name:36}{seconds:9.2f} s")
    out = Path("build/bench/judging.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"merges": merges, **found}, indent=2) + "\n")
    print(f"written to {out}")


if __name__ == "__main__":
    main()
