"""A made-up history with everything in it that the site must show."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from reconciler.model.app import App
from reconciler.model.content import Content, ContentComponent, PlaceTarget
from reconciler.model.deployment import (
    Assignment,
    Lanes,
    Result,
    StepOutcome,
    StepSpec,
    TestSpec,
    Work,
)
from reconciler.model.environment import Environment
from reconciler.model.people import People
from reconciler.model.place import Place
from reconciler.model.plan import Decision, Plan, Verdict
from reconciler.model.records import (
    Answer,
    Claim,
    End,
    Outcome,
    Reason,
    Record,
    Refusal,
    Restart,
    SignOff,
    numbered,
)
from reconciler.model.release import Artifact, Release
from reconciler.names import instant_text
from reconciler.publish import SiteInputs

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
FORWARD = (("prepare", 2.1), ("apply", 0.4), ("rollout", 6.3), ("smoke", 3.2), ("cleanup", 0.2))
OPEN = (
    Reason(gate="files", state="open", why="all files are in order"),
    Reason(gate="sign-off", state="open", why="merged by approver, written by engineer"),
    Reason(gate="hold", state="open", why="no failure in staging holds it back"),
)


def content(app: str, version: str) -> Content:
    return Content(
        app=app,
        repository=app,
        version=version,
        tag=f"v{version}",
        commit=(version.replace(".", "") + "0" * 40)[:40],
        components=(
            ContentComponent(
                name="web", version=version, artifact=Artifact(tree="c" * 40), run=("./server.py",)
            ),
        ),
    )


def release(app: str, version: str, **changes: object) -> Release:
    fields: dict[str, object] = {
        "apiVersion": "tagboat/v1",
        "kind": "Release",
        "app": app,
        "version": version,
        "tag": f"v{version}",
        "commit": content(app, version).commit,
        "components": [{"name": "web", "artifact": {"tree": "c" * 40}}],
        "summary": f"What is new in {app} {version}",
        "downtime": "none",
        "estimate": "1m",
        "migration": "none",
    }
    return Release.model_validate({**fields, **changes})


def app(name: str, title: str) -> App:
    return App.model_validate(
        {
            "apiVersion": "tagboat/v1",
            "kind": "App",
            "name": name,
            "title": title,
            "owner": "team/web",
            "versions": {"scheme": "semver"},
            "components": [{"name": "web"}],
        }
    )


def environment(name: str, title: str, tier: str) -> Environment:
    return Environment.model_validate(
        {
            "apiVersion": "tagboat/v1",
            "kind": "Environment",
            "name": name,
            "title": title,
            "tier": tier,
            "target": {"driver": "memory"},
            "links": {"dashboard": f"https://dash.example/{name}", "logs": "javascript:alert(1)"},
            "permissions": {"promote": ["role/release-manager"]},
        }
    )


@dataclass
class Past:
    """Writes records one after the other."""

    records: list[Record] = field(default_factory=list)
    running: dict[tuple[str, str], Content] = field(default_factory=dict)

    def append(self, record: Record) -> Record:
        placed = numbered(record, len(self.records) + 1)
        self.records.append(placed)
        return placed

    def deploy(
        self,
        place: str,
        version: str,
        ago: timedelta,
        *,
        outcome: Outcome | None = Outcome.SUCCEEDED,
        why: str = "",
        summary: str = "Faster checkout",
    ) -> str:
        """One deployment; without an outcome it is left under way."""
        where, what = place.split("/")
        began = NOW - ago
        wanted, before = content(what, version), self.running.get((where, what))
        test = TestSpec(name="home", probe="http", settings={}, timeout=10)
        steps = tuple(
            StepSpec(name=name, work=Work(name), timeout=60, tests=(test,) * (name == "smoke"))
            for name, _ in FORWARD
        )
        backward = tuple(
            StepSpec(name=f"back/{name}", work=Work(name), timeout=60)
            for name in ("apply", "rollout", "smoke")
        )
        claim = self.append(
            Claim(
                id=f"claim-{len(self.records)}",
                at=instant_text(began),
                reconciler="harbour",
                environment=where,
                app=what,
                assignment=Assignment(
                    target=PlaceTarget(
                        environment=where,
                        app=what,
                        driver="memory",
                        url=f"https://{what}.{where}.example",
                    ),
                    content=wanted,
                    previous=before,
                    lanes=Lanes(forward=steps, backward=backward),
                ),
                basis="b" * 40,
                sign_off=SignOff(commit="a" * 40, merged_by="approver", authors=("engineer",)),
                reasons=OPEN,
                estimate=60,
                summary=summary,
            )
        )
        assert isinstance(claim, Claim)
        if outcome is None:
            return claim.deployment
        runs = {Outcome.SUCCEEDED: wanted, Outcome.ROLLED_BACK: before, Outcome.STUCK: None}
        outcomes = _outcomes(began, outcome, why)
        ended = outcomes[-1].ended
        self.append(
            End(
                id=f"end-{len(self.records)}",
                at=ended,
                reconciler="harbour",
                environment=where,
                app=what,
                deployment=claim.deployment,
                outcome=outcome,
                version=version,
                running=runs[outcome],
                steps=outcomes,
                why=why,
                started=instant_text(began),
                ended=ended,
                seconds=14,
            )
        )
        after = runs[outcome]
        if after:
            self.running[where, what] = after
        else:
            self.running.pop((where, what), None)
        return claim.deployment

    def of(self, kind: type[Answer | Refusal | Restart], place: str, **fields: object) -> None:
        where, what = place.split("/")
        self.append(
            kind(
                id=f"other-{len(self.records)}",
                at=instant_text(NOW - timedelta(minutes=7)),
                reconciler="harbour",
                **{"environment": where, "app": what, **fields},  # type: ignore[arg-type]
            )
        )


def _outcomes(began: datetime, outcome: Outcome, why: str) -> tuple[StepOutcome, ...]:
    steps = list(FORWARD)
    if outcome is not Outcome.SUCCEEDED:
        steps = [*FORWARD[:4], ("back/apply", 0.5), ("back/rollout", 4.0)]
        if outcome is Outcome.ROLLED_BACK:
            steps += [("back/smoke", 1.0), ("cleanup", 0.2)]
    failing = {"smoke"} if outcome is not Outcome.SUCCEEDED else set()
    if outcome is Outcome.STUCK:
        failing.add("back/rollout")
    found, at = [], began
    for name, seconds in steps:
        until = at + timedelta(seconds=seconds)
        found.append(
            StepOutcome(
                name=name,
                result=Result.FAILED if name in failing else Result.PASSED,
                started=instant_text(at),
                ended=instant_text(until),
                detail=why if name in failing else "answered 200" if "smoke" in name else "",
            )
        )
        at = until
    return tuple(found)


def decision(place: str, verdict: Verdict, **fields: object) -> Decision:
    given: dict[str, object] = {
        "wanted": "",
        "running": "",
        "reasons": (),
        "sentence": str(verdict.value),
    }
    return Decision(place=Place.parse(place), verdict=verdict, **{**given, **fields})  # type: ignore[arg-type]


def inputs_of(past: Past, *decisions: Decision, **changes: object) -> SiteInputs:
    """Inputs with three apps and five environments, changed as given."""
    fields: dict[str, object] = {
        "title": "Harbour deployments",
        "plan": Plan("e" * 40, tuple(sorted(decisions, key=lambda each: each.place))),
        "records": tuple(past.records),
        "releases": {
            (name, version): release(name, version, tickets=["SHOP-25", "https://t.example/SHOP-7"])
            for name, version in (
                ("shop", "1.0.0"),
                ("shop", "1.2.0"),
                ("shop", "1.3.0"),
                ("shop", "1.10.0"),
                ("blog", "2026.45.1"),
                ("blog", "2026.46.2"),
                ("pay", "4.1.0"),
            )
        },
        "apps": {
            name: app(name, title)
            for name, title in (
                ("shop", "Harbour Shop"),
                ("blog", "Harbour Blog"),
                ("pay", "Payments"),
            )
        },
        "environments": {
            name: environment(name, title, tier)
            for name, title, tier in (
                ("production", "Production", "production"),
                ("acme-uat", "Acceptance", "uat"),
                ("staging", "Staging", "staging"),
                ("dev", "Development", "dev"),
                ("test", "Test", "test"),
            )
        },
        "people": People.model_validate(
            {
                "apiVersion": "tagboat/v1",
                "kind": "People",
                "people": {
                    "engineer": {"name": "Erin Example"},
                    "approver": {"name": "Avery Example"},
                },
                "roles": {"release-manager": ("approver",)},
            }
        ),
        "generated_at": NOW,
    }
    return SiteInputs(**{**fields, **changes})  # type: ignore[arg-type]


def everything() -> SiteInputs:
    """One place running, one deploying, one held after going back, one stuck, one held anew."""
    past = Past()
    hours = lambda number: timedelta(hours=number)  # noqa: E731
    past.deploy("dev/shop", "1.2.0", hours(400))
    past.deploy("staging/shop", "1.2.0", hours(300))
    past.deploy("production/shop", "1.2.0", hours(200), summary="Lanterns, with their article")
    past.deploy("dev/shop", "1.10.0", hours(60))
    past.deploy("dev/blog", "2026.46.2", hours(50))
    past.deploy("test/blog", "2026.46.2", hours(40))
    past.deploy("acme-uat/blog", "2026.45.1", hours(39))
    past.deploy("staging/blog", "2026.45.1", hours(30))
    past.deploy("production/blog", "2026.45.1", hours(29))
    past.deploy(
        "staging/blog",
        "2026.46.2",
        hours(20),
        outcome=Outcome.STUCK,
        why="home: asked http://127.0.0.1:8104/ three times, connection refused",
    )
    past.deploy("staging/shop", "1.10.0", hours(5))
    past.deploy("production/pay", "4.1.0", hours(4))
    past.deploy(
        "production/shop",
        "1.3.0",
        hours(2),
        outcome=Outcome.ROLLED_BACK,
        why="version: expected 1.3.0 at $.version, found 1.2.0",
    )
    past.of(
        Restart, "production/pay", version="4.1.0", why="the process had ended with exit code 1"
    )
    past.of(
        Refusal,
        "production/blog",
        wanted="2026.46.2",
        basis="b" * 40,
        reasons=(Reason(gate="sign-off", state="closed", why="engineer merged what they wrote"),),
    )
    past.deploy("test/shop", "1.10.0", timedelta(minutes=1), outcome=None)
    held = Reason(
        gate="hold",
        state="closed",
        why="1.3.0 rolled back in production.shop.25: version: expected 1.3.0, found 1.2.0",
        remedy="promote another release and have it merged",
    )
    unsigned = Reason(
        gate="sign-off",
        state="closed",
        why="engineer merged a commit that engineer wrote",
        remedy="another listed person with promote merges it",
    )
    same = [
        ("dev/shop", "1.10.0"),
        ("staging/shop", "1.10.0"),
        ("dev/blog", "2026.46.2"),
        ("test/blog", "2026.46.2"),
        ("acme-uat/blog", "2026.45.1"),
        ("production/pay", "4.1.0"),
    ]
    return inputs_of(
        past,
        *(
            decision(
                place, Verdict.IN_SYNC, wanted=version, running=version, sentence=f"runs {version}"
            )
            for place, version in same
        ),
        decision(
            "production/shop",
            Verdict.HOLD,
            wanted="1.3.0",
            running="1.2.0",
            reasons=(*OPEN[:2], held),
            sentence="wants 1.3.0 (held), runs 1.2.0",
        ),
        decision(
            "production/blog",
            Verdict.HOLD,
            wanted="2026.46.2",
            running="2026.45.1",
            reasons=(OPEN[0], unsigned, OPEN[2]),
            sentence="wants 2026.46.2 (held), runs 2026.45.1",
        ),
        decision(
            "staging/blog",
            Verdict.HOLD,
            wanted="2026.46.2",
            reasons=(held,),
            sentence="wants 2026.46.2 (held), runs nothing",
        ),
        decision("test/shop", Verdict.BUSY, wanted="1.10.0", sentence="deploying 1.10.0"),
        decision(
            "acme-uat/shop",
            Verdict.DEPLOY,
            wanted="1.10.0",
            sentence="deploys 1.10.0; there is nothing to go back to",
        ),
        decision("dev/pay", Verdict.BROKEN, wanted="4.1.0", sentence="its file has errors"),
    )


HOSTILE = "<script>alert(1)</script>|`x`{{ config }}[a](javascript:alert(1))<img src=x onerror=alert(1)>\u202e"


def hostile() -> SiteInputs:
    """The same hostile text in every field that takes one (X19, X20, B38)."""
    past = Past()
    past.deploy("production/shop", "1.2.0", timedelta(hours=2), summary=HOSTILE)
    past.deploy(
        "production/shop",
        "1.3.0",
        timedelta(hours=1),
        outcome=Outcome.ROLLED_BACK,
        why=HOSTILE,
        summary=HOSTILE,
    )
    inputs = inputs_of(
        past,
        decision(
            "production/shop",
            Verdict.HOLD,
            wanted="1.3.0",
            running="1.2.0",
            sentence=HOSTILE,
            reasons=(*OPEN, Reason(gate="hold", state="closed", why=HOSTILE, remedy=HOSTILE)),
        ),
        title=HOSTILE,
    )
    return replace(
        inputs,
        releases={
            ("shop", "1.2.0"): release(
                "shop",
                "1.2.0",
                summary=HOSTILE.replace("\u202e", ""),
                notes=f"# {HOSTILE}\n\n    {HOSTILE}",
                tickets=["javascript:alert(1)", HOSTILE],
                way_back=HOSTILE,
            )
        },
        apps={"shop": inputs.apps["shop"].model_copy(update={"title": HOSTILE})},
        environments={
            "production": inputs.environments["production"].model_copy(
                update={"title": HOSTILE, "links": {"logs": "javascript:alert(1)"}}
            )
        },
    )
