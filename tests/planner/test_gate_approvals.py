"""The gate ``approvals``: seats, whose word fills them, for how long, and for what."""

from dataclasses import replace
from itertools import combinations, permutations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from planner_town import (
    ENVIRONMENT,
    PLACE,
    PROMOTION,
    add_environment,
    approved,
    bound,
    claimed,
    confirmed,
    decision,
    distinct,
    ended,
    gate,
    gates,
    hours,
    promotion,
    ran,
    saw,
    verified,
)

from reconciler.deployer.ledger import KEPT
from reconciler.model.approval import Approval
from reconciler.model.plan import Verdict
from reconciler.model.records import Outcome
from reconciler.planner.asking import ask_of
from reconciler.planner.gates import approvals as approvals_gate
from reconciler.signoff.seats import fill

QA = "{approvals: [{role: qa}]}"
TWO = "{approvals: [{role: qa}, {role: manager}]}"


def test_m5_an_empty_seat_holds_and_says_who_may_fill_it_and_how(scene):
    gates(scene, QA)
    found = gate(scene, "approvals")
    assert found.why == "the seat of qa is empty"
    assert found.who == ("role/qa",)
    assert found.remedy == "tagboat approve shop@1.1.0 --to production"
    assert decision(scene).verdict is Verdict.HOLD


def test_m5_a_persons_word_fills_the_seat(scene):
    gates(scene, QA)
    approved(scene, "cara", "qa")
    assert gate(scene, "approvals").why == "agreed: qa cara"
    assert decision(scene).verdict is Verdict.DEPLOY


def test_the_merge_fills_a_seat_too_if_whoever_merged_may_have_it(scene):
    gates(scene, "{approvals: [{role: manager}]}")
    assert gate(scene, "approvals").why == "agreed: manager ana"
    scene.merged = False
    assert gate(scene, "approvals").state == "closed"


def test_one_person_fills_one_seat_and_persons_are_moved_so_that_all_fit(scene):
    gates(scene, TWO)
    approved(scene, "cara", "qa")
    assert gate(scene, "approvals").why == "agreed: qa cara, manager ana"
    scene.merged = False
    assert "1 of 2 seats is empty: manager" in gate(scene, "approvals").why


def test_d24_one_of_two_roles_will_do_where_a_role_holds_both(scene):
    gates(scene, "{approvals: [{role: either}]}")
    path = "environments/people.yaml"
    scene.files[path] += "  either: [role/qa, role/manager]\n"
    approved(scene, "cara", "either")
    assert gate(scene, "approvals").state == "open"


def test_count_asks_for_as_many_persons(scene):
    gates(scene, "{approvals: [{role: manager, count: 2}]}")
    assert "1 of 2 seats is empty: manager" in gate(scene, "approvals").why
    approved(scene, "cara", "manager")
    assert gate(scene, "approvals").state == "open"


def test_p2_a_risk_is_accepted_only_where_the_seat_takes_that(scene):
    gates(scene, QA)
    approved(scene, "cara", "qa", decision="risk-accepted")
    assert gate(scene, "approvals").state == "closed"
    scene.files[ENVIRONMENT] = scene.files[ENVIRONMENT].replace(
        "{role: qa}", "{role: qa, accepts: [approved, risk-accepted]}"
    )
    approved(scene, "cara", "qa", decision="risk-accepted")
    assert gate(scene, "approvals").state == "open"


def test_p18_another_customers_people_do_not_count(scene):
    gates(scene, "{approvals: [{role: customer}]}\ncustomer: acme")
    approved(scene, "eve", "customer")
    assert gate(scene, "approvals").state == "closed"
    approved(scene, "dan", "customer")
    assert gate(scene, "approvals").state == "open"


def test_a_word_for_one_role_fills_no_seat_of_another(scene):
    gates(scene, QA)
    approved(scene, "cara", "manager")
    assert gate(scene, "approvals").state == "closed"


def test_four_eyes_whoever_wrote_it_fills_no_seat_and_records_no_word_for_one(scene):
    gates(scene, QA)
    approved(scene, "ben", "qa")
    assert "ben wrote what is to be agreed to" in gate(scene, "approvals").why
    approved(scene, "cara", "qa", more="recorded_by: ben\n")
    assert gate(scene, "approvals").state == "closed"
    approved(scene, "cara", "qa", more="recorded_by: ana\n")
    assert gate(scene, "approvals").state == "open"


def test_d16_a_rejection_closes_whatever_else_is_there(scene):
    gates(scene, QA)
    approved(scene, "cara", "qa")
    approved(scene, "dan", "customer", decision="rejected", more="comment: Not this week\n")
    found = gate(scene, "approvals")
    assert found.why == "dan rejected shop 1.1.0: Not this week"
    assert found.who == ("person/dan",)
    assert "releases/shop/1.1.0/approvals/production/dan.yaml" in found.remedy


def test_d16_a_rejection_closes_where_no_seat_is_asked_for(scene):
    gates(scene, "{attended: false}")
    approved(scene, "dan", "customer", decision="rejected")
    assert gate(scene, "approvals").state == "closed"


def test_a_rejection_of_what_has_changed_since_stands_until_it_is_removed(scene):
    gates(scene, QA)
    approved(scene, "cara", "qa", decision="rejected", digest=f"sha256:{'0' * 64}")
    scene.now = hours(scene, -24 * 30)
    assert "rejected" in gate(scene, "approvals").why


CHANGES = {
    "the-slot": (PROMOTION, '\nat: "2026-11-24T22:00:00+03:00"\n'),
    "the-configuration": (ENVIRONMENT, "    config: {BANNER: Hello}\n"),
    "the-tier": (ENVIRONMENT, "tier: other\n"),
    "the-gates": (ENVIRONMENT, None),
    "the-pipeline": (ENVIRONMENT, "pipeline: {smoke: {more: {http: {url: '/x'}}}}\n"),
    "a-notice": (ENVIRONMENT, "support: Ask us\n"),
    "a-title": (ENVIRONMENT, "title: Live\n"),
}


@pytest.mark.parametrize(
    ("change", "covered"),
    [
        ("the-slot", True),
        ("the-configuration", True),
        ("the-gates", True),
        ("the-pipeline", True),
        ("the-tier", False),
        ("a-notice", False),
        ("a-title", False),
    ],
)
def test_m18_tb475_a_word_covers_what_will_run_and_who_must_agree_and_no_prose(
    scene, change, covered
):
    path, text = CHANGES[change]
    before = scene.files[ENVIRONMENT]
    gates(scene, QA)
    word = bound(scene)
    if change == "the-configuration":
        scene.files[ENVIRONMENT] = scene.files[ENVIRONMENT].replace(before, before + text)
    elif text is None:
        scene.files[path] = scene.files[path].replace(
            QA, "{approvals: [{role: qa}], attended: true}"
        )
    else:
        scene.files[path] += text
    approved(scene, "cara", "qa", digest=word)
    found = gate(scene, "approvals")
    assert found.state == ("closed" if covered else "open")
    assert ("TB475 cara agreed to" in found.why) is covered


def test_a_word_given_before_there_is_a_promotion_is_as_good_as_one_without_a_slot(scene):
    gates(scene, QA)
    with_it = bound(scene)
    del scene.files[PROMOTION]
    assert bound(scene) == with_it


def test_a_word_counts_for_fourteen_days_from_when_it_was_first_seen(scene):
    gates(scene, QA)
    path = approved(scene, "cara", "qa")
    blob = scene.snapshot(scene.files).blobs[path]
    saw(scene, "approval", f"{path} {blob}", ago=24 * 14 - 1)
    assert gate(scene, "approvals").state == "open"
    scene.now = hours(scene, -1)
    assert "the word of cara has expired" in gate(scene, "approvals").why


def test_an_expiry_of_its_own_counts_instead(scene):
    gates(scene, QA)
    approved(scene, "cara", "qa", more='expires: "2026-11-20T13:00:00+00:00"\n')
    assert gate(scene, "approvals").state == "open"
    scene.now = hours(scene, -1)
    assert "has expired" in gate(scene, "approvals").why


def test_a_word_is_used_up_by_one_promotion_and_its_retries(scene):
    gates(scene, QA)
    path = approved(scene, "cara", "qa")
    saw(scene, "approval", f"{path} {scene.snapshot(scene.files).blobs[path]}", ago=5)
    claim = claimed(scene, "production", "1.1.0", ago=3, merge="8" * 40)
    ended(scene, claim, ago=3, outcome=Outcome.ROLLED_BACK)
    assert "was for the promotion before this one" in gate(scene, "approvals").why


def test_t6_a_retry_gives_no_word_back_to_another_promotion_of_the_same_content(scene):
    gates(scene, QA)
    path = approved(scene, "cara", "qa")
    saw(scene, "approval", f"{path} {scene.snapshot(scene.files).blobs[path]}", ago=5)
    claim = claimed(scene, "production", "1.1.0", ago=3, merge="8" * 40)
    ended(scene, claim, ago=3, outcome=Outcome.ROLLED_BACK)
    confirmed(scene, verb="retry", deployment=claim.deployment)
    assert "was for the promotion before this one" in gate(scene, "approvals").why
    scene.merge = "8" * 40
    assert gate(scene, "approvals").state == "open"


def test_a_word_is_used_up_by_what_succeeded_long_before_the_last_ones(scene):
    gates(scene, QA)
    path = approved(scene, "cara", "qa")
    saw(scene, "approval", f"{path} {scene.snapshot(scene.files).blobs[path]}", ago=99)
    ran(scene, "production", "1.1.0", ago=90)
    for number in range(KEPT):
        configured = f"    config: {{BANNER: '{number}'}}\n"
        environment = scene.files[ENVIRONMENT]
        scene.files[ENVIRONMENT] = environment.replace("gates:", f"{configured}gates:")
        ran(scene, "production", "1.2.0", ago=80 - number)
        scene.files[ENVIRONMENT] = environment
    assert gate(scene, "settled") is None
    assert "was for the promotion before this one" in gate(scene, "approvals").why


def test_settled_content_comes_back_without_anybodys_word(scene):
    distinct(scene)
    ran(scene, "production", "1.1.0", ago=9)
    ran(scene, "production", "1.2.0", ago=5)
    gates(scene, "{approvals: [{role: qa}], after: {environment: nowhere}}")
    assert gate(scene, "approvals") is None
    assert "has run here with success" in gate(scene, "settled").why


def test_m16_words_are_asked_for_once_the_tests_before_have_passed(scene):
    add_environment(scene, "staging", version="1.1.0")
    gates(scene, "{after: {environment: staging, soak: 2d}, approvals: [{role: qa}]}")
    claim = ran(scene, "staging", "1.1.0", ago=5, tested=True)
    assert "as soon as what comes before" in gate(scene, "approvals").why
    verified(scene, claim, ago=1)
    assert gate(scene, "after").state == "closed"
    assert gate(scene, "approvals").why == "the seat of qa is empty"
    approved(scene, "cara", "qa")
    verified(scene, claim, ago=0, passed=False)
    assert gate(scene, "approvals").state == "open"


def brute(seats):
    """The most seats that can be filled, by trying everything."""
    people = sorted(frozenset().union(*seats)) if seats else []
    return next(
        count
        for count in range(min(len(seats), len(people)), -1, -1)
        for chosen in combinations(range(len(seats)), count)
        for order in permutations(people, count)
        if all(person in seats[seat] for seat, person in zip(chosen, order, strict=True))
    )


@given(st.lists(st.frozensets(st.sampled_from("abcde"), max_size=5), max_size=5))
def test_as_many_seats_are_filled_as_can_be_and_nobody_sits_twice(seats):
    filled = fill(seats)
    sitting = [each for each in filled if each is not None]
    assert len(sitting) == len(set(sitting)) == brute(seats)
    assert all(who in seat for who, seat in zip(filled, seats, strict=True) if who is not None)
    assert fill(seats) == filled


@given(
    st.lists(st.frozensets(st.sampled_from("abcde"), max_size=5), max_size=5),
    st.sampled_from("abcde"),
)
def test_a_person_less_never_fills_a_seat_more(seats, person):
    fewer = [seat - {person} for seat in seats]
    assert fill(fewer).count(None) >= fill(seats).count(None)


def test_six_hundred_seats_are_filled_in_a_moment():
    seats = [frozenset(f"p{n:05}" for n in range(i, i + 3)) for i in range(600)]
    assert None not in fill(seats)


WORDS = st.fixed_dictionaries(
    {},
    optional={
        person: st.tuples(
            st.sampled_from(["qa", "manager", "customer"]),
            st.sampled_from(["approved", "risk-accepted"]),
            st.booleans(),
            st.sampled_from(["", "2026-11-20T11:00:00+00:00", "2026-11-21T11:00:00+00:00"]),
        )
        for person in ("ana", "ben", "cara", "dan")
    },
)


def test_removing_an_approval_never_adds_a_start(scene):
    gates(scene, TWO)
    word = bound(scene)
    known = scene.inputs()

    def opens(words, people):
        approvals = {}
        for person in people:
            role, said, stale, expires = words[person]
            digest = f"sha256:{'0' * 64}" if stale else word
            approvals["shop", "1.1.0", "production", person] = Approval(
                apiVersion="tagboat/v1",
                kind="Approval",
                app="shop",
                version="1.1.0",
                environment="production",
                role=role,
                by=person,
                decision=said,
                digest=digest,
                expires=expires or None,
            )
        snapshot = replace(known.snapshot, approvals=approvals)
        found = approvals_gate.answer(ask_of(replace(known, snapshot=snapshot), PLACE))
        return found.state == "open"

    @settings(deadline=None, max_examples=30)
    @example({"cara": ("qa", "approved", False, "")})
    @given(WORDS)
    def check(words):
        if not opens(words, set(words)):
            for fewer in range(len(words)):
                assert not any(opens(words, kept) for kept in combinations(words, fewer))

    check()
    assert opens({"cara": ("qa", "approved", False, "")}, {"cara"})


def test_an_approval_may_fill_the_seat_while_the_place_waits_for_somebody_to_attend(scene):
    gates(scene, "{approvals: [{role: qa}], attended: true}")
    approved(scene, "cara", "qa")
    assert [each.gate for each in decision(scene).closed] == ["attended"]
    confirmed(scene, content=decision(scene).assignment.content.digest)
    assert decision(scene).verdict is Verdict.DEPLOY


def test_an_approval_of_a_promotion_with_a_needed_app_still_waits_for_it(scene):
    gates(scene, QA)
    scene.files[PROMOTION] = promotion("1.1.0", "needs: [blog]\n")
    approved(scene, "cara", "qa")
    assert gate(scene, "needs").state == "closed"
    assert gate(scene, "approvals").state == "open"
