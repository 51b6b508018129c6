"""Who may do what where: one function for ``can-i`` and for requests."""

from dataclasses import replace

import pytest

from reconciler.model.deployment import StepSpec, TestSpec, Work
from reconciler.model.place import Place
from reconciler.model.records import Outcome
from reconciler.planner.obstacles import obstacle
from reconciler.planner.permission import Deed, permission, verbs

PLACE = Place("production", "shop")
ENVIRONMENT = "environments/production/environment.yaml"


@pytest.fixture
def town(scene):
    """ana is an admin, ben and eve are listed, zoe is another customer's."""
    scene.files["environments/people.yaml"] = """apiVersion: tagboat/v1
kind: People
people:
  ana: {name: Ana}
  ben: {name: Ben}
  eve: {name: Eve}
  zoe: {name: Zoe, customer: acme}
roles: {admin: [ana, zoe]}
"""
    return scene


def asked(scene, verb, person, *, app="shop", deployment=""):
    return permission(scene.inputs(), Deed(verb, "production", app, deployment), person)


def brought(scene, person):
    """What runs was written by this person."""
    claim = scene.claimed("1.0.0")
    sign_off = claim.sign_off.model_copy(update={"authors": (person,)})
    scene.records[-1] = claim.model_copy(update={"sign_off": sign_off})
    return claim.deployment


def test_d6_a_role_that_is_named_may_and_nobody_else(town):
    assert asked(town, "pause", "ana").why == "ana may pause in production/shop, as role/admin"
    told = asked(town, "pause", "eve")
    assert (told.may, told.why) == (False, "eve may not pause in production/shop: role/admin may")


def test_d6_people_of_another_customer_are_told_why_they_do_not_count(town):
    told = asked(town, "pause", "zoe")
    assert not told.may
    assert "zoe counts only in places of another customer" in told.why


def test_d18_whoever_brought_it_may_roll_it_back_and_that_is_said(town):
    deployment = brought(town, "ben")
    assert asked(town, "rollback", "ben", deployment=deployment).may
    told = asked(town, "rollback", "eve", deployment=deployment)
    assert (told.may, told.who) == (False, ("role/admin", "initiator"))
    whole = asked(town, "rollback", "ben", app="")
    assert (whole.may, whole.own) == (False, True)


def test_d1_d27_every_verb_can_be_asked_about():
    assert {"promote", "rollback", "adopt", "retire"} < verbs()
    assert {"maintenance", "maintenance-on", "maintenance-off"} < verbs()


def test_d27_both_turns_of_maintenance_are_one_permission(town):
    town.files[ENVIRONMENT] += "permissions: {maintenance: [person/ben]}\n"
    told = {verb: asked(town, verb, "ben").why for verb in ("maintenance-on", "maintenance-off")}
    assert told == {
        "maintenance-on": "ben may turn maintenance on in production/shop, as person/ben",
        "maintenance-off": "ben may turn maintenance off in production/shop, as person/ben",
    }
    assert not asked(town, "maintenance", "ana").may


def test_d1_a_hint_names_rollback_only_where_that_can_be_done(town):
    brought(town, "ben")
    claim = town.records[-1]
    town.ended(claim, Outcome.ROLLED_BACK, "")
    deed = Deed("rollback", "production", "shop", claim.deployment)
    assert "did not succeed: nothing runs there" in obstacle(town.inputs(), deed, "ben").why
    abort = obstacle(town.inputs(), replace(deed, verb="abort"), "ben")
    assert abort.remedy == "see how things are: tagboat explain production/shop"


def test_d1_a_test_by_hand_says_itself_who_may_answer_it(town):
    claim = town.claimed("1.0.0")
    test = TestSpec(name="look", probe="manual", settings={"by": ("person/eve",)}, timeout=60)
    step = StepSpec(name="smoke/look", work=Work.ASK, timeout=60, tests=(test,))
    lanes = claim.assignment.lanes.model_copy(update={"forward": (step,)})
    assignment = claim.assignment.model_copy(update={"lanes": lanes})
    town.records[-1] = claim.model_copy(update={"assignment": assignment})
    question = Deed("confirm", "production", "shop", claim.deployment, question="smoke/look")
    assert permission(town.inputs(), question, "eve").may
    assert not permission(town.inputs(), question, "ana").may
    assert not permission(town.inputs(), replace(question, question="smoke/other"), "eve").may
    assert asked(town, "confirm", "ana", deployment=claim.deployment).may


def test_d6_files_that_are_broken_let_nobody(town):
    town.files[ENVIRONMENT] = "kind: Environment\n"
    told = asked(town, "pause", "ana")
    assert (told.may, told.who) == (False, ())
    assert "the files of production are broken" in told.why


def test_d18_what_may_be_asked_for_can_still_be_in_vain(town):
    deed = Deed("rollback", "production", "shop", brought(town, "ben"))
    found = obstacle(town.inputs(), deed, "ben")
    assert (found.why, found.remedy[:20]) == (
        f"{deed.deployment} is under way",
        "to stop that: tagboa",
    )
