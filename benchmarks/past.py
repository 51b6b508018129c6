"""A made-up past: as many decisions as asked for, of the real planner, in a real repository.

Merges are signed and judged as anywhere; each plan is made from what is in force and what the
history says, and written down by the same `Scribe` as the daemon's. Only the world is left out:
that a deployment ends, and how, is made up, one in eleven fails. The chain of records is imported
without signatures. Equal sizes give equal files and equal decisions.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from reconciler.daemon.court import Court
from reconciler.deployer.ledger import Ledger
from reconciler.model.host import Host
from reconciler.model.observation import Observation, Presence
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Claim, End, Outcome, Record, numbered
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

START = datetime(2026, 1, 5, tzinfo=UTC)
FAILS = 11
_DAY = timedelta(days=1)

_ENVIRONMENT = """apiVersion: tagboat/v1
kind: Environment
name: {name}
extends: {policy}
tier: {tier}
"""
_POLICIES = {
    "easy": "target: {driver: memory}\npermissions: {promote: [role/developer]}\n",
    "strict": (
        "extends: easy\n"
        "gates: {after: {environment: staging, soak: 20h}}\n"
        'windows: [{days: [mon, tue, wed, thu, fri], from: "08:00", until: "18:00"}]\n'
        "calendar: madrid\n"
    ),
}
_CALENDAR = "holidays: {country: ES, region: MD}\nweekend: [sat, sun]\n"
_FREEZE = 'from: "2026-02-02T00:00:00Z"\nuntil: "2026-02-04T00:00:00Z"\nreason: Stocktaking\n'


@dataclass
class Past:
    """A remote, its keys and its history, in a folder; `grow` it, then `publish` it."""

    folder: Path
    apps: int
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
        self.root = self._import(dict(self._files()))
        self.git.tell(["read-tree", self.root], extra=self._index)
        self.court = Court(self.git, self.root)

    @property
    def _index(self) -> dict[str, str]:
        return {"GIT_INDEX_FILE": str(self.folder / "index")}

    def _key(self, name: str) -> str:
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]
        subprocess.run(argv, cwd=self.folder, check=True)
        return " ".join((self.folder / f"{name}.pub").read_text().split()[:2])

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
                "guards: {policies: [{role: admin}], people: [{role: admin}]}\n"
            ),
        )
        for name, text in _POLICIES.items():
            yield f"environments/policies/{name}.yaml", _head("Policy", name) + text
        yield "environments/calendars/madrid.yaml", _head("Calendar", "madrid") + _CALENDAR
        yield (
            "environments/freezes/stock.yaml",
            _head("Freeze", "stock") + "scope: {tiers: [production]}\n" + _FREEZE,
        )
        for name, policy, tier in (
            ("staging", "easy", "test"),
            ("production", "strict", "production"),
        ):
            yield (
                f"environments/{name}/environment.yaml",
                _ENVIRONMENT.format(name=name, policy=policy, tier=tier),
            )
        for number in range(self.apps):
            app = f"app-{number}"
            yield f"releases/{app}/app.yaml", _app(app)
            yield f"releases/{app}/1.0.0/release.yaml", _release(app, number, 0)
            yield f"environments/staging/{app}.yaml", _promotion(app, 0)
            yield f"environments/production/{app}.yaml", self._in_production(number, 0)

    def _in_production(self, number: int, version: int) -> str:
        if number % 5:
            return _promotion(f"app-{number}", version)
        return (
            f"apiVersion: tagboat/v1\nkind: Promotion\napp: app-{number}\n"
            'follow: {environment: staging, schedule: {time: "11:00"}}\n'
        )

    def _import(self, files: dict[str, str]) -> str:
        argv = ["git", f"--git-dir={self.bare}", "fast-import", "--quiet"]
        with subprocess.Popen(argv, stdin=subprocess.PIPE) as child:
            assert child.stdin
            child.stdin.write(
                b"commit refs/heads/main\ncommitter i <i@h> 1760000000 +0000\ndata 1\nm\n"
            )
            for path, text in sorted(files.items()):
                data = text.encode()
                child.stdin.write(
                    f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"
                )
        assert child.returncode == 0
        return self.git.tell(["rev-parse", "main"])

    def merge(self) -> str:
        """A new release of every app, promoted everywhere; ben asks and ana merges."""
        self.merges += 1
        for number in range(self.apps):
            app, version = f"app-{number}", self.merges
            self._put(f"releases/{app}/1.{version}.0/release.yaml", _release(app, number, version))
            self._put(f"environments/staging/{app}.yaml", _promotion(app, version))
            self._put(f"environments/production/{app}.yaml", self._in_production(number, version))
        base = self.git.tell(["rev-parse", "main"])
        tree = self.git.tell(["write-tree"], extra=self._index)
        asked = self._commit(tree, "ben", base)
        return self._commit(tree, "ana", base, asked)

    def _put(self, path: str, text: str) -> None:
        blob = self.git.tell(["hash-object", "-w", "--stdin"], stdin=text.encode())
        self.git.tell(
            ["update-index", "--add", "--cacheinfo", f"100644,{blob},{path}"], extra=self._index
        )

    def _commit(self, tree: str, by: str, *parents: str) -> str:
        flags = [flag for parent in parents for flag in ("-p", parent)]
        key = ["-c", f"user.signingkey={self.folder / by}"]
        made = self.git.tell([*key, "commit-tree", tree, *flags, "-S", "-m", "m"])
        if by == "ana":
            self.git.tell(["update-ref", "refs/heads/main", made])
        return made

    def grow(self, decisions: int) -> None:
        """Live day after day until there are so many decisions; every other day a merge comes."""
        tip = self.root
        for day in count():
            morning = START + day * _DAY
            for hour in (7, 9, 11, 14):
                self.look(tip, morning + timedelta(hours=hour, minutes=1))
                if self.decisions >= decisions:
                    return
            if day % 2:
                tip = self.merge()

    def look(self, tip: str, now: datetime) -> None:
        """Plan, write down what is decided, and let what was begun end before the next look."""
        judged = self.court.at(tip)
        assert not judged.judgement.taints, judged.judgement.taints
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
                places_at_once=10 * self.apps,
            )
            plan = make_plan(inputs)
            scribe = Scribe(
                Witness(inputs, editions()),
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
            claims = [self._append(each) for each in decided]
            for each in claims:
                if isinstance(each, Claim):
                    self._append(self._end(each))

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
        return End(
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


def _head(kind: str, name: str) -> str:
    return f"apiVersion: tagboat/v1\nkind: {kind}\nname: {name}\n"


def _app(app: str) -> str:
    return _head("App", app) + (
        "versions: {scheme: semver}\ncomponents:\n"
        '  - {name: web, artifact: {tree: "."}, run: [./serve], listens: socket}\n'
        "pipeline:\n  smoke:\n    up: {command: {run: [./smoke]}, timeout: 10s}\n"
    )


def _release(app: str, number: int, version: int) -> str:
    digits = f"{number * 1000 + version + 1:040x}"
    return (
        f'apiVersion: tagboat/v1\nkind: Release\napp: {app}\nversion: "1.{version}.0"\n'
        f'tag: "v1.{version}.0"\ncommit: "{digits}"\n'
        f'components:\n  - {{name: web, artifact: {{tree: "{digits}"}}}}\n'
        f"summary: Number {version}\ndowntime: none\nestimate: 2m\nmigration: none\n"
    )


def _promotion(app: str, version: int) -> str:
    return f'apiVersion: tagboat/v1\nkind: Promotion\napp: {app}\nrelease: "1.{version}.0"\n'
