"""What the plan says of one place, for each thing that can be in the way."""

import html

import pytest

from reconciler.diagnostics import Location
from reconciler.manifest.codes import integrity
from reconciler.model.alarm import Alarm
from reconciler.model.observation import Observation, Presence
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Outcome, Sighting
from reconciler.planner.answering import answers
from reconciler.planner.asking import ask_of
from reconciler.planner.plan import decision_of, make_plan
from reconciler.planner.rendering import as_text
from reconciler.publish.plan_table import as_markdown
from reconciler.signoff import Taint

PROMOTION = "environments/production/shop.yaml"


def taint(path: str) -> Taint:
    return Taint(path, "TB451", "3" * 40, "ben", "ben merged his own change", "git revert -m 1 333")


def test_a_first_deployment_says_that_there_is_nothing_to_go_back_to(scene):
    decision = scene.decision()
    assert decision.verdict is Verdict.DEPLOY
    assert decision.sentence == "deploys 1.1.0; there is nothing to go back to"
    assert decision.assignment.previous is None
    assert decision.estimate == 120


def test_m9_the_smoke_test_compares_with_the_version_that_is_promoted(scene):
    steps = {each.name: each for each in scene.decision().assignment.lanes.forward}
    (test,) = steps["smoke"].tests
    assert test.settings["url"] == "http://127.0.0.1:8101/version"
    assert test.settings["json"] == {"$.version": "1.1.0"}


def test_d14_the_way_back_is_frozen_with_what_runs_now(scene):
    scene.runs("1.0.0")
    decision = scene.decision()
    assert decision.verdict is Verdict.DEPLOY
    assert decision.sentence == "deploys 1.1.0 over 1.0.0"
    assert decision.assignment.previous.version == "1.0.0"
    steps = {each.name: each for each in decision.assignment.lanes.backward}
    assert steps["back/smoke"].tests[0].settings["json"] == {"$.version": "1.0.0"}


def test_what_runs_already_is_in_sync(scene):
    scene.runs("1.1.0")
    assert scene.decision().verdict is Verdict.IN_SYNC


def test_other_configuration_is_a_deployment_of_the_same_release(scene):
    scene.runs("1.1.0")
    path = "environments/production/environment.yaml"
    scene.files[path] += "    config: {BANNER: Hello}\n"
    decision = scene.decision()
    assert decision.verdict is Verdict.DEPLOY
    assert decision.sentence == "deploys 1.1.0 again with other configuration"


@pytest.mark.parametrize(
    "path",
    [
        PROMOTION,
        "environments/production/environment.yaml",
        "environments/people.yaml",
        "releases/shop/app.yaml",
        "releases/shop/1.1.0/release.yaml",
    ],
)
def test_a_taint_of_any_file_that_decides_about_the_place_holds_it(scene, path):
    scene.taints = (taint(path),)
    decision = scene.decision()
    assert decision.verdict is Verdict.HOLD
    assert [each.gate for each in decision.closed] == ["sign-off"]
    assert decision.closed[0].remedy == "git revert -m 1 333"


@pytest.mark.parametrize(
    "path",
    ["environments/dev/shop.yaml", "releases/blog/app.yaml", "releases/shop/9.0.0/release.yaml"],
)
def test_x5_a_taint_of_another_scope_holds_nothing_here(scene, path):
    scene.taints = (taint(path),)
    assert scene.decision().verdict is Verdict.DEPLOY


def test_a_tainted_promotion_shows_what_the_file_wants_and_what_runs(scene):
    scene.runs("1.1.0")
    scene.shown[PROMOTION] = scene.files[PROMOTION].replace("1.1.0", "1.2.0")
    scene.taints = (taint(PROMOTION),)
    decision = scene.decision()
    assert decision.verdict is Verdict.HOLD
    assert decision.sentence.startswith("wants 1.2.0 (held), runs 1.1.0: TB451")


def test_a_tainted_policy_holds_new_starts_and_leaves_what_runs_in_sync(scene):
    scene.runs("1.1.0")
    scene.taints = (taint("environments/people.yaml"),)
    decision = scene.decision()
    assert decision.verdict is Verdict.IN_SYNC
    assert decision.sentence.endswith(
        "new starts are held: environments/people.yaml: ben merged his own change"
    )


@pytest.mark.parametrize("outcome", [Outcome.ROLLED_BACK, Outcome.STUCK])
def test_a_promotion_that_failed_is_held_until_its_file_changes(scene, outcome):
    scene.runs("1.0.0")
    scene.ended(scene.claimed("1.1.0"), outcome, "1.0.0" if outcome is Outcome.ROLLED_BACK else "")
    decision = scene.decision()
    assert decision.verdict is Verdict.HOLD
    assert decision.closed[0].gate == "hold"
    assert "found 1.0.0" in decision.closed[0].why
    runs = outcome is Outcome.ROLLED_BACK
    again = "tagboat promote shop@1.0.0 --to production" if runs else "tagboat promote shop@VERSION"
    assert again in decision.closed[0].remedy
    assert "have it merged" in decision.closed[0].remedy


def test_a_newly_admitted_change_releases_the_hold(scene):
    scene.runs("1.0.0")
    scene.ended(scene.claimed("1.1.0", commit="9" * 40), Outcome.ROLLED_BACK, "1.0.0")
    assert scene.decision().verdict is Verdict.DEPLOY


def test_a_new_trust_root_is_no_new_wish(scene):
    scene.merged = False
    scene.ended(scene.claimed("1.1.0", commit="9" * 40), Outcome.ROLLED_BACK, "")
    assert scene.decision().closed[0].gate == "hold"


def test_an_open_claim_of_another_reconciler_is_waited_for(scene):
    scene.claimed("1.0.0", by="two")
    assert scene.decision().verdict is Verdict.BUSY


def test_an_open_claim_of_ones_own_with_its_journal_goes_on(scene):
    claim = scene.claimed("1.0.0")
    scene.known["journalled"] = frozenset({claim.deployment})
    assert scene.decision().verdict is Verdict.BUSY


def test_an_open_claim_of_ones_own_without_a_journal_is_gone_back_from(scene):
    scene.claimed("1.0.0")
    decision = scene.decision()
    assert decision.verdict is Verdict.GO_BACK
    assert "journal of production.shop.1 is gone" in decision.sentence


def test_an_open_claim_of_another_host_with_the_same_name_is_not_taken_from_it(scene):
    scene.claimed("1.0.0", host="elsewhere")
    scene.known["host"] = "here"
    decision = scene.decision()
    assert decision.verdict is Verdict.BUSY
    assert "tagboat reconcile --take-over" in decision.sentence
    scene.known["host"] = ""  # the operator says that the other one is gone
    assert scene.decision().verdict is Verdict.GO_BACK


def test_a_driver_that_the_host_does_not_enable_is_a_closed_gate(scene):
    scene.known["drivers"] = frozenset({"memory"})
    assert scene.decision().closed[0].gate == "driver"


def test_x14_a_fence_above_the_history_stops_the_place(scene, place):
    scene.known["observations"] = {place: Observation(Presence.RUNNING, fence=7)}
    assert scene.decision().closed[0].gate == "history"


def test_b112_an_alarm_stops_every_start(scene):
    finding = integrity.REWRITTEN.at(Location("refs/heads/main"), "was rewritten")
    scene.known["alarms"] = (Alarm.of(finding),)
    closed = scene.decision().closed[0]
    assert (closed.gate, closed.remedy) == ("history", finding.hint)
    assert closed.why == "TB407 refs/heads/main: was rewritten"


def test_b39_a_promotion_of_a_release_that_is_not_there_is_broken_and_names_the_file(scene):
    scene.files[PROMOTION] = scene.files[PROMOTION].replace("1.1.0", "7.7.7")
    decision = scene.decision()
    assert decision.verdict is Verdict.BROKEN
    assert decision.closed[0].gate == "files"
    assert f"{PROMOTION}:4" in decision.closed[0].why


def test_a_file_with_errors_says_which_version_of_it_is_meant_and_that_a_merge_mends_it(scene):
    sound = scene.files[PROMOTION]
    scene.files[PROMOTION] += "colour: red\n"
    gate = next(each for each in scene.decision().closed if each.gate == "files")
    assert "unknown field" in gate.why
    assert "in force" not in gate.why
    assert gate.remedy.endswith("mend the file on a branch and have it merged by somebody else")
    scene.shown[PROMOTION] = sound
    scene.taints = (taint(PROMOTION),)
    gate = next(each for each in scene.decision().closed if each.gate == "files")
    assert gate.why.endswith("that is the file in force, the branch holds another one")


def test_x5_a_file_of_another_place_with_errors_changes_nothing_here(scene):
    scene.files["environments/dev/environment.yaml"] = "kind: [\n"
    decisions = {str(each.place): each for each in make_plan(scene.inputs()).decisions}
    assert decisions["production/shop"].verdict is Verdict.DEPLOY


def test_an_app_that_opens_its_port_itself_is_told_to_have_a_gap(scene):
    scene.runs("1.0.0")
    path = "releases/shop/app.yaml"
    scene.files[path] = scene.files[path].replace("listens: socket", "listens: port")
    assert "requests are refused" in scene.decision().notes[0]


def test_text_and_markdown_say_the_same_words(scene):
    scene.taints = (taint(PROMOTION),)
    plan = make_plan(scene.inputs())
    why = plan.decisions[0].closed[0].why
    assert why in as_text(plan)
    assert why in html.unescape(as_markdown(plan))


def test_b38_what_a_file_says_is_no_markup_in_the_plan_and_calls_nobody(scene):
    scene.files["environments/freezes/now.yaml"] = """apiVersion: tagboat/v1
kind: Freeze
name: now
scope: {}
from: "2026-11-20T00:00:00+00:00"
until: "2026-11-21T00:00:00+00:00"
reason: "@all ![x](https://evil.example/a) **now** | then"
"""
    text = as_markdown(make_plan(scene.inputs()))
    assert "frozen by now" in text
    for live in ("@all", "![", "](", "**now", "| then", "https://"):
        assert live not in text


def test_b63_an_environment_under_a_new_name_is_not_deployed_beside_the_old_one(scene):
    scene.runs("1.1.0")
    for path in list(scene.files):
        if path.startswith("environments/production/"):
            renamed = path.replace("production", "live")
            scene.files[renamed] = scene.files.pop(path).replace("name: production", "name: live")
    decisions = {str(each.place): each for each in make_plan(scene.inputs()).decisions}
    live, old = decisions["live/shop"], decisions["production/shop"]
    assert live.verdict is Verdict.HOLD
    (why,) = [each.why for each in live.closed if each.gate == "renamed"]
    assert why == (
        "TB423 live has the promotions that production had, which is gone and still runs"
    )
    assert (old.verdict, old.running) == (Verdict.IN_SYNC, "1.1.0")


def test_b41_a_lower_version_that_lacks_what_runs_has_the_code_of_the_merge_request_check(scene):
    path = "releases/shop/1.2.0/release.yaml"
    scene.files[path] = scene.files[path].replace("a" * 40, "f" * 40)
    scene.files["environments/production/environment.yaml"] += "gates: {require: [not-behind]}\n"
    scene.runs("1.2.0")
    scene.add(
        Sighting(
            id="seen",
            at="2026-11-20T10:00:00.000Z",
            reconciler="one",
            sort="ancestry",
            about=f"shop {'a' * 40} {'f' * 40}",
            facts={"contains": "no"},
        )
    )
    (reason,) = [each for each in scene.decision().closed if each.gate == "require/not-behind"]
    assert reason.why == "TB424 lacks commits of 1.2.0, which runs"


def test_b122_files_that_go_all_at_once_remove_nothing(scene):
    scene.runs("1.1.0")
    for path in list(scene.files):
        if path.startswith("environments/production/"):
            del scene.files[path]
    (decision,) = make_plan(scene.inputs()).decisions
    assert (decision.verdict, decision.running) == (Verdict.IN_SYNC, "1.1.0")
    assert "nothing was removed" in decision.sentence


@pytest.mark.parametrize("runs", ["1.0.0", "1.1.0"])
def test_m8_s8_no_answer_about_what_is_in_force_stands_below_another_version(scene, runs):
    scene.runs("1.1.0")
    if runs != "1.1.0":
        scene.runs(runs)
    scene.shown = {PROMOTION: scene.files[PROMOTION].replace("1.1.0", "1.2.0")}
    scene.taints = (taint(PROMOTION),)
    decision = scene.decision()
    assert (decision.verdict, decision.wanted) == (Verdict.HOLD, "1.2.0")
    assert [each.gate for each in decision.closed] == ["sign-off"]
    assert "1.1.0" not in " ".join(each.why for each in decision.reasons)
    asked = {each.gate for each in decision.reasons}
    assert asked == {"sign-off", "files", "claim", "history"}
    assert (decision.assignment, decision.sign_off, decision.summary) == (None, None, "")


def test_s8_a_promotion_that_is_new_and_unsigned_has_no_broken_files(scene):
    scene.shown = {PROMOTION: scene.files.pop(PROMOTION)}
    scene.taints = (taint(PROMOTION),)
    decision = scene.decision()
    assert decision.verdict is Verdict.HOLD
    assert [each.gate for each in decision.closed] == ["sign-off"]


def test_m18_a_place_that_no_file_names_says_what_became_of_it(scene):
    scene.runs("1.0.0")
    scene.files.pop(PROMOTION)
    decision = scene.decision()
    left = "runs 1.0.0; no file asks for it any more, and nothing was removed"
    assert (decision.verdict, decision.sentence) == (Verdict.IN_SYNC, left)
    assert decision.notes == ("to take it away: tagboat retire production/shop",)


def test_m18_a_retired_place_says_so_and_is_asked_nothing(scene):
    scene.runs("1.0.0")
    scene.retires("1.0.0")
    ask = ask_of(scene.inputs(), Place("production", "shop"))
    decision = decision_of(ask)
    assert (decision.verdict, decision.running) == (Verdict.IN_SYNC, "")
    assert decision.sentence.startswith("was retired: production.shop.3 took 1.0.0 away")
    assert (answers(ask), decision.notes) == ((), ())


def test_x27_without_room_it_goes_back_to_what_is_kept_and_to_nothing_new(scene):
    path = "releases/shop/1.1.0/release.yaml"
    scene.files[path] = scene.files[path].replace("b" * 40, "e" * 40).replace("a" * 40, "e" * 40)
    scene.known["full"] = "less than 500 MB are free"
    scene.runs("1.0.0")
    assert [each.gate for each in scene.decision().closed] == ["disk"]
    scene.runs("1.1.0")
    scene.runs("1.0.0")
    decision = scene.decision()
    assert (decision.verdict, decision.wanted) == (Verdict.DEPLOY, "1.1.0")
