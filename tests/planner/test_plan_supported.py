"""What format v1 allows and nothing enforces yet holds a place: it is never read and ignored."""

from datetime import UTC, datetime

import pytest

from reconciler.model.plan import Verdict
from reconciler.model.records import Reason, Refusal
from reconciler.names import instant_text
from reconciler.planner.evidence import Witness
from reconciler.planner.plan import make_plan
from reconciler.planner.proof import prove

HEAD = "apiVersion: tagboat/v1\nkind: {}\n"
ENVIRONMENT = "environments/production/environment.yaml"
PROMOTION = "environments/production/shop.yaml"
APP = "releases/shop/app.yaml"
RELEASE = "releases/shop/1.1.0/release.yaml"


def file(kind, text):
    return HEAD.format(kind) + text


def closed(scene):
    decision = scene.decision()
    assert decision.verdict is Verdict.HOLD
    (reason,) = [each for each in decision.closed if each.gate == "supported"]
    assert reason.remedy == "take it out, or use a newer Tagboat"
    assert {each.gate for each in decision.closed} <= {"files", "supported"}
    return reason.why


ADDED = {
    "secrets": (ENVIRONMENT, "    secrets: {KEY: shop-key}\n", "apps.shop.secrets", 9),
    "notices": (
        ENVIRONMENT,
        "notices:\n  a: {to: [role/admin], events: [started]}\n",
        "notices",
        9,
    ),
    "support": (ENVIRONMENT, "support: the desk\n", "support", 9),
    "modules": (APP, "modules: [libs]\n", "modules", 10),
}


@pytest.mark.parametrize(("path", "text", "what", "line"), ADDED.values(), ids=ADDED)
def test_a_field_that_nothing_enforces_holds_the_place_and_is_shown(scene, path, text, what, line):
    scene.files[path] += text
    why = closed(scene)
    assert why.startswith(f"{path}:{line}:")
    assert why.endswith(f": this version of Tagboat doesn't enforce {what} yet")


@pytest.mark.parametrize(
    "text",
    [
        "gates: {four_eyes: true, attended: false}\n",
        "drift: repair\n",
        "permissions: {abort: [initiator, role/admin]}\n",
        "pipeline: {rollback: {keep: 5}}\n",
    ],
)
def test_saying_what_holds_anyway_holds_nothing(scene, text):
    scene.files[ENVIRONMENT] += text
    assert scene.decision().verdict is Verdict.DEPLOY


def test_a_field_of_a_policy_is_shown_where_the_policy_has_it(scene):
    scene.files[ENVIRONMENT] += "extends: strict\n"
    path = "environments/policies/strict.yaml"
    scene.files[path] = file("Policy", "name: strict\nextends: base\n")
    path = "environments/policies/base.yaml"
    scene.files[path] = file("Policy", "name: base\nsupport: the desk\n")
    assert closed(scene) == f"{path}:4:1: this version of Tagboat doesn't enforce support yet"


def test_what_a_layer_takes_away_holds_nothing(scene):
    text = "name: base\nnotices:\n  a: {to: [role/admin], events: [started]}\n"
    scene.files["environments/policies/base.yaml"] = file("Policy", text)
    scene.files[ENVIRONMENT] += "extends: base\n"
    assert "notices" in closed(scene)
    scene.files[ENVIRONMENT] += "notices: {a: null}\n"
    assert scene.decision().verdict is Verdict.DEPLOY


def test_a_driver_of_a_later_version_is_held_by_its_name(scene):
    scene.files[ENVIRONMENT] = scene.files[ENVIRONMENT].replace(
        'target: {driver: local, root: "{environment}/{app}"}', "target: {driver: record}"
    )
    scene.files[ENVIRONMENT] = scene.files[ENVIRONMENT].replace(
        '    target: {listen: "127.0.0.1:8101"}\n', ""
    )
    assert closed(scene).endswith("doesn't enforce driver record yet")


def test_an_image_is_held(scene):
    digest = "sha256:" + "d" * 64
    scene.files[RELEASE] = scene.files[RELEASE].replace(
        f'{{tree: "{"b" * 40}"}}', f'{{image: "registry.example/shop@{digest}"}}'
    )
    assert "components[0].artifact.image" in closed(scene)


FREEZE = """name: week
scope: {}
from: "2026-11-25T17:00:00-05:00"
until: "2026-11-30T09:00:00-05:00"
reason: Thanksgiving
"""


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        ("{}", True),
        ("{tiers: [production]}", True),
        ("{environments: [production], apps: [shop]}", True),
        ("{apps: [blog]}", False),
        ("{tiers: [production], customers: [acme]}", False),
    ],
)
def test_t5_a_freeze_holds_what_is_in_its_scope_and_nothing_else(scene, scope, held):
    path = "environments/freezes/week.yaml"
    for name, kind in (("blog", "releases/blog/app.yaml"),):
        scene.files[kind] = scene.files[APP].replace("name: shop", f"name: {name}")
    scene.files["environments/customers/acme.yaml"] = file("Customer", "name: acme\n")
    scene.files[path] = file("Freeze", FREEZE.replace("scope: {}", f"scope: {scope}"))
    scene.now = datetime(2026, 11, 27, tzinfo=UTC)
    if held:
        (reason,) = scene.decision().closed
        assert reason.gate == "freeze"
        assert reason.opens == "2026-11-30T14:00:00.000Z"
        assert reason.since == "2026-11-25T22:00:00.000Z"
    else:
        assert scene.decision().verdict is Verdict.DEPLOY


def test_what_holds_one_place_holds_no_other(scene):
    scene.files["environments/staging/environment.yaml"] = (
        scene.files[ENVIRONMENT].replace("production", "staging").replace("8101", "8102")
    )
    scene.files["environments/staging/shop.yaml"] = scene.files[PROMOTION]
    scene.files[ENVIRONMENT] += "support: the desk\n"
    found = {str(each.place): each.verdict for each in make_plan(scene.inputs()).decisions}
    assert found == {"production/shop": Verdict.HOLD, "staging/shop": Verdict.DEPLOY}


@pytest.mark.parametrize(
    ("gates", "tagboat", "changed"),
    [
        (("supported",), "newer", None),
        (("supported",), "then", ("verdict", "gates")),
        (("supported", "claim"), "newer", ("verdict", "gates")),
        (("claim",), "newer", ("verdict", "gates")),
    ],
)
def test_a_refusal_for_what_is_enforced_by_now_is_proved_by_a_newer_version(
    scene, gates, tagboat, changed
):
    inputs = scene.inputs()
    witness = Witness(inputs, {"tagboat": "then"})
    shut = tuple(Reason(gate=each, state="closed", why="so", remedy="wait") for each in gates)
    record = Refusal(
        id="r",
        at=instant_text(scene.now),
        reconciler="one",
        environment="production",
        app="shop",
        wanted="1.1.0",
        basis=inputs.basis,
        reasons=shut,
        evidence=witness.evidence(scene.decision()),
    )
    proof = prove(record, inputs, editions={"tagboat": tagboat})
    assert proof.holds is (changed is None)
    assert proof.changed == (changed or ())
