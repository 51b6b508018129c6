"""Judging a long branch from an empty disk, and ten new merges from a checkpoint or a restart.

    .venv/bin/python benchmarks/judging.py [merges]

Each merge brings one signed commit of one of 400 places. The commits are written here, signed as
ssh-keygen signs: by git itself, making them would take far longer than judging them. Wall seconds,
and CPU seconds of this process and its children.
"""

import base64
import hashlib
import json
import resource
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reconciler.repository.arrivals import gather
from reconciler.repository.folds import FoldStore
from reconciler.repository.git import Git
from reconciler.signoff import Judgement, judge
from reconciler.signoff.facts import Facts
from reconciler.signoff.verdicts import lasting_of, text_of
from reconciler.system.collector import paused_collector
from reconciler.system.facts import FactStore

PLACES = 400
NEW = 10
PERSONS = ("ana", "bob")
HEAD = "apiVersion: tagboat/v1\nkind: {}\n"


def string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


class Pen:
    """A person's key, and commits signed with it."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        kind = b"ssh-ed25519"
        self.wire = string(kind) + string(self.key.public_key().public_bytes_raw())
        self.line = f"ssh-ed25519 {base64.b64encode(self.wire).decode()}"

    def sign(self, head: str, message: str) -> bytes:
        """A raw commit: its header lines and message, with the signature between."""
        text = f"{head}\n\n{message}".encode()
        said = string(b"git") + string(b"") + string(b"sha512")
        whole = b"SSHSIG" + said + string(hashlib.sha512(text).digest())
        made = string(string(b"ssh-ed25519") + string(self.key.sign(whole)))
        armour = base64.b64encode(b"SSHSIG\0\0\0\1" + string(self.wire) + said + made).decode()
        lines = [armour[at : at + 70] for at in range(0, len(armour), 70)]
        signature = "\n ".join(
            ["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----"]
        )
        return f"{head}\ngpgsig {signature}\n\n{message}".encode()


class Branch:
    """A branch on which ``bob`` merges what ``ana`` writes, one place after the other."""

    def __init__(self, folder: Path) -> None:
        self.git = Git(folder / "r.git", folder / "home")
        Git(folder, folder / "home").tell(["init", "-q", "--bare", "r.git"])
        self.pens = {each: Pen() for each in PERSONS}
        self.blobs = [self._write("blob", f"release: 1.{each}.0\n".encode()) for each in range(2)]
        self.places = [0] * PLACES
        self.time = 1_700_000_000
        self.people = self._write("blob", self._people().encode())
        place = HEAD.format("Environment") + "name: production\ntarget: {driver: memory}\n"
        self.environment = self._write("blob", place.encode())
        self.root = self._commit(self._top(), (), by="bob")
        self.tip = self.root

    def grow(self, merges: int) -> None:
        """So many merges more."""
        for number in range(merges):
            self.places[number % PLACES] ^= 1
            tree = self._top()
            topic = self._commit(tree, (self.tip,), by="ana")
            self.tip = self._commit(tree, (self.tip, topic), by="bob")
        self.git.tell(["update-ref", "refs/heads/main", self.tip])
        self.git.tell(["repack", "-adq"], timeout=600)

    def _people(self) -> str:
        lines = (
            f'  {name}: {{name: {name}, keys: ["{pen.line}"]}}\n' for name, pen in self.pens.items()
        )
        return HEAD.format("People") + "people:\n" + "".join(lines) + "roles: {admin: [bob]}\n"

    def _top(self) -> str:
        files = {
            f"app{number}.yaml": ("100644", self.blobs[version])
            for number, version in enumerate(self.places)
        }
        files["environment.yaml"] = ("100644", self.environment)
        production = self._tree(files)
        inner = {"people.yaml": ("100644", self.people), "production": ("40000", production)}
        return self._tree({"environments": ("40000", self._tree(inner))})

    def _tree(self, entries: Mapping[str, tuple[str, str]]) -> str:
        lines = (
            f"{mode} {name}\0".encode() + bytes.fromhex(each)
            for name, (mode, each) in sorted(entries.items())
        )
        return self._write("tree", b"".join(lines))

    def _commit(self, tree: str, parents: Iterable[str], *, by: str) -> str:
        self.time += 60
        who = f"{by} <{by}@acme.example> {self.time} +0000"
        head = [f"tree {tree}", *(f"parent {each}" for each in parents)]
        head += [f"author {who}", f"committer {who}"]
        return self._write("commit", self.pens[by].sign("\n".join(head), "m\n"))

    def _write(self, sort: str, data: bytes) -> str:
        """Write a loose object, as git does."""
        whole = f"{sort} {len(data)}\0".encode() + data
        name = hashlib.sha1(whole).hexdigest()
        file = self.git.folder / "objects" / name[:2] / name[2:]
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(zlib.compress(whole, 1))
        return name


@dataclass
class Run:
    """What was found out, and how long it took."""

    facts: Facts
    judgement: Judgement
    wall: float
    cpu: float
    judging: float


def cpu() -> float:
    both = (resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def timed(branch: Branch, *, known: Run | None = None, **more: object) -> Run:
    began, used = time.perf_counter(), cpu()
    given = {"cache": None, "before": known.facts if known else None, **more}
    facts = gather(branch.git, root=branch.root, tip=branch.tip, **given)  # type: ignore[arg-type]
    gathered = time.perf_counter()
    progress = known.judgement.progress if known else None
    judged = judge(facts, root=branch.root, tip=branch.tip, known=progress)
    ended = time.perf_counter()
    assert not judged.taints
    return Run(facts, judged, ended - began, cpu() - used, ended - gathered)


def restarted(branch: Branch, store: FactStore) -> Run:
    """Read what the host has kept, and go on from there."""
    began, used = time.perf_counter(), cpu()
    with paused_collector():
        kept = FoldStore(store, branch.root).recall()
        assert kept is not None
        facts = gather(branch.git, root=branch.root, tip=branch.tip, cache=None, before=kept.facts)
        progress = kept.progress(facts)
    gathered = time.perf_counter()
    judged = judge(facts, root=branch.root, tip=branch.tip, known=progress)
    ended = time.perf_counter()
    assert not judged.taints
    return Run(facts, judged, ended - began, cpu() - used, ended - gathered)


def main() -> None:
    """Measure one branch."""
    merges = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    found: dict[str, Run] = {}
    with tempfile.TemporaryDirectory() as folder:
        branch = Branch(Path(folder))
        branch.grow(merges)
        first = found["from an empty disk"] = timed(branch)
        words = {
            each.id: text_of(each.signature)
            for each in first.facts.commits.values()
            if each.signature
        }
        branch.grow(NEW)
        verdicts = {each: lasting_of(word) for each, word in words.items()}
        found[f"{NEW} new ones from a checkpoint"] = timed(branch, verdicts=verdicts)
        store = FactStore(Path(folder) / "state", "0" * 64)
        FoldStore(store, branch.root).keep(first.facts, first.judgement.progress)
        found[f"{NEW} new ones after a restart"] = restarted(branch, store)
        branch.grow(NEW)
        found[f"{NEW} new ones by a daemon that runs"] = timed(branch, known=first)
    told: dict[str, object] = {"merges": merges}
    for name, each in found.items():
        print(
            f"{merges:>7,} merges  {name:36}{each.wall:9.2f} s, of that the fold"
            f" {each.judging:.2f} s; CPU {each.cpu:.2f} s"
        )
        told[name] = {"wall": each.wall, "fold": each.judging, "cpu": each.cpu}
    out = Path("build/bench/judging.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(told, indent=2) + "\n")
    print(f"written to {out}")


if __name__ == "__main__":
    main()
