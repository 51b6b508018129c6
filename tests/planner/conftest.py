"""Inputs of plans: files as text, a judgement, a history, nothing of the world."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from reconciler.deployer.ledger import Ledger
from reconciler.manifest.snapshot import Blob, Snapshot, load
from reconciler.model.content import Content
from reconciler.model.deployment import Assignment
from reconciler.model.place import Place
from reconciler.model.plan import Decision
from reconciler.model.records import Claim, End, Outcome, Record, SignOff, numbered
from reconciler.planner.inputs import Inputs
from reconciler.planner.plan import make_plan
from reconciler.signoff import Admission, Judgement, Progress, Taint
from reconciler.signoff.authority import Authority
from reconciler.signoff.facts import Entry
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

    def snapshot(self, files: dict[str, str]) -> Snapshot:
        tree = {path: Blob("100644", blob_id(text), text.encode()) for path, text in files.items()}
        return load(TIP, tree)[0]

    def inputs(self) -> Inputs:
        admitted = self.snapshot(self.files)
        tree = {
            path: Blob("100644", blob_id(text), text.encode()) for path, text in self.files.items()
        }
        report = load(TIP, tree)[1] + validate(admitted)
        admission = Admission(MERGE, "ana", ("ben",), (TIP,))
        judgement = Judgement(
            root=ROOT,
            tip=TIP,
            admitted={each: Entry("100644", blob_id(text)) for each, text in self.files.items()},
            admissions=dict.fromkeys(
                (f"environments/{each}/{app}.yaml" for each, app in admitted.promotions), admission
            )
            if self.merged
            else {},
            taints=self.taints,
            undecided=False,
            progress=Progress(ROOT, Authority({}, {}), "", {}),
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
        (decision,) = make_plan(self.inputs()).decisions
        return decision

    def content(self, version: str) -> Content:
        files = {**self.files}
        files["environments/production/shop.yaml"] = FILES[
            "environments/production/shop.yaml"
        ].replace("1.1.0", version)
        scene = Scene(files=files)
        assignment = scene.decision().assignment
        assert assignment
        return assignment.content

    def add(self, record: Record) -> None:
        self.records.append(numbered(record, len(self.records) + 1))

    def claimed(self, version: str, *, commit: str = MERGE, by: str = "one") -> Claim:
        base = Scene(files=self.files).decision().assignment
        assert base
        assignment = Assignment(target=base.target, content=self.content(version), lanes=base.lanes)
        self.add(
            Claim(
                id=f"c{len(self.records)}",
                at=AT,
                reconciler=by,
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

    def runs(self, version: str) -> None:
        self.ended(self.claimed(version, commit=ROOT), Outcome.SUCCEEDED, version)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def place() -> Place:
    return Place("production", "shop")
