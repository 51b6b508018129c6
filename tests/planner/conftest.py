"""Inputs of plans: files as text, a judgement, a history, nothing of the world."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from reconciler.deployer.ledger import Ledger
from reconciler.deployer.takeover import retirement
from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob, Snapshot
from reconciler.model.content import Content
from reconciler.model.deployment import Assignment, StepSpec, TestSpec, Work
from reconciler.model.place import Place
from reconciler.model.plan import Decision, Departed
from reconciler.model.records import (
    Claim,
    Departure,
    End,
    Outcome,
    Record,
    SignOff,
    Verification,
    numbered,
)
from reconciler.names import instant_text
from reconciler.planner.inputs import Inputs
from reconciler.planner.plan import make_plan
from reconciler.signoff import Admission, Judgement, Progress, Taint
from reconciler.signoff.authority import Authority
from reconciler.signoff.facts import Entry
from reconciler.signoff.law import Lawbook
from reconciler.validator import validate

ROOT, MERGE, TIP = "0" * 40, "1" * 40, "2" * 40
AT = "2026-11-20T10:00:00.000Z"

FILES = {
    "environments/people.yaml": """apiVersion: tagboat/v1
kind: People
people:
  ana: {name: Ana}
roles: {admin: [ana]}
""",
    "environments/production/environment.yaml": """apiVersion: tagboat/v1
kind: Environment
name: production
target: {driver: local, root: "{environment}/{app}"}
apps:
  shop:
    url: "http://127.0.0.1:8101"
    target: {listen: "127.0.0.1:8101"}
""",
    "environments/production/shop.yaml": """apiVersion: tagboat/v1
kind: Promotion
app: shop
release: "1.1.0"
""",
    "releases/shop/app.yaml": """apiVersion: tagboat/v1
kind: App
name: shop
versions: {scheme: semver}
components:
  - {name: web, artifact: {tree: "."}, run: [./serve], listens: socket}
pipeline:
  smoke:
    version: {http: {url: "/version", json: {"$.version": "{version}"}}, timeout: 5s}
""",
}


def release(version: str) -> str:
    return f"""apiVersion: tagboat/v1
kind: Release
app: shop
version: "{version}"
tag: "v{version}"
commit: "{"a" * 40}"
components:
  - {{name: web, artifact: {{tree: "{"b" * 40}"}}}}
summary: The {version}
downtime: none
estimate: 2m
migration: none
"""


for _each in ("1.0.0", "1.1.0", "1.2.0"):
    FILES[f"releases/shop/{_each}/release.yaml"] = release(_each)


def blob_id(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


@dataclass
class Scene:
    """One situation; change it, then ask for its decision about production/shop."""

    files: dict[str, str] = field(default_factory=lambda: dict(FILES))
    shown: dict[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    merged: bool = True
    records: list[Record] = field(default_factory=list)
    known: dict[str, object] = field(default_factory=dict)
    now: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)
    merge: str = MERGE

    def snapshot(self, files: dict[str, str]) -> Snapshot:
        tree = {path: Blob("100644", blob_id(text), text.encode()) for path, text in files.items()}
        return load(TIP, tree)[0]

    def inputs(self) -> Inputs:
        admitted = self.snapshot(self.files)
        tree = {
            path: Blob("100644", blob_id(text), text.encode()) for path, text in self.files.items()
        }
        report = load(TIP, tree)[1] + validate(admitted)
        admission = Admission(self.merge, "ana", ("ben",), (TIP,))
        judgement = Judgement(
            root=ROOT,
            tip=TIP,
            authority=Authority(
                {"ana": (), "ben": ()},
                {each: frozenset({"ana"}) for each in ("dev", "staging", "production")},
            ),
            admitted={each: Entry("100644", blob_id(text)) for each, text in self.files.items()},
            admissions=dict.fromkeys(
                (f"environments/{each}/{app}.yaml" for each, app in admitted.promotions), admission
            )
            if self.merged
            else {},
            taints=self.taints,
            undecided=False,
            progress=Progress(ROOT, {}, Lawbook({})),
        )
        inputs = Inputs(
            basis=TIP,
            snapshot=admitted,
            tip=self.snapshot({**self.files, **self.shown}),
            report=report,
            judgement=judgement,
            ledger=Ledger.of(self.records),
            now=self.now,
            reconciler="one",
            drivers=frozenset({"local"}),
        )
        return replace(inputs, **self.known)

    def decision(self) -> Decision:
        decisions = {str(each.place): each for each in make_plan(self.inputs()).decisions}
        return decisions["production/shop"]

    def assignment(self, version: str, environment: str = "production") -> Assignment:
        """What deploying a version somewhere comes to, with nothing there before."""
        shop = "environments/production/shop.yaml"
        files = {**self.files, shop: FILES[shop].replace("1.1.0", version)}
        files[f"environments/{environment}/shop.yaml"] = files[shop]
        plan = make_plan(Scene(files=files).inputs())
        found = {str(each.place): each.assignment for each in plan.decisions}
        assignment = found[f"{environment}/shop"]
        assert assignment
        return assignment

    def content(self, version: str) -> Content:
        return self.assignment(version).content

    def add(self, record: Record) -> None:
        self.records.append(numbered(record, len(self.records) + 1))

    def claimed(
        self, version: str, *, commit: str = MERGE, by: str = "one", host: str = ""
    ) -> Claim:
        assignment = self.assignment(version)
        self.add(
            Claim(
                id=f"c{len(self.records)}",
                at=AT,
                reconciler=by,
                host=host,
                environment="production",
                app="shop",
                assignment=assignment,
                basis=TIP,
                sign_off=SignOff(commit=commit),
            )
        )
        claim = self.records[-1]
        assert isinstance(claim, Claim)
        return claim

    def ended(self, claim: Claim, outcome: Outcome, running: str) -> None:
        self.add(
            End(
                id=f"e{len(self.records)}",
                at=AT,
                reconciler="one",
                environment="production",
                app="shop",
                deployment=claim.deployment,
                outcome=outcome,
                version=claim.assignment.content.version,
                running=self.content(running) if running else None,
                steps=(),
                why="" if outcome is Outcome.SUCCEEDED else "smoke: version: found 1.0.0",
                started=AT,
                ended=AT,
                seconds=3,
            )
        )

    def ran(
        self,
        version: str,
        *,
        environment: str = "production",
        outcome: Outcome = Outcome.SUCCEEDED,
        previous: str = "",
        tested: bool = False,
        expires: str = "",
    ) -> Claim:
        """A deployment with its end; ``tested`` where the place has long tests."""
        assignment = self.assignment(version, environment)
        if tested:
            test = TestSpec(name="e2e", probe="command", settings={}, timeout=60)
            step = StepSpec(name="tests", work=Work.SMOKE, timeout=60, tests=(test,))
            lanes = assignment.lanes.model_copy(update={"verification": (step,)})
            assignment = assignment.model_copy(update={"lanes": lanes})
        running = assignment.content
        if outcome is not Outcome.SUCCEEDED:
            running = self.assignment(previous, environment).content if previous else None
        return self._deployed(environment, assignment, outcome, running, expires=expires)

    def took(self, content: Content, *, slot: str = "") -> None:
        """This very content came to production, with a slot if one is given."""
        assignment = self.assignment("1.0.0").model_copy(update={"content": content})
        self._deployed("production", assignment, Outcome.SUCCEEDED, content, slot=slot)

    def failed(self, assignment: Assignment, *, running: str) -> None:
        """This deployment in production failed, and what ran there before does again."""
        self._deployed("production", assignment, Outcome.ROLLED_BACK, self.content(running))

    def _deployed(
        self,
        environment: str,
        assignment: Assignment,
        outcome: Outcome,
        running: Content | None,
        *,
        slot: str = "",
        expires: str = "",
    ) -> Claim:
        where = {"environment": environment, "app": "shop", "at": self._moment()}
        self.add(
            Claim(
                id=f"c{len(self.records)}",
                reconciler="one",
                assignment=assignment,
                basis=TIP,
                sign_off=SignOff(commit=self.merge),
                slot=slot,
                expires=expires,
                **where,
            )
        )
        claim = self.records[-1]
        assert isinstance(claim, Claim)
        self.add(
            End(
                id=f"e{len(self.records)}",
                reconciler="one",
                deployment=claim.deployment,
                outcome=outcome,
                version=assignment.content.version,
                running=running,
                steps=(),
                why="" if outcome is Outcome.SUCCEEDED else "smoke: version: found 1.0.0",
                started=self._moment(),
                ended=self._moment(),
                seconds=0,
                **where,
            )
        )
        return claim

    def retires(self, version: str) -> None:
        """The file is gone, and what ran in production was taken away."""
        before = self.assignment(version)
        gone = retirement(before, before.content)
        self._deployed("production", gone, Outcome.SUCCEEDED, None)
        self.files.pop("environments/production/shop.yaml")

    def tests(self, version: str, environment: str, *, passed: bool) -> None:
        """The long tests of a place have said something of a version."""
        content = self.assignment(version, environment).content
        self.add(
            Verification(
                id=f"v{len(self.records)}",
                at=self._moment(),
                reconciler="one",
                environment=environment,
                app="shop",
                deployment=f"{environment}.shop.1",
                digest=content.digest,
                version=version,
                commit=content.commit,
                passed=passed,
                why="" if passed else "e2e",
            )
        )

    def departs(self, departed: Departed) -> None:
        """A slot of production is written down as the plan says."""
        self.add(
            Departure(
                id=f"d{len(self.records)}",
                at=self._moment(),
                reconciler="one",
                environment="production",
                app="shop",
                slot=departed.slot,
                fate=departed.fate,
                wanted=self.decision().wanted,
                why=departed.why,
                basis=TIP,
                sign_off=self.merge,
            )
        )

    def _moment(self) -> str:
        return instant_text(self.now)

    def runs(self, version: str) -> None:
        self.ended(self.claimed(version, commit=ROOT), Outcome.SUCCEEDED, version)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def place() -> Place:
    return Place("production", "shop")
