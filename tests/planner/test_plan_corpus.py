"""What the merge-request check refuses, the daemon refuses by the same codes, and nothing more.

Every bad repository of the corpus goes through what the daemon does once it has judged: load,
validate, plan, here with everything admitted. A second place that nothing of it touches stands
beside.
"""

import hashlib
import re
from pathlib import Path

import pytest

from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.planner.plan import make_plan
from reconciler.validator import validate

CASES = sorted((Path(__file__).parent.parent / "corpus" / "invalid").iterdir())
TIP = "2" * 40
OTHER = Place("zoo", "zebra")
BESIDE = {
    "environments/zoo/environment.yaml": """apiVersion: tagboat/v1
kind: Environment
name: zoo
target: {driver: memory}
permissions: {promote: [person/ana]}
""",
    "environments/zoo/zebra.yaml": """apiVersion: tagboat/v1
kind: Promotion
app: zebra
release: "1.0.0"
""",
    "releases/zebra/app.yaml": """apiVersion: tagboat/v1
kind: App
name: zebra
versions: {scheme: semver}
components:
  - {name: web, artifact: {tree: "."}}
""",
    "releases/zebra/1.0.0/release.yaml": f"""apiVersion: tagboat/v1
kind: Release
app: zebra
version: "1.0.0"
tag: v1.0.0
commit: "{"a" * 40}"
components:
  - {{name: web, artifact: {{tree: "{"b" * 40}"}}}}
summary: Stripes
downtime: none
estimate: 2m
migration: none
""",
}
SHARED = ("policies", "customers", "calendars", "freezes")


def tree_of(folder: Path) -> dict[str, Blob]:
    raw = {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file() and each != folder / "expected.txt"
    }
    raw |= {path: each.encode() for path, each in BESIDE.items()}
    return {
        path: Blob("100644", hashlib.sha1(data).hexdigest(), data) for path, data in raw.items()
    }


def touched(path: str, place: Place) -> bool:
    """Whether a finding in this file must keep the place from starting."""
    match path.split("/"):
        case ["environments", environment, file] if environment not in (*SHARED, "texts"):
            own = file in {"environment.yaml", f"{place.app}.yaml"}
            return environment == place.environment and own
        case ["environments", "texts", _]:
            return False
        case ["calendars", *_]:
            return True
        case ["environments", *_]:
            return True
        case ["releases", app, "1.0.0", "approvals", environment, _]:
            return (environment, app) == (place.environment, place.app)
        case ["releases", app, "app.yaml"] | ["releases", app, "1.0.0", *_]:
            return app == place.app
        case _:
            return False


@pytest.mark.parametrize("folder", CASES, ids=lambda each: each.name)
def test_x5_what_validate_refuses_is_never_planned_and_other_places_are(folder, scene):
    expected = (folder / "expected.txt").read_text()
    codes = set(re.findall(r"(?:error|warning) (TB[0-9]{3}) ", expected))
    refused(tree_of(folder), codes, scene)


@pytest.mark.parametrize(
    ("mode", "data", "code"),
    [
        pytest.param("100644", b"#" * (256 << 10) + b"\n", "TB004", id="B10-too-long"),
        pytest.param("120000", b"../../../etc/passwd", "TB401", id="B22-symlink"),
        pytest.param("160000", b"", "TB402", id="B23-submodule"),
        pytest.param("100644", None, "TB404", id="B116-lost-object"),
    ],
)
@pytest.mark.parametrize(
    "path", ["environments/dev/shop.yaml", "environments/dev/environment.yaml"]
)
def test_x5_what_no_text_shows_is_never_planned_and_other_places_are(path, mode, data, code, scene):
    good = CASES[0].parents[1] / "valid" / "one-app"
    refused({**tree_of(good), path: Blob(mode, "f" * 40, data)}, {code}, scene)


def refused(tree, codes, scene):
    """By these codes; no place that they touch starts, and the one beside does."""
    snapshot, report = load(TIP, tree)
    report = report + validate(snapshot)
    scene.files = dict.fromkeys(tree, "")
    scene.known = {
        "snapshot": snapshot,
        "tip": snapshot,
        "report": report,
        "drivers": frozenset({"local", "memory"}),
    }
    assert {each.code for each in report.findings} >= codes > set()
    plan = {each.place: each for each in make_plan(scene.inputs()).decisions}
    paths = {each.location.path for each in report.errors}
    for place, decision in plan.items():
        if any(touched(path, place) for path in paths):
            assert decision.verdict is not Verdict.DEPLOY, decision.sentence
    whole = not any(touched(path, OTHER) for path in paths)
    assert (plan[OTHER].verdict is Verdict.DEPLOY) is whole, plan[OTHER].sentence
