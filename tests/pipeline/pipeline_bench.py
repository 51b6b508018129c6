"""One deployment on a bench: real lanes, machine, journal, backups; a place in memory, no git."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.daemon.equipment import Equipment
from reconciler.daemon.executor import Executor
from reconciler.deployer.lanes import Before, Lane
from reconciler.drivers.memory import MemoryDriver, MemoryPlaces
from reconciler.errors import StepErroredError, StepFailedError
from reconciler.journal.jsonl import FileJournal
from reconciler.model.content import Content, ContentComponent, PlaceTarget
from reconciler.model.deployment import Assignment, StepSpec, TestSpec, Work
from reconciler.model.pipeline import Pipeline
from reconciler.model.records import Answer, Claim, End, Inquiry, Outcome, SignOff, body_of
from reconciler.model.release import Artifact
from reconciler.system.backups import BackupFolder

AT = "2026-11-20T10:00:00.000Z"
TARGET = PlaceTarget(
    environment="dev", app="shop", driver="memory", url="http://shop.example", listen="x:1"
)

WHOLE = """
prepare:
  code: {run: [code], undo: [uncode]}
maintenance: {when: always}
backup: {run: [dump], restore: [load]}
migrate: {run: [migrate], undo: [unmigrate]}
settle: 1s
smoke:
  look: {manual: {by: [initiator], ask: "Good?"}, timeout: 30m}
  home: {http: {url: /}}
advance: {branch: live}
cleanup:
  cache: {run: [cache-on], check: {command: {run: [is-on]}}}
"""


class Killed(BaseException):
    """Nothing after it runs."""


@dataclass
class Points:
    """Failpoints that write down what is reached, and end everything at one visit."""

    kill_at: int = 0
    names: list[str] = field(default_factory=list)

    def reach(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self.kill_at:
            raise Killed(name)


@dataclass
class Time:
    """A clock that moves when somebody waits."""

    passed: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 20, 10, tzinfo=UTC) + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


@dataclass(frozen=True)
class Ran:
    """How a program of the bench ended."""

    returncode: int = 0
    timed_out: bool = False
    gist: str = "so it was told"
    output: str = "said something\n"


@dataclass
class Programs:
    """Programs that write down that they ran; ``ends`` says how some of them end."""

    ends: dict[str, Ran | Exception] = field(default_factory=dict)
    ran: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    data: str = "the data"
    data_at: list[str] = field(default_factory=list)
    on_run: Callable[[str], None] = lambda _: None

    def run(
        self,
        argv: Sequence[str],
        *,
        folder: Path | None,
        environment: Mapping[str, str],
        timeout: float,
        mark: str,
    ) -> Ran:
        self.ran.append((argv[0], dict(environment)))
        self.on_run(argv[0])
        end = self.ends.get(argv[0], Ran())
        if isinstance(end, Exception):
            raise end
        if argv[0] == "dump":
            Path(environment["TAGBOAT_BACKUP"]).write_text(self.data)
        if argv[0] == "load":
            self.data_at.append(Path(environment["TAGBOAT_BACKUP"]).read_text())
        return end

    def end(self, mark: str) -> None:
        pass

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.ran]


@dataclass
class Answers:
    """Probes by version or program: what says no, what can't tell."""

    no: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    place: Callable[[], str] = lambda: ""

    def check(self, test: TestSpec, folder: Path | None, *, timeout: float) -> None:
        about = test.settings.get("run", [self.place()])[0]
        self.asked.append(about)
        if about in self.no:
            raise StepFailedError(f"{about} says no")
        if about in self.unknown:
            raise StepErroredError(f"{about} can't tell")


@dataclass
class Branches:
    moved: list[str] = field(default_factory=list)
    refusing: bool = False

    def advance(self, content: Content, branch: str, *, timeout: float) -> str:
        if self.refusing:
            raise StepFailedError("it has other commits")
        self.moved.append(f"{branch} {content.version}")
        return branch


class Quiet:
    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, deployment: object, event: Mapping[str, Any]) -> None:
        pass

    def output(self, deployment: str, step: str, text: str) -> None:
        self.said.append(f"{step}: {text}")


def content(version: str, commit: str = "a") -> Content:
    tree = Artifact(tree="b" * 40)
    components = (
        ContentComponent(name="db", version=version, artifact=tree),
        ContentComponent(name="web", version=version, artifact=tree, needs=("db",)),
    )
    return Content(
        app="shop",
        repository="shop",
        version=version,
        tag=f"v{version}",
        commit=commit * 40,
        components=components,
        config={"DB": "shop"},
    )


def pipeline(text: str) -> Pipeline:
    from ruamel.yaml import YAML

    return Pipeline.model_validate(YAML(typ="safe").load(text) or {}, strict=False)


CLAIMS: dict[object, tuple[Before, Claim]] = {}
OLD, NEW = content("1.0.0"), content("2.0.0", "c")
FROM_OLD = Before(content=OLD)


@dataclass
class Bench:
    """The place and everything around it; `carry` does a deployment, or goes on with it."""

    folder: Path
    text: str = WHOLE
    migration: str = "breaking"
    before: Before = FROM_OLD
    places: MemoryPlaces = field(default_factory=MemoryPlaces)
    programs: Programs = field(default_factory=Programs)
    answers: Answers = field(default_factory=Answers)
    branches: Branches = field(default_factory=Branches)
    time: Time = field(default_factory=Time)
    watcher: Quiet = field(default_factory=Quiet)
    failing: dict[str, Work] = field(default_factory=dict)
    said: list[Answer] = field(default_factory=list)
    asked: list[Inquiry] = field(default_factory=list)
    reply: str = "yes"
    """What people say at once to each question; empty for nothing."""
    driver: MemoryDriver | None = None
    sequence: int = 7
    content: Content = NEW

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.answers.place = lambda: self.running
        if self.before.content:
            old = MemoryDriver(places=self.places)
            old.apply(TARGET, self.before.content, fence=1, timeout=1)

    @property
    def running(self) -> str:
        place = self.places.of(TARGET)
        return place.current.version if place.current else ""

    @property
    def page(self) -> bool:
        return self.places.of(TARGET).page is not None

    @property
    def claim(self) -> Claim:
        before = self.before
        key = (self.text, self.migration, self.sequence, self.content.digest, id(before))
        if key not in CLAIMS or CLAIMS[key][0] is not before:
            CLAIMS[key] = (before, self._claim())
        return CLAIMS[key][1]

    def _claim(self) -> Claim:
        lane = Lane(
            pipeline=pipeline(self.text),
            target=TARGET,
            content=self.content,
            before=self.before,
            customer=None,
            downtime=180,
            estimate=600,
            breaking=self.migration == "breaking",
        )
        return Claim(
            id=f"r{self.sequence}",
            sequence=self.sequence,
            at=AT,
            reconciler="one",
            environment="dev",
            app="shop",
            deployment=f"dev.shop.{self.sequence}",
            assignment=Assignment(
                target=TARGET,
                content=self.content,
                previous=self.before.content,
                lanes=lane.lanes(),
            ),
            basis="c" * 40,
            sign_off=SignOff(commit="d" * 40),
            plan_digest="sha256:0",
        )

    def journal(self, points: Points) -> FileJournal:
        return FileJournal(self.folder / f"{self.sequence}.jsonl", points)

    def backups(self, points: Points) -> BackupFolder:
        return BackupFolder(self.folder / "backups", points)

    def equipment(self, points: Points) -> Equipment:
        driver = self.driver or MemoryDriver(places=self.places, failing=self.failing)
        return Equipment(
            drivers={"memory": driver},
            probes={"http": self.answers, "command": self.answers},
            commands=self.programs,
            backups=self.backups(points),
            branches=self.branches,
            clock=self.time,
            failpoints=points,
            watcher=self.watcher,
            identify=lambda: "e1",
            answers=lambda _: tuple(self.said),
            ask=self._ask,
            newer=lambda _: "",
        )

    def _ask(self, inquiry: Inquiry) -> None:
        self.asked.append(inquiry)
        if self.reply and all(each.inquiry != inquiry.id for each in self.said):
            self.said.append(answer(inquiry, said=self.reply))

    def carry(self, points: Points | None = None, *, backward: bool = False) -> End:
        """Begin, or go on from the journal; raises `Killed` where the points say so."""
        points = points or Points()
        journal = self.journal(points)
        if not journal.events():
            event = {
                "event": "claimed",
                "claim": body_of(self.claim),
                "backward": backward,
                "at": AT,
            }
            FileJournal(journal.path, Points()).append(event)
        return Executor(self.equipment(points), journal, threading.Event()).carry()

    def steps(self, end: End) -> list[str]:
        return [each.name for each in end.steps]


def answer(inquiry: Inquiry, **more: object) -> Answer:
    """What ana answers to a question."""
    said = {
        "id": "a1",
        "at": AT,
        "reconciler": "one",
        "request": "q1",
        "verb": "confirm",
        "environment": "dev",
        "app": "shop",
        "deployment": inquiry.deployment,
        "by": "ana",
        "granted": True,
        "inquiry": inquiry.id,
        "question": inquiry.step,
        "said": "yes",
    }
    return Answer.model_validate({**said, **more})


def settled(bench: Bench, end: End) -> None:
    """The laws that hold after any end, whatever happened on the way."""
    if end.outcome is Outcome.STUCK:
        assert bench.page or not bench.claim.assignment.lanes.maintained, "I3: page is on"
        return
    assert not bench.page, "nobody is kept out any more"
    version = end.running.version if end.running else ""
    assert bench.running == version, "what is said to run runs"
    parts = end.running.components if end.running else ()
    up = [(each.name, each.version) for each in parts]
    assert list(bench.places.of(TARGET).up.items()) == up, "all of it, in the order of its needs"


__all__ = [
    "NEW",
    "OLD",
    "WHOLE",
    "Bench",
    "Killed",
    "Points",
    "Ran",
    "StepSpec",
    "answer",
    "content",
]
