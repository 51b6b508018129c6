"""What follows something else: which content, from where, and with which slot."""

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.model.plan import Verdict
from reconciler.model.records import Outcome, Sighting, numbered
from reconciler.planner.evidence import Witness
from reconciler.planner.plan import make_plan
from reconciler.planner.proof import Agreement, prove
from reconciler.planner.scribe import Scribe

PROMOTION = "environments/production/shop.yaml"
STAGING = "environments/staging/environment.yaml"
COMMIT, TREE = "c" * 40, "d" * 40


def follow(text, extra=""):
    return f"apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nfollow: {text}\n{extra}"


@pytest.fixture
def scene(scene):
    scene.files[STAGING] = """apiVersion: tagboat/v1
kind: Environment
name: staging
target: {driver: local, root: "{environment}/{app}"}
"""
    scene.files["environments/staging/shop.yaml"] = follow('{releases: "*"}')
    scene.files[PROMOTION] = follow("{environment: staging}")
    for number, version in enumerate(("1.0.0", "1.1.0", "1.2.0")):
        path = f"releases/shop/{version}/release.yaml"
        scene.files[path] = scene.files[path].replace("b" * 40, str(number) * 40)
    return scene


def reason(decision, gate):
    return next(each for each in decision.reasons if each.gate == gate)


def test_t2_a_follower_wants_what_was_last_proven_where_it_looks(scene):
    scene.ran("1.1.0", environment="staging")
    scene.runs("1.0.0")
    decision = scene.decision()
    assert decision.verdict is Verdict.DEPLOY
    assert decision.sentence == "deploys 1.1.0 over 1.0.0"
    assert reason(decision, "follow").why == "1.1.0, newest in staging"


def test_a_follower_is_in_sync_with_what_it_took(scene):
    scene.ran("1.1.0", environment="staging")
    scene.runs("1.1.0")
    assert scene.decision().verdict is Verdict.IN_SYNC


def test_a_follower_never_goes_back_to_what_came_before_what_it_has(scene):
    scene.ran("1.0.0", environment="staging")
    scene.ran("1.1.0", environment="staging")
    scene.runs("1.1.0")
    scene.ran("1.0.0", environment="staging", outcome=Outcome.ROLLED_BACK)
    assert scene.decision().verdict is Verdict.IN_SYNC


def test_a_follower_waits_while_nothing_is_proven(scene):
    decision = scene.decision()
    assert decision.verdict is Verdict.HOLD
    assert reason(decision, "follow").why == "staging has verified nothing yet"


def test_t11_t15_what_failed_its_tests_is_not_taken_and_the_one_before_is(scene):
    scene.ran("1.1.0", environment="staging", tested=True)
    scene.tests("1.1.0", "staging", passed=True)
    scene.ran("1.2.0", environment="staging", tested=True)
    scene.tests("1.2.0", "staging", passed=False)
    scene.runs("1.0.0")
    assert scene.decision().wanted == "1.1.0"
    scene.runs("1.1.0")
    decision = scene.decision()
    assert decision.verdict is Verdict.HOLD
    assert reason(decision, "after").why == "the tests of 1.2.0 in staging/shop failed: e2e"


def test_t11_what_ran_here_before_is_not_taken_again_while_its_tests_have_failed(scene):
    scene.ran("1.1.0", environment="staging", tested=True)
    scene.runs("1.1.0")
    scene.runs("1.0.0")
    scene.tests("1.1.0", "staging", passed=False)
    decision = scene.decision()
    assert (decision.verdict, decision.wanted) == (Verdict.HOLD, "1.1.0")
    assert reason(decision, "follow").why == "1.1.0: its tests in staging failed: e2e"


TEMPORARY = """temporary:
  branch: fix
  owner: ana
  expires: "{}"
  reason: A look at the fix
"""


def test_what_failed_for_a_while_holds_neither_the_mended_branch_nor_what_comes_back(scene):
    scene.files[PROMOTION] = (
        'apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nrelease: "1.1.0"\n'
        + TEMPORARY.format("2026-11-20T13:00:00+00:00")
    )
    scene.runs("1.0.0")
    seen(scene, "branch", "shop fix", commit=COMMIT, **{"tree web": TREE})
    decision = scene.decision()
    assert decision.verdict is Verdict.DEPLOY
    scene.failed(decision.assignment, running="1.0.0")
    assert reason(scene.decision(), "hold").state == "closed"
    seen(scene, "branch", "shop fix", commit="e" * 40, **{"tree web": "f" * 40})
    assert scene.decision().verdict is Verdict.DEPLOY
    scene.now += timedelta(hours=1)
    decision = scene.decision()
    assert (decision.verdict, decision.wanted) == (Verdict.DEPLOY, "1.1.0")


def test_a_queue_skips_nothing(scene):
    scene.files[PROMOTION] = follow("{environment: staging, mode: queue}")
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        scene.ran(version, environment="staging")
    scene.runs("1.0.0")
    assert scene.decision().wanted == "1.1.0"


def test_a_release_that_failed_here_is_held_and_the_next_one_is_not(scene):
    scene.ran("1.1.0", environment="staging")
    scene.runs("1.0.0")
    scene.ran("1.1.0", outcome=Outcome.ROLLED_BACK, previous="1.0.0")
    assert reason(scene.decision(), "hold").state == "closed"
    scene.ran("1.2.0", environment="staging")
    decision = scene.decision()
    assert (decision.verdict, decision.wanted) == (Verdict.DEPLOY, "1.2.0")


@pytest.mark.parametrize(
    ("pattern", "runs", "wanted"),
    [("*", "1.0.0", "1.2.0"), ("1.1.*", "1.0.0", "1.1.0"), ("*", "1.2.0", "1.2.0")],
)
def test_the_newest_release_that_matches_is_followed_and_never_a_lower_one(
    scene, pattern, runs, wanted
):
    scene.files[PROMOTION] = follow(f'{{releases: "{pattern}"}}')
    scene.runs(runs)
    assert scene.decision().wanted == wanted


def test_a_release_in_quarantine_is_passed_over(scene):
    scene.files[PROMOTION] = follow('{releases: "*"}')
    scene.files["releases/shop/1.2.0/quarantine.yaml"] = """apiVersion: tagboat/v1
kind: Quarantine
app: shop
version: "1.2.0"
reason: It loses orders
by: ana
"""
    scene.runs("1.0.0")
    assert scene.decision().wanted == "1.1.0"


def seen(scene, sort, about, **facts):
    scene.add(
        Sighting(
            id=f"s{len(scene.records)}",
            at="2026-11-20T10:00:00.000Z",
            reconciler="one",
            sort=sort,
            about=about,
            facts=facts,
        )
    )


def test_s2_s13_a_branch_is_followed_without_a_release(scene):
    scene.files[PROMOTION] = follow("{branch: dev}")
    decision = scene.decision()
    assert decision.verdict is Verdict.HOLD
    assert reason(decision, "follow").state == "unknown"
    seen(scene, "branch", "shop dev", **{"commit": COMMIT, "tree web": TREE})
    scene.runs("1.0.0")
    decision = scene.decision()
    assert decision.verdict is Verdict.DEPLOY
    assert decision.wanted == f"dev@{COMMIT[:12]}"
    content = decision.assignment.content
    assert (content.commit, content.tag) == (COMMIT, None)
    assert content.components[0].artifact.tree == TREE
    scene.took(content)
    assert scene.decision().verdict is Verdict.IN_SYNC


@pytest.mark.parametrize("commit", ["0123456789012345678901234567890123456789", "9" * 40])
def test_s13_a_commit_whose_id_is_all_digits_is_content_like_any_other(scene, commit):
    scene.files[PROMOTION] = follow("{branch: dev}")
    seen(scene, "branch", "shop dev", **{"commit": commit, "tree web": TREE})
    decision = scene.decision()
    assert (decision.verdict, decision.wanted) == (Verdict.DEPLOY, f"dev@{commit[:12]}")


def test_b115_a_branch_that_is_gone_stops_starts_and_removes_nothing(scene):
    scene.files[PROMOTION] = follow("{branch: dev}")
    seen(scene, "branch", "shop dev")
    scene.runs("1.0.0")
    decision = scene.decision()
    assert decision.verdict is Verdict.HOLD
    assert reason(decision, "follow").why == "the branch dev is gone"
    assert decision.running == "1.0.0"


def test_d20_a_commit_is_promoted_without_a_release(scene):
    scene.files[PROMOTION] = (
        f"apiVersion: tagboat/v1\nkind: Promotion\napp: shop\ncommit: {COMMIT}\n"
    )
    seen(scene, "commit", f"shop {COMMIT}", **{"commit": COMMIT, "tree web": TREE})
    decision = scene.decision()
    assert (decision.verdict, decision.wanted) == (Verdict.DEPLOY, COMMIT[:12])


def test_s7_something_else_for_a_while_goes_back_by_itself(scene):
    scene.files[PROMOTION] = follow(
        "{environment: staging}",
        "temporary:\n  release: '1.0.0'\n  owner: ana\n  reason: A trial\n"
        '  expires: "2026-11-24T18:00:00+03:00"\n',
    )
    scene.ran("1.1.0", environment="staging")
    assert scene.decision().wanted == "1.0.0"
    scene.now = datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert scene.decision().wanted == "1.1.0"


def test_s7_what_is_there_for_a_while_is_nobodys_to_follow_until_its_place_names_it(scene):
    scene.ran("1.0.0", environment="staging")
    scene.ran("1.1.0", environment="staging", expires="2026-11-24T15:00:00.000Z")
    assert scene.decision().wanted == "1.0.0"
    scene.now = datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert scene.decision().wanted == "1.0.0"
    scene.files["environments/staging/shop.yaml"] = follow("x").replace(
        "follow: x", "release: 1.1.0"
    )
    assert scene.decision().wanted == "1.1.0"


def test_s7_a_claim_says_when_what_it_brings_goes_again_and_its_proof_asks_for_that(scene):
    scene.files[PROMOTION] = follow(
        "{environment: staging}",
        "temporary:\n  release: '1.0.0'\n  owner: ana\n  reason: A trial\n"
        '  expires: "2026-11-24T18:00:00+03:00"\n',
    )
    scene.ran("1.0.0", environment="staging")
    plan = make_plan(scene.inputs())
    decision = next(each for each in plan.decisions if each.place.environment == "production")
    scribe = Scribe(Witness(scene.inputs(), {}), plan, "one", lambda: "c", lambda: "")
    claim = scribe.claim(decision)
    assert claim.expires == "2026-11-24T15:00:00.000Z"
    assert prove(claim, scene.inputs(), editions={}).agreement is Agreement.SAME
    untold = claim.model_copy(update={"expires": ""})
    assert prove(untold, scene.inputs(), editions={}).changed == ("expires",)
    newer = {"tagboat": "a newer one"}
    assert prove(untold, scene.inputs(), editions=newer).holds
    wrong = claim.model_copy(update={"expires": "2026-11-25T15:00:00.000Z"})
    assert prove(wrong, scene.inputs(), editions=newer).changed == ("expires",)


WEDNESDAY = "{environment: staging, schedule: {days: [wed], time: '11:00'}}"
SLOT = datetime(2026, 11, 25, 11, tzinfo=UTC)


@pytest.fixture
def train(scene):
    """A follower that leaves on Wednesdays, whose schedule counts since Friday."""
    scene.files[PROMOTION] = follow(WEDNESDAY)
    scene.runs("1.0.0")
    scene.ran("1.1.0", environment="staging")
    (first,) = scene.decision().departures
    assert (first.fate, first.slot) == ("counting", "2026-11-18T11:00:00.000Z")
    scene.departs(first)
    return scene


def test_t2_a_follower_with_a_schedule_waits_for_its_slot(train):
    decision = train.decision()
    assert decision.verdict is Verdict.HOLD
    waits = reason(decision, "schedule")
    assert waits.why == "leaves with the next slot, Wed 2026-11-25 11:00 UTC"
    assert waits.opens == "2026-11-25T11:00:00.000Z"
    assert decision.departures == ()


def test_s7_what_is_there_for_a_while_waits_for_no_slot_and_what_was_there_comes_back(train):
    train.files["environments/staging/shop.yaml"] = follow('{releases: "*"}')
    train.ran("1.2.0", environment="staging")
    train.files[PROMOTION] += (
        "temporary:\n  release: '1.2.0'\n  owner: ana\n  reason: A trial\n"
        '  expires: "2026-11-26T12:00:00+00:00"\n'
    )
    decision = train.decision()
    assert (decision.verdict, decision.wanted) == (Verdict.DEPLOY, "1.2.0")
    train.ran("1.2.0", expires="2026-11-26T12:00:00.000Z")
    train.now = SLOT
    (account,) = train.decision().departures
    assert (account.fate, account.why) == (
        "nothing-new",
        "ana's until 2026-11-26T12:00:00+00:00",
    )
    train.departs(account)
    train.now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    decision = train.decision()
    assert (decision.verdict, decision.wanted) == (Verdict.DEPLOY, "1.0.0")
    assert reason(decision, "follow").why == "1.0.0, what was here before"
    train.ran("1.0.0")
    decision = train.decision()
    assert (decision.verdict, decision.wanted) == (Verdict.HOLD, "1.2.0")
    assert reason(decision, "schedule").opens == "2026-12-02T11:00:00.000Z"


def test_t2_it_leaves_with_its_slot_and_only_once(train):
    train.now = SLOT
    decision = train.decision()
    assert (decision.verdict, decision.slot) == (Verdict.DEPLOY, "2026-11-25T11:00:00.000Z")
    train.took(decision.assignment.content, slot=decision.slot)
    train.ran("1.2.0", environment="staging")
    train.now = SLOT + timedelta(minutes=5)
    decision = train.decision()
    assert decision.verdict is Verdict.HOLD
    assert decision.departures == ()
    assert reason(decision, "schedule").opens == "2026-12-02T11:00:00.000Z"


def test_a_gate_that_is_closed_at_the_slot_makes_it_miss_that_one(train):
    train.ran("1.1.0", environment="staging", tested=True)
    train.now = SLOT
    decision = train.decision()
    assert decision.verdict is Verdict.HOLD
    (missed,) = decision.departures
    assert missed.fate == "missed"
    assert missed.why == "after: the tests of 1.1.0 in staging/shop have not ended"
    train.departs(missed)
    train.tests("1.1.0", "staging", passed=True)
    decision = train.decision()
    assert decision.verdict is Verdict.HOLD
    assert reason(decision, "schedule").opens == "2026-12-02T11:00:00.000Z"


def test_no_start_is_promised_at_a_time_when_the_slot_has_been_missed(train):
    path = "environments/production/environment.yaml"
    train.files[path] += 'windows: [{from: "11:30", until: "13:00"}]\n'
    start = train.decision().start
    assert (start.at, start.gate) == ("", "schedule")
    train.now = SLOT
    decision = train.decision()
    assert [each.fate for each in decision.departures] == ["missed"]
    assert decision.start.at == ""


def under_way(train, version, *, merge="9" * 40):
    """Something else that came without a slot, and hasn't ended."""
    claim = train.claimed(version, commit=merge)
    train.known["journalled"] = frozenset({claim.deployment})
    return claim


def test_i1_a_slot_that_comes_while_something_is_under_way_leaves_within_an_hour(train):
    claim = under_way(train, "1.0.0")
    train.now = SLOT + timedelta(minutes=10)
    decision = train.decision()
    assert (decision.verdict, decision.departures) == (Verdict.BUSY, ())
    train.ended(claim, Outcome.SUCCEEDED, "1.0.0")
    decision = train.decision()
    assert (decision.verdict, decision.slot) == (Verdict.DEPLOY, "2026-11-25T11:00:00.000Z")


def test_i1_a_slot_that_something_under_way_outlasts_is_missed_once_and_says_why(train):
    claim = under_way(train, "1.0.0")
    train.now = SLOT + timedelta(minutes=61)
    decision = train.decision()
    (told,) = decision.departures
    assert decision.verdict is Verdict.BUSY
    assert (told.fate, told.admitted) == ("missed", train.merge)
    assert told.why == f"claim: {claim.deployment} was under way"
    train.departs(told)
    assert train.decision().departures == ()
    train.ended(claim, Outcome.SUCCEEDED, "1.0.0")
    decision = train.decision()
    assert (decision.verdict, decision.departures) == (Verdict.HOLD, ())


def test_a_slot_that_comes_while_the_same_is_under_way_has_nothing_new(train):
    claim = under_way(train, "1.1.0")
    train.now = SLOT
    (told,) = train.decision().departures
    assert (told.fate, told.why) == ("nothing-new", f"{claim.deployment} brings it already")


def test_i1_slots_count_from_a_merge_also_while_something_is_under_way(train):
    under_way(train, "1.0.0")
    train.merge = "3" * 40
    train.now = SLOT - timedelta(minutes=5)
    (told,) = train.decision().departures
    assert (told.fate, told.slot, told.admitted) == (
        "counting",
        "2026-11-18T11:00:00.000Z",
        train.merge,
    )


def test_a_slot_that_was_missed_while_something_was_under_way_is_proved(train, place):
    under_way(train, "1.0.0")
    train.known["host"] = "a"
    train.now = SLOT + timedelta(minutes=61)
    inputs = train.inputs()
    editions = {"tagboat": "x"}
    scribe = Scribe(
        Witness(inputs, editions),
        make_plan(inputs),
        "one",
        lambda: "d",
        lambda: "2026-11-25T12:01Z",
    )
    (record,) = scribe.departures()
    assert record.evidence.journalled
    train.known = {}
    proof = prove(numbered(record, 99), train.inputs(), editions=editions)
    assert (proof.agreement, proof.changed) == (Agreement.SAME, ())
    old = record.model_copy(update={"why": "no reconciler looked in time"})
    assert prove(numbered(old, 99), train.inputs(), editions=editions).changed == ("slot",)
    newer = {"tagboat": "y"}
    assert prove(numbered(old, 99), train.inputs(), editions=newer).holds
    for wrong in ({"slot": "2026-11-18T11:00:00.000Z"}, {"sign_off": "3" * 40}):
        other = numbered(record.model_copy(update=wrong), 99)
        assert prove(other, train.inputs(), editions=newer).changed == ("slot",)


def test_nothing_new_at_a_slot_is_written_down(train):
    train.runs("1.1.0")
    train.now = SLOT
    (told,) = train.decision().departures
    assert told.fate == "nothing-new"


def test_a_slot_that_nobody_looked_at_for_an_hour_is_missed(train):
    train.now = SLOT + timedelta(minutes=59)
    assert train.decision().verdict is Verdict.DEPLOY
    train.now = SLOT + timedelta(minutes=61)
    decision = train.decision()
    assert decision.verdict is Verdict.HOLD
    assert [each.fate for each in decision.departures] == ["missed"]


def test_f37_a_clock_that_jumps_ahead_loses_no_slot_and_one_put_back_fires_none_again(train):
    train.now = SLOT + timedelta(weeks=2, minutes=1)
    decision = train.decision()
    assert [each.slot[:10] for each in decision.departures] == ["2026-11-25", "2026-12-02"]
    assert decision.slot[:10] == "2026-12-09"
    train.took(decision.assignment.content, slot=decision.slot)
    train.ran("1.2.0", environment="staging")
    train.now = SLOT + timedelta(minutes=1)
    decision = train.decision()
    assert (decision.verdict, decision.departures) == (Verdict.HOLD, ())


def test_a_follower_merged_anew_counts_from_then_on(train):
    train.merge = "3" * 40
    train.now = SLOT + timedelta(minutes=5)
    decision = train.decision()
    assert decision.verdict is Verdict.HOLD
    assert [each.fate for each in decision.departures] == ["counting"]


def test_t8_an_override_merged_after_a_missed_slot_lets_it_leave_with_that_slot(train):
    train.ran("1.1.0", environment="staging", tested=True)
    train.tests("1.1.0", "staging", passed=False)
    train.files["environments/production/environment.yaml"] += (
        "gates: {after: {environment: staging}}\npermissions: {override: [role/admin]}\n"
    )
    train.now = SLOT
    train.departs(train.decision().departures[0])
    train.merge = "3" * 40
    train.files[PROMOTION] += """override:
  gate: after
  release: "1.1.0"
  reason: Two failures are a time-out of the browser
  evidence: "https://ci.example/runs/8812"
  expires: "2026-11-25T18:00:00Z"
"""
    train.now = SLOT + timedelta(hours=2)
    decision = train.decision()
    assert reason(decision, "schedule").state == "open"
    assert decision.slot == "2026-11-25T11:00:00.000Z"
