"""What was changed by hand: reported, or put back without asking anew what was agreed to (F54)."""

from dataclasses import replace

import pytest
from planner_town import ENVIRONMENT, PLACE, claimed, confirmed, ended, ran

from reconciler.deployer.lanes import Before
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Claim, Drift, Outcome, SignOff
from reconciler.names import instant_text
from reconciler.planner.obstacles import obstacle
from reconciler.planner.permission import Deed
from reconciler.planner.plan import make_plan
from reconciler.planner.window import window_of

APP = "releases/shop/app.yaml"
QUARANTINE = """apiVersion: tagboat/v1
kind: Quarantine
app: shop
version: "1.1.0"
reason: It loses orders
by: ana
"""


def finds(scene, claim, what):
    """It is found instead of what this deployment put there."""
    scene.add(
        Drift(
            id=f"drift{len(scene.records)}",
            at=instant_text(scene.now),
            reconciler="one",
            environment="production",
            app="shop",
            deployment=claim.deployment,
            version="1.1.0",
            found=what,
        )
    )


@pytest.fixture
def drifted(scene):
    """1.1.0 was deployed two hours ago; since then somebody has changed it."""

    def begin(policy="", found="9.9.9 is there"):
        scene.files[ENVIRONMENT] += policy
        claim = ran(scene, "production", "1.1.0", ago=2)
        finds(scene, claim, found)
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


def mended(scene, version="1.1.0"):
    """What `drifted` made was put back; the claim of that."""
    decision = scene.decision()
    assert decision.verdict is Verdict.DEPLOY
    claim = Claim(
        id="mend",
        at=instant_text(scene.now),
        reconciler="one",
        environment="production",
        app="shop",
        assignment=decision.assignment,
        basis="2" * 40,
        sign_off=SignOff(commit="9" * 40),
        reasons=decision.reasons,
    )
    scene.add(claim)
    ended(scene, scene.records[-1], ago=0)
    return scene.records[-2]


def test_i7_f54_what_was_put_back_is_still_known_to_have_migrated(drifted, scene):
    scene.files[APP] += "  migrate: {run: [./migrate], undo: [./unmigrate]}\n"
    mended(drifted("drift: repair\n"))
    before = Before.of(scene.inputs().ledger.at(PLACE), leaves=True)
    assert before.migrate is not None
    assert before.migrate.undo.argv == ("./unmigrate",)


def test_d18_f54_putting_back_opens_no_way_back_that_leads_to_itself(drifted, scene):
    ran(scene, "production", "1.0.0", ago=3)
    claim = mended(drifted("drift: repair\npipeline: {rollback: {on_request: 1h}}\n"))
    inputs = scene.inputs()
    standing = inputs.ledger.at(PLACE)
    assert standing.last_end.deployment == claim.deployment
    assert window_of(inputs.snapshot, standing) is None
    rollback = Deed("rollback", "production", "shop", deployment=claim.deployment)
    shut = obstacle(inputs, rollback, "ana")
    assert "only put back" in shut.why
    assert "shop@1.0.0" in shut.remedy
    assert "only put back" in obstacle(inputs, replace(rollback, verb="dismiss"), "ana").why


def test_f54_what_was_granted_for_one_drift_does_not_put_back_another(drifted, scene):
    claim = drifted().records[-1]
    confirmed(scene, verb="retry", deployment=claim.deployment)
    assert scene.decision().verdict is Verdict.DEPLOY
    finds(scene, claim, "")
    finds(scene, claim, "9.9.8 is there")
    assert scene.decision().verdict is Verdict.HOLD


def test_f54_drift_from_an_older_deployment_says_nothing(drifted, scene):
    claim = ran(scene, "production", "1.1.0", ago=3)
    ran(scene, "production", "1.1.0", ago=2)
    finds(scene, claim, "9.9.9 is there")
    assert scene.decision().verdict is Verdict.IN_SYNC


def test_f54_drift_found_while_something_is_under_way_says_nothing(scene):
    claim = ran(scene, "production", "1.1.0", ago=3)
    begun = claimed(scene, "production", "1.2.0", ago=1)
    finds(scene, claim, "9.9.9 is there")
    ended(scene, begun, ago=0, outcome=Outcome.ROLLED_BACK, running=claim.assignment.content)
    assert scene.decision().verdict is Verdict.IN_SYNC


def test_t15_f54_nobody_tests_what_was_changed_by_hand(drifted, scene):
    claim = ran(scene, "production", "1.1.0", ago=2, tested=True)
    deed = Deed("verify", "production", "shop", deployment=claim.deployment)
    assert obstacle(scene.inputs(), deed, "ana") is None
    finds(scene, claim, "9.9.9 is there")
    assert "9.9.9 is there" in obstacle(scene.inputs(), deed, "ana").why
