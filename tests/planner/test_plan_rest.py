"""Places at rest: what is kept of one plan for the next is never older than what it rests on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.deployer.ledger import Ledger
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Outcome
from reconciler.planner.plan import decide, make_plan
from reconciler.signoff import Taint

PLACE = Place("production", "shop")


@pytest.fixture
def resting(scene):
    """Inputs whose one place is in sync, planned once."""
    scene.runs("1.1.0")
    inputs = scene.inputs()
    assert decide(inputs, PLACE).verdict is Verdict.IN_SYNC
    return inputs


def test_a_place_at_rest_is_not_decided_again(resting):
    first, second = make_plan(resting), make_plan(replace(resting, alarms=()))
    assert first == second
    assert first.decisions[0] is second.decisions[0]


def test_a_record_of_the_place_ends_its_rest(scene, resting):
    claim = scene.claimed("1.0.0", by="two")
    resting.ledger.apply(claim)
    assert decide(resting, PLACE).verdict is Verdict.BUSY
    scene.ended(claim, Outcome.SUCCEEDED, "1.0.0")
    resting.ledger.apply(scene.records[-1])
    assert decide(resting, PLACE).verdict is Verdict.DEPLOY


def test_another_history_ends_it(resting):
    assert decide(replace(resting, ledger=Ledger()), PLACE).verdict is Verdict.DEPLOY


def test_another_judgement_of_the_same_files_ends_it(resting):
    found = Taint("environments/people.yaml", "TB451", "3" * 40, "ben", "ben merged it", "revert")
    tainted = replace(resting, judgement=replace(resting.judgement, taints=(found,)))
    assert decide(tainted, PLACE).sentence.endswith("ben merged it")


def test_another_branch_over_the_same_files_ends_it(scene, resting):
    gone = scene.snapshot({path: text for path, text in scene.files.items() if "blog" not in path})
    assert decide(replace(resting, tip=gone), PLACE) == decide(resting, PLACE)
    shown = scene.files["environments/production/shop.yaml"]
    added = scene.snapshot({**scene.files, "environments/dev/shop.yaml": shown})
    assert len(make_plan(replace(resting, tip=added)).decisions) == 2


def test_what_is_there_for_a_while_never_rests(scene):
    scene.runs("1.0.0")
    scene.files["environments/production/shop.yaml"] += (
        'temporary: {release: "1.0.0", owner: ana, expires: "2026-11-20T13:00:00Z", reason: demo}\n'
    )
    inputs = scene.inputs()
    assert decide(inputs, PLACE).verdict is Verdict.IN_SYNC
    later = replace(inputs, now=inputs.now + timedelta(hours=2))
    assert decide(later, PLACE).wanted == "1.1.0"


def test_a_broken_policy_is_no_place(scene):
    scene.files["environments/policies/base.yaml"] = "kind: [\n"
    assert [str(each.place) for each in make_plan(scene.inputs()).decisions] == ["production/shop"]
