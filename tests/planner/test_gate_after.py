"""The gate ``after``: proven somewhere else, for long enough, not too long ago, and the same."""

import pytest
from planner_town import (
    add_environment,
    claimed,
    decision,
    distinct,
    ended,
    gate,
    gates,
    ran,
    verified,
)

from reconciler.model.content import Content
from reconciler.model.plan import Verdict
from reconciler.model.records import Outcome
from reconciler.planner.sameness import is_same_work

STAGING = "{after: {environment: staging}}"
LONG = "{after: {environment: staging, soak: 40h, max_age: 10d}}"


@pytest.fixture
def scene(scene):
    distinct(scene)
    add_environment(scene, "staging", version="1.1.0")
    return scene


@pytest.fixture
def content(scene) -> Content:
    return ran(scene, "staging", "1.1.0", ago=9).assignment.content


def test_d7_what_never_ran_in_the_place_before_is_held_and_the_command_is_named(scene):
    gates(scene, STAGING)
    ran(scene, "staging", "1.2.0", ago=9)
    found = gate(scene, "after")
    assert decision(scene).verdict is Verdict.HOLD
    assert found.why == "1.1.0 was not deployed with success in staging/shop"
    assert found.remedy == "tagboat promote shop@1.1.0 --to staging"


def test_d7_m16_what_succeeded_there_opens_the_gate(scene):
    gates(scene, STAGING)
    ran(scene, "staging", "1.1.0", ago=9)
    found = gate(scene, "after")
    assert (found.state, found.why) == ("open", "verified as 1.1.0 in staging/shop")
    assert found.since == "2026-11-20T03:00:00.000Z"
    assert decision(scene).closed == ()
    assert decision(scene).verdict is Verdict.DEPLOY


def test_d7_what_went_back_there_proves_nothing(scene):
    gates(scene, STAGING)
    claim = claimed(scene, "staging", "1.1.0", ago=9)
    ended(scene, claim, ago=9, outcome=Outcome.ROLLED_BACK)
    assert gate(scene, "after").state == "closed"


def test_t15_tests_that_have_not_ended_keep_it_closed(scene):
    gates(scene, STAGING)
    ran(scene, "staging", "1.1.0", ago=9, tested=True)
    assert gate(scene, "after").why == "the tests of 1.1.0 in staging/shop have not ended"


def test_t15_tests_that_failed_close_it_and_say_what_failed(scene):
    gates(scene, STAGING)
    verified(scene, ran(scene, "staging", "1.1.0", ago=9, tested=True), ago=2, passed=False)
    found = gate(scene, "after")
    assert found.why == "the tests of 1.1.0 in staging/shop failed: e2e: 2 of 80 failed"
    assert "tagboat verify staging/shop" in found.remedy
    assert found.since == "2026-11-20T10:00:00.000Z"


def test_t9_the_newest_verification_counts_either_way(scene):
    gates(scene, STAGING)
    claim = ran(scene, "staging", "1.1.0", ago=9, tested=True)
    verified(scene, claim, ago=5, passed=False)
    verified(scene, claim, ago=3)
    assert gate(scene, "after").state == "open"
    verified(scene, claim, ago=1, passed=False)
    assert gate(scene, "after").state == "closed"


def test_s4_it_opens_when_it_has_soaked_and_says_when_to_the_millisecond(scene):
    gates(scene, LONG)
    ran(scene, "staging", "1.1.0", ago=39)
    found = gate(scene, "after")
    assert found.why == "1.1.0 in staging/shop has run for 1d 15h of 1d 16h"
    assert found.since == "2026-11-18T21:00:00.000Z"
    assert found.opens == "2026-11-20T13:00:00.000Z"


@pytest.mark.parametrize(("ago", "state"), [(40, "open"), (39.999, "closed")])
def test_s4_the_soak_ends_to_the_second(scene, ago, state):
    gates(scene, LONG)
    ran(scene, "staging", "1.1.0", ago=ago)
    assert gate(scene, "after").state == state


def test_s4_the_soak_goes_on_while_the_tests_run(scene):
    gates(scene, LONG)
    verified(scene, ran(scene, "staging", "1.1.0", ago=47, tested=True), ago=30)
    assert gate(scene, "after").state == "open"


def test_s4_what_was_replaced_before_it_had_soaked_has_to_come_again(scene):
    gates(scene, LONG)
    ran(scene, "staging", "1.1.0", ago=80)
    ran(scene, "staging", "1.2.0", ago=60)
    found = gate(scene, "after")
    assert found.why == "1.1.0 in staging/shop ran for 20h of 1d 16h, then something else came"
    assert found.opens == ""


def test_s4_what_was_replaced_after_it_had_soaked_stays_proven(scene):
    gates(scene, LONG)
    ran(scene, "staging", "1.1.0", ago=80)
    ran(scene, "staging", "1.2.0", ago=30)
    assert gate(scene, "after").state == "open"


def test_s4_an_earlier_stay_that_was_long_enough_counts(scene):
    gates(scene, LONG)
    ran(scene, "staging", "1.1.0", ago=100)
    ran(scene, "staging", "1.2.0", ago=50)
    ran(scene, "staging", "1.1.0", ago=1)
    assert gate(scene, "after").state == "open"


def test_s4_a_failed_deployment_of_something_else_does_not_end_the_soak(scene):
    gates(scene, LONG)
    content = ran(scene, "staging", "1.1.0", ago=50).assignment.content
    claim = claimed(scene, "staging", "1.2.0", ago=20)
    ended(scene, claim, ago=20, outcome=Outcome.ROLLED_BACK, running=content)
    assert gate(scene, "after").state == "open"


def test_d15_a_stuck_place_stops_the_soak(scene):
    gates(scene, LONG)
    ran(scene, "staging", "1.1.0", ago=50)
    claim = claimed(scene, "staging", "1.2.0", ago=30)
    ended(scene, claim, ago=30, outcome=Outcome.STUCK)
    assert "ran for 20h of 1d 16h" in gate(scene, "after").why


def test_s4_what_was_verified_too_long_ago_is_verified_again_first(scene):
    gates(scene, LONG)
    claim = ran(scene, "staging", "1.1.0", ago=24 * 11, tested=True)
    verified(scene, claim, ago=24 * 10 + 1)
    found = gate(scene, "after")
    assert found.why == "1.1.0 in staging/shop was verified 10d 1h ago, and 10d is the most"
    assert found.remedy == "tagboat verify staging/shop"
    verified(scene, claim, ago=0)
    assert gate(scene, "after").state == "open"


def test_a_soak_that_ends_after_the_proof_is_too_old_promises_no_opening(scene):
    gates(scene, "{after: {environment: staging, soak: 3d, max_age: 2d}}")
    ran(scene, "staging", "1.1.0", ago=24)
    found = gate(scene, "after")
    assert found.opens == ""
    assert "tagboat verify staging/shop" in found.remedy


def test_p2_any_place_of_the_tier_will_do_and_the_first_that_opens_is_named(scene):
    gates(scene, "{after: {tier: test, soak: 10h}}")
    for name in ("one", "two", "three"):
        add_environment(scene, name, version="1.1.0", more="tier: test\n")
    ran(scene, "two", "1.1.0", ago=4)
    ran(scene, "three", "1.1.0", ago=6)
    assert gate(scene, "after").opens == "2026-11-20T16:00:00.000Z"
    ran(scene, "one", "1.1.0", ago=11)
    assert gate(scene, "after").why == "verified as 1.1.0 in one/shop"


def test_p2_a_customers_place_asks_for_a_place_of_the_same_customer(scene):
    for name in ("acme", "globex"):
        more = f"tier: test\ncustomer: {name}\n"
        add_environment(scene, f"{name}-test", version="1.1.0", more=more)
    gates(scene, "{after: {tier: test}}\ncustomer: acme")
    ran(scene, "globex-test", "1.1.0", ago=9)
    assert gate(scene, "after").state == "closed"
    ran(scene, "acme-test", "1.1.0", ago=9)
    assert gate(scene, "after").state == "open"


def test_a_place_is_never_its_own_predecessor(scene):
    gates(scene, "{after: {tier: production}}")
    assert gate(scene, "after").state == "closed"


def component(content, **artifact):
    first = content.components[0]
    made = type(first.artifact).model_validate(artifact)
    return (first.model_copy(update={"artifact": made}),)


def tarball(content, path, digit):
    return content.model_copy(
        update={"components": component(content, tarball=path, sha256=digit * 64)}
    )


def test_m16_another_name_and_configuration_are_the_same_work(content):
    changes = {"version": "main@abc", "tag": "x", "config": {"A": "b"}, "commit": "c" * 40}
    assert is_same_work(content, content.model_copy(update=changes))


def test_t11_p6_a_tarball_that_was_built_once_more_is_other_work_for_all_its_equal_commit(content):
    assert not is_same_work(tarball(content, "a.tar.gz", "1"), tarball(content, "a.tar.gz", "2"))
    assert is_same_work(tarball(content, "a.tar.gz", "1"), tarball(content, "b.tar.gz", "1"))


def test_m16_a_tree_that_was_tested_and_a_tarball_of_the_same_commit_are_the_same_work(content):
    released = tarball(content, "a.tar.gz", "1")
    assert is_same_work(released, content)
    assert not is_same_work(released.model_copy(update={"commit": "c" * 40}), content)


def test_what_carries_a_component_that_was_never_tested_is_other_work(content):
    more = content.components[0].model_copy(update={"name": "worker"})
    wider = content.model_copy(update={"components": (*content.components, more)})
    assert not is_same_work(wider, content)
    assert is_same_work(content, wider)
    assert not is_same_work(content.model_copy(update={"app": "blog"}), content)
