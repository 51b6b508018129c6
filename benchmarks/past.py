"""A made-up past: as many decisions as asked for, of the real planner, in a real repository.

Merges are signed and judged as anywhere; each plan is made from what is in force and what the
history says, and written down by the same `Scribe` as the daemon's. Only the world is left out:
that a deployment ends, and how, is made up, one in eleven fails. The chain of records is imported
without signatures. Equal sizes give equal files and equal decisions.
"""

import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from town import ALONE, START, Town

from reconciler.daemon.court import Court
from reconciler.deployer.ledger import Ledger
from reconciler.model.host import Host
from reconciler.model.observation import Observation, Presence
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Claim, End, Outcome, Record, numbered
from reconciler.model.records.deployments import StepLog
from reconciler.names import instant_of, instant_text
from reconciler.planner.evidence import Witness
from reconciler.planner.inputs import Inputs
from reconciler.planner.plan import make_plan
from reconciler.planner.scribe import Scribe
from reconciler.repository.chain import message_of
from reconciler.repository.git import Git
from reconciler.repository.history import BRANCH, VERIFIED
from reconciler.system.configuration import Configuration
from reconciler.system.editions import editions

FAILS = 11
_FILES = "refs/heads/files"
_DAY = timedelta(days=1)


@dataclass
class Past:
    """A remote, its keys and its history, in a folder; `grow` it, then `publish` it."""

    folder: Path
    apps: int
    logged: Callable[[End], StepLog] | None = None
    """What keeps the log of a deployment that has ended, if anything does."""
    records: list[Record] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    merges: int = 0
    decisions: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.bare = self.folder / "remote.git"
        Git(self.folder, self.folder / "home").tell(
            ["init", "-q", "--bare", "-b", "main", "remote.git"]
        )
        self.git = Git(self.bare, self.folder / "home")
        self.public = {name: self._key(name) for name in ("ana", "ben", "one")}
        self.ids = count(1)
        self.town = Town(self.apps, {name: self.public[name] for name in ("ana", "ben")})
        self.root = self._import(self.town.first())
        self.git.tell(["update-ref", "refs/heads/main", self.root])
        self.editions = editions()
        self.court = Court(self.git, self.root)

    def _key(self, name: str) -> str:
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]
        subprocess.run(argv, cwd=self.folder, check=True)
        return " ".join((self.folder / f"{name}.pub").read_text().split()[:2])

    def _import(self, files: Iterable[tuple[str, str]], base: str = "") -> str:
        """Write a commit that nobody signed with these files over those of another; its id."""
        argv = ["git", f"--git-dir={self.bare}", "fast-import", "--quiet", "--force"]
        with subprocess.Popen(argv, stdin=subprocess.PIPE) as child:
            assert child.stdin
            child.stdin.write(f"commit {_FILES}\ncommitter i <i@h> 1760000000 +0000\n".encode())
            child.stdin.write(b"data 1\nm\n" + (f"from {base}\n".encode() if base else b""))
            for path, text in files:
                data = text.encode()
                child.stdin.write(
                    f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"
                )
        assert child.returncode == 0
        return self.git.tell(["rev-parse", _FILES])

    def merge(self) -> str:
        """The next change of the files: ben asks and ana merges, but now and then ana asks herself.

        What she merged alone is held; the day after it is reverted, and ben promotes those anew.
        """
        self.merges += 1
        base = self.git.tell(["rev-parse", "main"])
        if self.merges % 11 == ALONE + 1:
            base = self._commit(f"{base}^1^{{tree}}", "ana", base)
        made = self._import(self.town.merged(self.merges), base)
        asked = self._commit(
            f"{made}^{{tree}}", "ana" if self.merges % 11 == ALONE else "ben", base
        )
        merged = self._commit(f"{made}^{{tree}}", "ana", base, asked)
        self.git.tell(["update-ref", "refs/heads/main", merged])
        return merged

    def _commit(self, tree: str, by: str, *parents: str) -> str:
        flags = [flag for parent in parents for flag in ("-p", parent)]
        key = ["-c", f"user.signingkey={self.folder / by}"]
        return self.git.tell([*key, "commit-tree", tree, *flags, "-S", "-m", "m"])

    def grow(self, decisions: int) -> None:
        """Live day after day until there are so many decisions; each day a merge comes."""
        for _ in self.days():
            if self.decisions >= decisions:
                return

    def days(self) -> Iterator[datetime]:
        """Live for ever; gives the instant of each look, two a day, and then a merge comes."""
        tip = self.root
        for day in count():
            morning = START + day * _DAY
            for hour in (7, 11):
                now = morning + timedelta(hours=hour, minutes=1)
                self.look(tip, now)
                yield now
            tip = self.merge()

    def look(self, tip: str, now: datetime) -> None:
        """Plan, write down what is decided, and let what was begun end before the next look."""
        judged = self.court.at(tip)
        held = {each.code for each in judged.judgement.taints}
        assert held <= {"TB451"}, judged.judgement.taints
        for round_ in range(2):
            at = now + timedelta(minutes=20 * round_)
            inputs = Inputs(
                basis=judged.tip,
                snapshot=judged.admitted,
                tip=judged.shown,
                report=judged.report,
                judgement=judged.judgement,
                ledger=self.ledger,
                now=at,
                reconciler="one",
                observations={each: self._observed(each) for each in self.ledger.places},
                drivers=frozenset({"memory"}),
                repositories=frozenset(),
                places_at_once=20 * self.apps,
            )
            plan = make_plan(inputs)
            scribe = Scribe(
                Witness(inputs, self.editions),
                plan,
                "one",
                self._identify,
                at=lambda at=at: instant_text(at),
            )
            starts = [each for each in plan.decisions if each.verdict is Verdict.DEPLOY]
            decided = [
                *scribe.departures(),
                *(scribe.claim(each) for each in starts),
                *scribe.refusals(self.ledger),
            ]
            self.decisions += len(decided)
            claims = [each for each in map(self._append, decided) if isinstance(each, Claim)]
            for each in claims:
                self._append(self._end(each))
            if not claims:
                break

    def _observed(self, place: Place) -> Observation:
        running = self.ledger.running(place)
        if running is None:
            return Observation(Presence.ABSENT)
        return Observation(Presence.RUNNING, digest=running.digest, version=running.version)

    def _identify(self) -> str:
        return f"{next(self.ids):032x}"

    def _append(self, record: Record) -> Record:
        final = numbered(record, self.ledger.sequence + 1)
        self.ledger.apply(final)
        self.records.append(final)
        return final

    def _end(self, claim: Claim) -> End:
        failed = claim.sequence % FAILS == 0
        ended = instant_text(instant_of(claim.at) + timedelta(minutes=2))
        content = claim.assignment.content
        end = End(
            id=self._identify(),
            at=ended,
            reconciler="one",
            environment=claim.environment,
            app=claim.app,
            deployment=claim.deployment,
            outcome=Outcome.ROLLED_BACK if failed else Outcome.SUCCEEDED,
            version=content.version,
            running=claim.assignment.previous if failed else content,
            steps=(),
            why="smoke: found another version" if failed else "",
            started=claim.at,
            ended=ended,
            seconds=120,
        )
        return end.model_copy(update={"log": self.logged(end)}) if self.logged else end

    def publish(self) -> None:
        """Put the records on the remote's branch of the history, unsigned."""
        argv = ["git", "-C", str(self.bare), "fast-import", "--quiet"]
        first = int(START.timestamp())
        with subprocess.Popen(argv, stdin=subprocess.PIPE) as child:
            assert child.stdin
            for each in self.records:
                text = message_of(each, each.subject).encode()
                who = f"one <one@localhost> {first + each.sequence} +0000"
                head = f"commit {BRANCH}\nauthor {who}\ncommitter {who}\ndata {len(text)}\n"
                child.stdin.write(head.encode() + text + b"\n")
        assert child.returncode == 0

    def configuration(self) -> Configuration:
        """That of a host which proves it."""
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

    def trust(self, clone: Git) -> None:
        """Let a clone take all records as checked: their signatures are left out."""
        clone.fetch(str(self.bare), f"{BRANCH}:{VERIFIED}")
