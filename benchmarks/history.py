"""Appending to and reading the history, at a thousand records and at as many as asked for.

    .venv/bin/python benchmarks/history.py [records]

Prints a table and writes ``build/bench/history.json``. Seconds are CPU of this process and of its
children; appends and pushes, which wait for the disk, also as wall time. The floor is the bare
``git log`` that reading can't do without.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reconciler.deployer.ledger import Ledger
from reconciler.model.content import Content, ContentComponent, PlaceTarget
from reconciler.model.deployment import (
    Assignment,
    Lanes,
    Result,
    StepOutcome,
    StepSpec,
    Work,
)
from reconciler.model.records import (
    Claim,
    End,
    Outcome,
    Reason,
    Record,
    Restart,
    SignOff,
    numbered,
)
from reconciler.model.release import Artifact
from reconciler.names import instant_of
from reconciler.repository.chain import message_of
from reconciler.repository.git import EMPTY_TREE, Git
from reconciler.repository.history import BRANCH, VERIFIED, Appended, HistoryBranch

AT = "2026-11-20T10:00:00.000Z"
PLACES = 400
SIGNED = 100
NEW = 100
APPENDS = 20


def claim(number: int, *, previous: Content | None = None) -> Claim:
    """A claim as a small web app's would be."""
    app, version = f"app{number % (PLACES // 4)}", f"1.{number}.0"
    part = ContentComponent(
        name="web",
        version=version,
        artifact=Artifact(tree=f"{number:040x}"),
        run=("./serve", "--quiet"),
        listens="socket",
    )
    content = Content(
        app=app,
        repository=app,
        version=version,
        tag=f"v{version}",
        commit=f"{number:040x}",
        components=(part,),
    )
    lane = tuple(
        StepSpec(name=work.value, work=work, timeout=60)
        for work in (Work.PREPARE, Work.APPLY, Work.ROLLOUT)
    )
    return Claim(
        id=uuid.uuid4().hex,
        at=AT,
        reconciler="one",
        environment=("dev", "test", "staging", "production")[number // (PLACES // 4) % 4],
        app=app,
        assignment=Assignment(
            target=PlaceTarget(environment="dev", app=app, driver="local", root=app),
            content=content,
            previous=previous,
            lanes=Lanes(forward=lane, backward=lane),
        ),
        basis=f"{number:040x}",
        sign_off=SignOff(commit=f"{number:040x}", merged_by="ada", authors=("eve",)),
        reasons=(Reason(gate="sign-off", state="open", why="ada merged what eve wrote"),),
        estimate=60,
    )


def end(started: Claim) -> End:
    """The end of it, with every step."""
    content = started.assignment.content
    steps = tuple(
        StepOutcome(name=each.name, result=Result.PASSED, started=AT, ended=AT)
        for each in started.assignment.lanes.forward
    )
    return End(
        id=uuid.uuid4().hex,
        at=AT,
        reconciler="one",
        environment=started.environment,
        app=started.app,
        deployment=started.deployment,
        outcome=Outcome.SUCCEEDED,
        version=content.version,
        running=content,
        steps=steps,
        started=AT,
        ended=AT,
        seconds=12,
    )


def life(count: int) -> Iterator[Record]:
    """Numbered records: a claim and its end, place after place."""
    for number in range(0, count, 2):
        started = numbered(claim(number // 2), number + 1)
        assert isinstance(started, Claim)
        yield started
        yield numbered(end(started), number + 2)


def import_chain(remote: Git, records: Iterator[Record], *, count: int) -> None:
    """Put unsigned records on the remote's branch, quickly."""
    argv = ["git", "-C", str(remote.folder), "fast-import", "--quiet"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE) as child:
        assert child.stdin
        for record in records:
            # A minute apart and in the past: git's walks are cut short by dates that rise.
            seconds = int(instant_of(AT).timestamp()) - 60 * (count - record.sequence)
            text = message_of(record, record.subject).encode()
            who = f"one <one@localhost> {seconds} +0000"
            head = f"commit {BRANCH}\nauthor {who}\ncommitter {who}\ndata {len(text)}\n"
            child.stdin.write(head.encode() + text + b"\n")
        child.stdin.close()
    assert child.returncode == 0
    assert remote.tell(["rev-parse", f"{BRANCH}^{{tree}}"]) == EMPTY_TREE


def cpu() -> float:
    """CPU seconds so far, of this process and of the children it has waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def timed(action: Callable[[], Any]) -> tuple[float, float]:
    """CPU and wall seconds of one call."""
    started, wall = cpu(), time.perf_counter()
    action()
    return cpu() - started, time.perf_counter() - wall


class Bench:
    """One remote with a history of ``count`` records, the last hundred of them signed."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self.count = folder, count
        folder.mkdir()
        self.home = folder / "home"
        self.key = folder / "key"
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)]
        subprocess.run(keygen, check=True)
        self.remote = self.bare("remote.git")
        import_chain(self.remote, life(count - SIGNED), count=count)
        self.writing = self.branch(self.bare("writer.git"), verified=True)
        self.writing.append_facts([restart(number) for number in range(SIGNED)])
        self.writing.refresh()

    def bare(self, name: str) -> Git:
        Git(self.folder, self.home).tell(["init", "-q", "--bare", name])
        return Git(self.folder / name, self.home)

    def branch(self, git: Git, *, verified: bool = False) -> HistoryBranch:
        made = HistoryBranch(
            git,
            remote=str(self.remote.folder),
            reconcilers={"one": (self.key.with_suffix(".pub").read_text(),)},
            scratch=self.folder / "scratch",
            key=self.key,
        )
        if verified:
            git.fetch(str(self.remote.folder), f"{BRANCH}:{VERIFIED}")
        made.fetch()
        made.refresh()
        return made

    def figures(self) -> dict[str, float]:
        """All measurements, in seconds."""
        found: dict[str, float] = {}
        clone = self.bare("reader.git")
        url = str(self.remote.folder)
        found["clone, wall"] = timed(lambda: clone.fetch(url, f"{BRANCH}:refs/tagboat/history"))[1]
        floor = ["log", "-z", "--format=%H %T %P%n%B", "refs/tagboat/history"]
        found["bare git log"] = timed(lambda: clone.tell(floor))[0]
        reader = HistoryBranch(
            clone,
            remote=url,
            reconcilers={"one": (self.key.with_suffix(".pub").read_text(),)},
            scratch=self.folder / "scratch",
        )
        entries: list[Any] = []
        found["read on an empty disk, 100 signatures"] = timed(
            lambda: entries.extend(reader.refresh())
        )[0]
        assert len(entries) == self.count
        ledger = Ledger()
        found["fold"] = timed(lambda: [ledger.apply(each.record) for each in entries])[0]
        assert not ledger.broken
        entries.clear()
        ledger = Ledger()
        reader = HistoryBranch(clone, remote=url, reconcilers={}, scratch=self.folder / "scratch")
        found["read again after a restart"] = timed(lambda: entries.extend(reader.refresh()))[0]
        assert len(entries) == self.count
        ledger = Ledger.of(each.record for each in entries)
        appends = []
        for number in range(APPENDS):
            one = [claim(number)]
            appends.append(timed(lambda one=one: self.appended(one)))  # type: ignore[misc]
        found["append and push one, CPU"] = statistics.median(each[0] for each in appends)
        found["append and push one, wall"] = statistics.median(each[1] for each in appends)
        chain = [claim(number) for number in range(40)]
        found["append and push 40 in a chain, wall"] = timed(lambda: self.appended(chain))[1]
        self.incremental(found, clone, ledger)
        return found

    def appended(self, records: list[Claim]) -> None:
        outcome = self.writing.append(records, onto=self.writing.tip)
        assert isinstance(outcome, Appended)

    def incremental(self, found: dict[str, float], clone: Git, ledger: Ledger) -> None:
        """What 100 new records cost: their signatures apart, which another host's records need."""
        reader = self.branch(clone)
        self.writing.append_facts([restart(number) for number in range(NEW)])
        reader.fetch()
        found["100 new records, 100 signatures"] = timed(reader.refresh)[0]
        mine = self.writing.refresh
        found["100 new records of one's own"] = timed(mine)[0]
        facts = [numbered(restart(number), 10**9 + number) for number in range(NEW)]
        found["fold 100 new records"] = timed(lambda: [ledger.apply(each) for each in facts])[0]


def restart(number: int) -> Restart:
    """A short record."""
    return Restart(
        id=uuid.uuid4().hex,
        at=AT,
        reconciler="one",
        environment="dev",
        app=f"app{number % 10}",
        version="1.0.0",
        why="the process ended",
    )


def main() -> None:
    """Measure a short and a long history, side by side."""
    sizes = (1_000, int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    with tempfile.TemporaryDirectory() as folder:
        found = {size: Bench(Path(folder) / str(size), size).figures() for size in sizes}
    print(f"{'seconds':42}" + "".join(f"{size:>12,}" for size in sizes))
    for name in found[sizes[0]]:
        print(f"{name:42}" + "".join(f"{found[size][name]:12.3f}" for size in sizes))
    out = Path("build/bench/history.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=2) + "\n")
    print(f"written to {out}")


if __name__ == "__main__":
    main()
