"""Plans at rest, and a month looked ahead.

    .venv/bin/python benchmarks/plans.py [apps [environments]]

Plans a thousand apps in twenty environments where nothing is to be done: once after their files
were read, then again as a daemon does at each look. Then simulates a month of a train that fifty
environments follow in ten time zones. Prints a table and writes ``build/bench/plans.json``. Seconds
are CPU; memory is the most that the process ever had, files and history included.
"""

import hashlib
import json
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.deployer.ledger import Ledger
from reconciler.deployer.pipeline import content_of, target_of
from reconciler.manifest.layering import resolve
from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob
from reconciler.model.deployment import Assignment, Lanes
from reconciler.model.plan import Verdict
from reconciler.model.records import Claim, End, Outcome, SignOff, numbered
from reconciler.planner.inputs import Inputs
from reconciler.planner.plan import make_plan
from reconciler.planner.simulation import simulate
from reconciler.signoff import Judgement, Progress
from reconciler.signoff.authority import Authority
from reconciler.signoff.facts import Entry
from reconciler.signoff.law import Lawbook
from reconciler.validator import validate

ROOT = "0" * 40
AT = "2026-11-20T10:00:00.000Z"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TARGET = 0.1
MEMORY = 250
AHEAD = 5.0
FOLLOWERS = 50
ZONES = (
    *("America/New_York", "Europe/Madrid", "Africa/Nairobi", "Asia/Tokyo", "Australia/Sydney"),
    *("America/Sao_Paulo", "Europe/London", "Asia/Kolkata", "Pacific/Auckland", "Etc/UTC"),
)
PEOPLE = (
    "apiVersion: tagboat/v1\nkind: People\npeople:\n  ana: {name: Ana}\nroles: {admin: [ana]}\n"
    "guards: {policies: [{role: admin}], people: [{role: admin}]}\n"
)
POLICY = (
    "target: {driver: memory}\npermissions: {promote: [role/admin]}\n"
    'windows: [{days: [mon, tue, wed, thu], from: "08:00", until: "16:00"}]\n'
)


def head(kind: str, name: str) -> str:
    return f"apiVersion: tagboat/v1\nkind: {kind}\nname: {name}\n"


def app(name: str, *, train: str = "") -> str:
    scheme = 'calver, pattern: "YYYY.0M.0D.N"' if train else "semver"
    return head("App", name) + (
        f"versions: {{scheme: {scheme}}}\n{train}"
        'components:\n  - {name: web, artifact: {tree: "."}, run: [./serve]}\n'
    )


def release(name: str, version: str) -> str:
    return (
        f'apiVersion: tagboat/v1\nkind: Release\napp: {name}\nversion: "{version}"\n'
        f'tag: "v{version}"\ncommit: "{"a" * 40}"\n'
        f'components:\n  - {{name: web, artifact: {{tree: "{"b" * 40}"}}}}\n'
        "summary: The one that runs\ndowntime: none\nestimate: 2m\nmigration: none\n"
    )


def resting(apps: int, environments: int) -> Iterator[tuple[str, str]]:
    """Many apps, each promoted everywhere."""
    yield "environments/people.yaml", PEOPLE
    yield "environments/policies/common.yaml", head("Policy", "common") + POLICY
    for place in range(environments):
        text = head("Environment", f"env-{place}") + "extends: common\n"
        yield f"environments/env-{place}/environment.yaml", text
    for number in range(apps):
        name = f"app-{number}"
        yield f"releases/{name}/app.yaml", app(name)
        yield f"releases/{name}/1.0.0/release.yaml", release(name, "1.0.0")
        text = f'apiVersion: tagboat/v1\nkind: Promotion\napp: {name}\nrelease: "1.0.0"\n'
        for place in range(environments):
            yield f"environments/env-{place}/{name}.yaml", text


def followed() -> Iterator[tuple[str, str]]:
    """A train, a place that takes each release, and fifty that follow it a day later."""
    yield "environments/people.yaml", PEOPLE
    yield "environments/policies/common.yaml", head("Policy", "common") + POLICY
    train = 'train: {schedule: {days: [mon, wed], time: "07:00"}}\n'
    yield "releases/api/app.yaml", app("api", train=train)
    yield "releases/api/2026.11.18.1/release.yaml", release("api", "2026.11.18.1")
    promotion = "apiVersion: tagboat/v1\nkind: Promotion\napp: api\nfollow: "
    text = head("Environment", "staging") + "target: {driver: memory}\n"
    yield "environments/staging/environment.yaml", text
    yield "environments/staging/api.yaml", promotion + '{releases: "*"}\n'
    for number in range(FOLLOWERS):
        zone = ZONES[number % len(ZONES)]
        text = head("Environment", f"place-{number}") + f"extends: common\ntimezone: {zone}\n"
        yield f"environments/place-{number}/environment.yaml", text
        schedule = '{environment: staging, schedule: {days: [tue, thu], time: "09:30"}}\n'
        yield f"environments/place-{number}/api.yaml", promotion + schedule


def inputs_of(files: Iterator[tuple[str, str]]) -> Inputs:
    """All of it in force, nothing deployed."""
    tree = {
        path: Blob("100644", hashlib.sha1(text.encode()).hexdigest(), text.encode())
        for path, text in files
    }
    snapshot, report = load(ROOT, tree)
    report = report + validate(snapshot)
    assert not report.errors, report.errors[:3]
    judgement = Judgement(
        root=ROOT,
        tip=ROOT,
        authority=Authority({}, {}),
        admitted={path: Entry(each.mode, each.id) for path, each in tree.items()},
        admissions={},
        taints=(),
        undecided=False,
        progress=Progress(ROOT, {}, Lawbook({})),
    )
    return Inputs(
        basis=ROOT,
        snapshot=snapshot,
        tip=snapshot,
        report=report,
        judgement=judgement,
        ledger=Ledger(),
        now=NOW,
        reconciler="one",
        drivers=frozenset({"memory"}),
    )


def deployed(known: Inputs) -> Ledger:
    """A history in which every place has what it asks for."""
    ledger, snapshot = Ledger(), known.snapshot
    lanes = Lanes(forward=(), backward=())
    for environment, name in snapshot.promotions:
        here = resolve(snapshot, environment, name).environment
        assert here
        content = content_of(snapshot.apps[name], snapshot.releases[name, "1.0.0"], here)
        base = {"at": AT, "reconciler": "one", "environment": environment, "app": name}
        sequence = ledger.sequence + 1
        claim = Claim.model_validate(
            {
                **base,
                "id": f"{sequence:032x}",
                "assignment": Assignment(
                    target=target_of(snapshot.apps[name], here), content=content, lanes=lanes
                ),
                "basis": ROOT,
                "sign_off": SignOff(commit=ROOT),
            }
        )
        ledger.apply(claim := numbered(claim, sequence))  # type: ignore[assignment]
        end = End.model_validate(
            {
                **base,
                "id": f"{sequence + 1:032x}",
                "deployment": claim.deployment,
                "outcome": Outcome.SUCCEEDED,
                "version": "1.0.0",
                "running": content,
                "steps": (),
                "started": AT,
                "ended": AT,
                "seconds": 1,
            }
        )
        ledger.apply(numbered(end, sequence + 1))
    return ledger


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of one call, and what it gave."""
    began = time.process_time()
    given = action()
    return time.process_time() - began, given


def main(apps: int, environments: int) -> None:
    """Measure, print and write."""
    until = NOW + timedelta(days=30)
    ahead, events = timed(lambda: list(simulate(inputs_of(followed()), until=until)))
    read, known = timed(lambda: inputs_of(resting(apps, environments)))
    known = replace(known, ledger=deployed(known))
    first, plan = timed(lambda: make_plan(known))
    assert {each.verdict for each in plan.decisions} == {Verdict.IN_SYNC}
    assert len(plan.decisions) == apps * environments
    later = [replace(known, now=NOW + timedelta(seconds=number)) for number in range(1, 8)]
    idle = statistics.median(timed(lambda one=one: make_plan(one))[0] for one in later)  # type: ignore[misc]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{apps:,} apps, {environments} environments; {FOLLOWERS} followers, a month\n")
    rows = {
        "read and validate the files": read,
        "first plan": first,
        "idle plan": idle,
        "a month looked ahead": ahead,
    }
    for name, seconds in rows.items():
        print(f"{name:32}{seconds:9.3f} s")
    print(f"{'memory at the most':32}{memory:9.0f} MB")
    print(f"\ntimetable: {dict(Counter(each.what for each in events))}")
    print(f"target of an idle plan: {TARGET:.1f} s, {'met' if idle <= TARGET else 'MISSED'}")
    print(f"target of its memory: {MEMORY} MB, {'met' if memory <= MEMORY else 'MISSED'}")
    print(f"target of a month ahead: {AHEAD:.0f} s, {'met' if ahead <= AHEAD else 'MISSED'}")
    out = Path("build/bench/plans.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    told = {"apps": apps, "environments": environments, "memory_mb": memory, "cpu": rows}
    out.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*(given + [1_000, 20][len(given) :]))
