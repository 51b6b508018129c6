"""What was changed by hand: reported, or put back without asking anew what was agreed to (F54)."""

import pytest
from planner_town import ENVIRONMENT, ran

from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Drift
from reconciler.names import instant_text
from reconciler.planner.plan import make_plan

APP = "releases/shop/app.yaml"
QUARANTINE = """apiVersion: tagboat/v1
kind: Quarantine
app: shop
version: "1.1.0"
reason: It loses orders
by: ana
"""


@pytest.fixture
def drifted(scene):
    """1.1.0 was deployed two hours ago; since then somebody has changed it."""

    def begin(policy="", found="9.9.9 is there"):
        scene.files[ENVIRONMENT] += policy
        claim = ran(scene, "production", "1.1.0", ago=2)
        scene.add(
            Drift(
                id=f"drift{len(scene.records)}",
                at=instant_text(scene.now),
                reconciler="one",
                environment="production",
                app="shop",
                deployment=claim.deployment,
                version="1.1.0",
                found=found,
            )
        )
        return scene

    return begin


def test_f54_reported_is_held_by_its_gate_alone(drifted):
    decision = drifted().decision()
    assert decision.verdict is Verdict.HOLD
    assert [each.gate for each in decision.closed] == ["drift"]


def test_f54_over_is_in_sync(drifted):
    scene = drifted()
    last = scene.records[-1]
    scene.add(last.model_copy(update={"id": "over", "found": ""}))
    assert scene.decision().verdict is Verdict.IN_SYNC


@pytest.mark.parametrize(
    "more",
    [
        "windows: [{days: [sun], from: '01:00', until: '02:00'}]\n",
        "gates: {attended: true, approvals: [{role: admin, count: 1}]}\n",
    ],
)
def test_f54_putting_back_asks_no_gate_before_something_new(drifted, more):
    decision = drifted("drift: repair\n" + more).decision()
    assert decision.verdict is Verdict.DEPLOY
    assert decision.sentence == "puts 1.1.0 back: 9.9.9 is there"
    gates = [each.gate for each in decision.reasons]
    assert gates == ["supported", "hold", "claim", "history", "driver", "drift"]


def test_b42_f54_what_is_in_quarantine_is_not_put_back(drifted):
    scene = drifted("drift: repair\n")
    scene.files["releases/shop/1.1.0/quarantine.yaml"] = QUARANTINE
    decision = scene.decision()
    assert decision.verdict is Verdict.HOLD
    assert [each.gate for each in decision.closed] == ["quarantine"]


def test_f54_putting_back_leaves_the_data_alone(drifted, scene):
    scene.files[APP] += "  migrate: {run: [./migrate], undo: [./unmigrate]}\n"
    scene.files[APP] += "  backup: {run: [./dump], restore: [./load]}\n"
    new = {each.name for each in scene.decision().assignment.lanes.forward}
    assert {"migrate", "backup"} < new
    lanes = drifted("drift: repair\n").decision().assignment.lanes
    assert {each.name for each in lanes.forward} == new - {"migrate", "backup"}
    names = {each.name for each in lanes.backward}
    assert not names & {"back/restore", "back/unmigrate", "back/migrate"}


def test_f54_a_newer_promotion_is_decided_as_ever(drifted):
    scene = drifted()
    path = "environments/production/shop.yaml"
    scene.files[path] = scene.files[path].replace("1.1.0", "1.2.0")
    assert scene.decision().verdict is Verdict.DEPLOY


def test_f54_two_plans_of_the_same_are_the_same(drifted):
    inputs = drifted().inputs()
    assert make_plan(inputs).digest == make_plan(inputs).digest
    assert inputs.ledger.at(Place("production", "shop")).drifted is not None
