"""A temporary environment: there for a while, then left empty by itself."""

from datetime import UTC, datetime

import pytest

from reconciler.deployer.takeover import retirement
from reconciler.model.plan import Verdict
from reconciler.model.records import Outcome, Sighting
from reconciler.planner.questions import of_branches
from reconciler.planner.simulation import simulate

ENVIRONMENT = "environments/production/environment.yaml"
PROMOTION = "environments/production/shop.yaml"
RELEASE = "releases/shop/1.2.0/release.yaml"
EXPIRES = datetime(2026, 11, 24, 15, tzinfo=UTC)
COMMIT, TREE, NEWEST = "c" * 40, "d" * 40, "e" * 40


def lasts(scene, extra="", expires="2026-11-24T18:00:00+03:00"):
    before = scene.files[ENVIRONMENT].partition("temporary: ")[0]
    said = f'temporary: {{owner: ana, expires: "{expires}"{extra}}}\n'
    scene.files[ENVIRONMENT] = before + said


def seen(scene, sort, about, **facts):
    number = len(scene.records)
    at = "2026-11-20T10:00:00.000Z"
    scene.add(
        Sighting(id=f"s{number}", at=at, reconciler="one", sort=sort, about=about, facts=facts)
    )


@pytest.fixture
def scene(scene):
    lasts(scene)
    return scene


@pytest.fixture
def trial(scene):
    """A branch runs there, until a release holds it; the newest release has another commit."""
    lasts(scene, ", delete_when: released")
    scene.files[RELEASE] = scene.files[RELEASE].replace("a" * 40, NEWEST)
    follow = "apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nfollow: {branch: trial}\n"
    scene.files[PROMOTION] = follow
    seen(scene, "branch", "shop trial", **{"commit": COMMIT, "tree web": TREE})
    scene.took(scene.decision().assignment.content)
    return scene


def test_m7_until_its_time_is_up_a_temporary_place_is_like_any_other(scene):
    assert scene.decision().verdict is Verdict.DEPLOY
    scene.ran("1.1.0")
    assert scene.decision().verdict is Verdict.IN_SYNC


def test_m7_when_its_time_is_up_what_runs_is_taken_away_without_anybody_asking(scene):
    scene.ran("1.1.0")
    assert scene.decision().verdict is Verdict.IN_SYNC
    scene.now = EXPIRES
    decision = scene.decision()
    assert decision.verdict is Verdict.DEPLOY
    assert decision.assignment.lanes.retires
    assert decision.sentence == "takes 1.1.0 away; the place is left empty"
    assert decision.reasons[0].why == "ana's until 2026-11-24T18:00:00+03:00"
    assert decision.sign_off is not None


def test_m7_what_is_over_stays_empty_and_starts_nothing(scene):
    scene.now = EXPIRES
    decision = scene.decision()
    assert (decision.verdict, decision.assignment) == (Verdict.IN_SYNC, None)
    assert decision.sentence.endswith("; nothing runs")
    (note,) = decision.notes
    assert "merge a later 'expires' in environments/production/environment.yaml" in note


def test_i4_a_stuck_place_whose_time_is_up_is_for_somebody_to_look_at(scene):
    scene.ran("1.1.0")
    scene.ran("1.2.0", outcome=Outcome.STUCK)
    scene.now = EXPIRES
    decision = scene.decision()
    assert (decision.verdict, decision.assignment) == (Verdict.HOLD, None)
    (held,) = decision.closed
    assert held.remedy.startswith("look what runs there, take it away by hand, and remove")


def test_m7_a_later_end_brings_the_place_back(scene):
    scene.ran("1.1.0")
    scene.now = EXPIRES
    taken = retirement(scene.assignment("1.1.0"), scene.content("1.1.0"))
    scene._deployed("production", taken, Outcome.SUCCEEDED, None)
    assert "took 1.1.0 away" in scene.decision().sentence
    lasts(scene, expires="2026-11-30T18:00:00+03:00")
    decision = scene.decision()
    assert (decision.verdict, decision.wanted) == (Verdict.DEPLOY, "1.1.0")


def test_i4_what_could_not_be_taken_away_is_held_until_somebody_says_retry(scene):
    scene.ran("1.1.0")
    scene.now = EXPIRES
    taken = retirement(scene.assignment("1.1.0"), scene.content("1.1.0"))
    scene.failed(taken, running="1.1.0")
    decision = scene.decision()
    assert decision.verdict is Verdict.HOLD
    (held,) = decision.closed
    assert (held.gate, held.remedy) == ("hold", "try it again: tagboat retry production/shop")


def test_m7_the_timetable_says_when_it_leaves(scene):
    scene.ran("1.1.0")
    inputs = scene.inputs()
    events = list(simulate(inputs, until=datetime(2026, 12, 1, tzinfo=UTC)))
    assert [(each.at, each.what, each.version) for each in events] == [(EXPIRES, "leaves", "1.1.0")]


def test_m7_whether_a_release_holds_it_is_asked_while_it_runs(trial):
    asked = [each for each in of_branches(trial.inputs()) if each.sort == "ancestry"]
    (question,) = asked
    assert question.about == f"shop {NEWEST} {COMMIT}"
    assert (question.content.commit, question.before.commit) == (NEWEST, COMMIT)
    lasts(trial)
    assert not [each for each in of_branches(trial.inputs()) if each.sort == "ancestry"]


@pytest.mark.parametrize(("contains", "goes"), [("yes", True), ("no", False)])
def test_m7_it_goes_when_its_content_became_a_release(trial, contains, goes):
    assert trial.decision().verdict is Verdict.IN_SYNC
    seen(trial, "ancestry", f"shop {NEWEST} {COMMIT}", contains=contains)
    decision = trial.decision()
    assert (decision.verdict is Verdict.DEPLOY) is goes
    if goes:
        assert decision.reasons[0].why == "ana's until its content became 1.2.0"


def test_m7_what_went_with_its_release_does_not_come_back_with_the_branch(trial):
    seen(trial, "ancestry", f"shop {NEWEST} {COMMIT}", contains="yes")
    decision = trial.decision()
    trial._deployed("production", decision.assignment, Outcome.SUCCEEDED, None)
    seen(trial, "branch", "shop trial", **{"commit": "9" * 40, "tree web": TREE})
    gone = trial.decision()
    assert gone.verdict is Verdict.IN_SYNC
    assert "merge 'delete_when: expired' in environments/" in gone.notes[0]
    lasts(trial)
    assert trial.decision().verdict is Verdict.DEPLOY


def test_m7_a_release_that_runs_there_stays_until_the_time_is_up(scene):
    lasts(scene, ", delete_when: released")
    scene.ran("1.1.0")
    assert scene.decision().verdict is Verdict.IN_SYNC
