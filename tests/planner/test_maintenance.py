"""Maintenance by hand (D27): who may have it when, what holds then, and what its page is left to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.deployer.lanes import Before
from reconciler.deployer.screens import screens_at, wanted
from reconciler.deployer.takeover import adoption
from reconciler.model.deployment import Page, StepSpec, Work
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Answer, Outcome
from reconciler.names import instant_text
from reconciler.planner.obstacles import obstacle
from reconciler.planner.permission import Deed
from reconciler.planner.plan import make_plan

PLACE = Place("production", "shop")
ENVIRONMENT = "environments/production/environment.yaml"
HOUR = timedelta(hours=1)
ON, OFF = "maintenance-on", "maintenance-off"


def granted(scene, verb, *, app="shop", lasts=HOUR):
    """Somebody may, and asks."""
    scene.add(
        Answer(
            id=f"a{len(scene.records)}",
            at=instant_text(scene.now),
            reconciler="one",
            request=f"{len(scene.records)}",
            verb=verb,
            environment="production",
            app=app,
            by="ana",
            granted=True,
            reason="the database moves",
            until=instant_text(scene.now + lasts) if verb == ON else "",
        )
    )


def refused(scene, verb, *, app="shop"):
    """Why it can't be done, and what helps; empty if it can."""
    found = obstacle(scene.inputs(), Deed(verb, "production", app or ""), "ana")
    return (found.why, found.remedy) if found else ("", "")


def want(scene, *, after=timedelta()):
    return wanted(scene.inputs().ledger.at(PLACE), scene.now + after)


def with_page(claim, **step):
    """The claim as one whose pipeline does maintenance."""
    page = Page(title="shop", retry_after=60)
    on = StepSpec(name=ON, work=Work.MAINTENANCE_ON, timeout=60, **(step or {"page": page}))
    lanes = claim.assignment.lanes.model_copy(update={"forward": (on,)})
    assignment = claim.assignment.model_copy(update={"lanes": lanes})
    return claim.model_copy(update={"assignment": assignment})


@pytest.fixture
def stuck(scene):
    """A scene in which 1.1.0 got stuck with its page up, over 1.0.0."""

    def begin(**step):
        scene.ran("1.0.0")
        claim = with_page(scene.claimed("1.1.0"), **step)
        scene.records[-1] = claim
        scene.ended(claim, Outcome.STUCK, "")
        return scene

    return begin


def test_d27_a_page_is_wanted_from_its_grant_until_its_end_and_no_longer_than_off(scene):
    scene.ran("1.1.0")
    assert not want(scene)
    granted(scene, ON)
    assert [want(scene, after=each) for each in (timedelta(), HOUR)] == [True, False]
    granted(scene, ON, app=None, lasts=2 * HOUR)
    assert [want(scene, after=HOUR), want(scene, after=2 * HOUR)] == [True, False]
    granted(scene, OFF)
    assert want(scene)
    granted(scene, OFF, app=None)
    assert not want(scene)


def test_d27_an_empty_place_has_nothing_to_keep_visitors_out_of(scene):
    scene.ran("1.1.0")
    granted(scene, ON)
    scene.retires("1.1.0")
    assert want(scene) is False


def test_d27_what_was_taken_over_as_it_is_is_shown_no_page_of_its_environment(scene):
    scene.ran("1.1.0")
    claim = scene.records[-2]
    adopting = claim.assignment.lanes.model_copy(update={"forward": ()})
    assignment = claim.assignment.model_copy(update={"lanes": adopting})
    scene.records[-2] = claim.model_copy(update={"assignment": assignment})
    granted(scene, ON, app=None)
    assert want(scene) is False


def test_d27_of_the_whole_environment_a_forked_history_and_an_old_standing_stay_apart(scene):
    scene.ran("1.1.0")
    ledger = scene.inputs().ledger
    before, other = ledger.at(PLACE), ledger.fork()
    granted(scene, ON, app=None)
    other.apply(scene.records[-1])
    assert screens_at(other.at(PLACE), scene.now)
    assert (ledger.at(PLACE), before.screens) == (before, ())


def test_d27_off_is_refused_where_nothing_is_on_and_says_what_is(scene):
    scene.ran("1.1.0")
    why, remedy = refused(scene, OFF)
    assert why == "production/shop is not under maintenance by hand"
    assert remedy == "see how things are: tagboat explain production/shop"
    granted(scene, ON, app=None)
    assert refused(scene, OFF) == (
        f"{why}, but production is",
        "tagboat maintenance off production",
    )
    assert refused(scene, OFF, app=None) == ("", "")
    scene.now += HOUR
    assert refused(scene, OFF, app=None)[0] == "production is not under maintenance by hand"


def test_d27_on_is_refused_where_it_is_on_until_its_end_has_come(scene):
    scene.ran("1.1.0")
    granted(scene, ON)
    assert refused(scene, ON) == (
        "production/shop is under maintenance by ana already",
        "to have it otherwise, first: tagboat maintenance off production/shop",
    )
    scene.now += HOUR
    assert refused(scene, ON) == ("", "")


def under_way(scene):
    scene.ran("1.0.0")
    scene.claimed("1.1.0")


def by_commands(scene):
    scene.files[ENVIRONMENT] += "pipeline: {maintenance: {run: [./on], undo: [./off]}}\n"
    scene.ran("1.0.0")


def taken_over(scene):
    claim = scene.ran("1.0.0")
    assignment = adoption(claim.assignment)
    scene.records[-2] = claim.model_copy(update={"assignment": assignment})


def without_an_address(scene):
    claim = scene.ran("1.0.0")
    target = claim.assignment.target.model_copy(update={"listen": ""})
    assignment = claim.assignment.model_copy(update={"target": target})
    scene.records[-2] = claim.model_copy(update={"assignment": assignment})


@pytest.mark.parametrize("app", ["shop", None], ids=["place", "environment"])
@pytest.mark.parametrize(
    ("begin", "why"),
    [
        (lambda _: None, "nothing runs there that visitors could be kept out of"),
        (under_way, "production.shop.3 is under way"),
        (by_commands, "commands of its pipeline do maintenance in production/shop"),
        (taken_over, "what runs in production/shop was taken over as it is"),
        (without_an_address, "nobody can be shown a page in production/shop"),
    ],
)
def test_d27_on_is_refused_with_an_action_where_no_page_can_be_shown(scene, begin, why, app):
    begin(scene)
    said, remedy = refused(scene, ON, app=app)
    assert said.startswith(why)
    assert remedy


def test_d27_what_rests_tells_of_the_page_until_its_end_though_nothing_else_happens(scene):
    scene.ran("1.1.0")
    inputs = scene.inputs()
    assert make_plan(inputs).decisions[0].notes == ()
    granted(scene, ON, app=None)
    inputs.ledger.apply(scene.records[-1])
    for hours, told in ((0, True), (0.5, True), (1, False), (2, False)):
        (decision,) = make_plan(replace(inputs, now=scene.now + hours * HOUR)).decisions
        assert decision.verdict is Verdict.IN_SYNC
        assert (bool(decision.kept_out), bool(decision.notes)) == (told, told)


def test_d27_who_goes_back_meanwhile_leaves_the_page_up_and_is_tested_behind_it(scene):
    scene.ran("1.0.0")
    scene.ran("1.1.0")
    granted(scene, ON)
    path = "environments/production/shop.yaml"
    scene.files[path] = scene.files[path].replace("1.1.0", "1.0.0")
    inputs = scene.inputs()
    (decision,) = make_plan(inputs).decisions
    assert decision.verdict is Verdict.DEPLOY
    lanes = decision.assignment.lanes
    works = [each.work for each in (*lanes.forward, *lanes.backward)]
    assert works.count(Work.MAINTENANCE_ON) == 2
    assert Work.MAINTENANCE_OFF not in works
    (later,) = make_plan(replace(inputs, now=scene.now + HOUR)).decisions
    works = {each.work for each in later.assignment.lanes.forward}
    assert not works & {Work.MAINTENANCE_ON, Work.MAINTENANCE_OFF}


def test_d15_the_page_of_a_stuck_place_stays_until_somebody_lets_visitors_in(stuck):
    scene = stuck()
    assert want(scene) is None
    assert refused(scene, OFF) == ("", "")
    why, remedy = refused(scene, ON)
    assert why == "the page of production.shop.3 is up, since that got stuck"
    assert remedy == "to let visitors in: tagboat maintenance off production/shop"
    assert "tagboat maintenance off production/shop" in scene.decision().notes[-1]
    assert Before.of(scene.inputs().ledger.at(PLACE), leaves=False).maintained
    granted(scene, OFF)
    assert want(scene) is False
    assert not Before.of(scene.inputs().ledger.at(PLACE), leaves=False).maintained
    assert refused(scene, OFF)[0] == "production/shop is not under maintenance by hand"
    assert Before.of(scene.inputs().ledger.at(PLACE), leaves=False).stuck
    granted(scene, ON)
    assert [want(scene), want(scene, after=HOUR)] == [True, False]


def test_d15_the_end_of_maintenance_of_the_environment_leaves_a_stuck_place_its_page(stuck):
    scene = stuck()
    assert refused(scene, ON, app=None) == ("", "")
    granted(scene, ON, app=None)
    assert [want(scene), want(scene, after=HOUR)] == [True, None]
    granted(scene, OFF, app=None)
    assert want(scene) is None


def test_d15_a_request_from_before_it_got_stuck_does_not_take_its_page_down(scene):
    scene.ran("1.0.0")
    granted(scene, ON)
    claim = with_page(scene.claimed("1.1.0"))
    scene.records[-1] = claim
    scene.ended(claim, Outcome.STUCK, "")
    assert [want(scene), want(scene, after=HOUR)] == [True, None]


def test_d15_what_commands_have_put_up_is_not_ours_to_take_down(stuck):
    scene = stuck(command={"argv": ("./on",)})
    assert refused(scene, OFF)[0].startswith("commands did the maintenance of production.shop.3")
