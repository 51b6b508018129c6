"""What being a driver means, for every driver there is."""

import pytest
from conformance_world import DYING, UNFETCHABLE, LocalWorld, MemoryWorld, content_of, finish

from reconciler.errors import StaleFenceError, StepFailedError
from reconciler.model.content import Content
from reconciler.model.deployment import Page
from reconciler.model.observation import Presence, RolloutState

World = MemoryWorld | LocalWorld
PAGE = Page(title="shop", retry_after=300)
ONE, TWO, THREE = (content_of(version) for version in ("1.0.0", "2.0.0", "3.0.0"))


def deploy(world: World, content: Content | None, fence: int) -> None:
    driver = world.driver()
    if content:
        driver.prepare(world.target, content, fence=fence, timeout=30)
    driver.apply(world.target, content, fence=fence, timeout=30)
    assert finish(driver, world.target, content).state is RolloutState.DONE


def test_an_empty_place_is_absent_and_has_obeyed_nobody(world: World) -> None:
    seen = world.driver().observe(world.target)
    assert (seen.presence, seen.digest, seen.fence) == (Presence.ABSENT, "", 0)


def test_what_was_applied_is_observed_and_answers_M9(world: World) -> None:
    deploy(world, ONE, 1)
    seen = world.driver().observe(world.target)
    assert (seen.presence, seen.digest, seen.version) == (Presence.RUNNING, ONE.digest, "1.0.0")
    assert seen.fence == 1
    assert world.answers() == "1.0.0"


def test_preparing_touches_nothing_that_runs_D11(world: World) -> None:
    deploy(world, ONE, 1)
    world.driver().prepare(world.target, TWO, fence=2, timeout=30)
    assert world.driver().observe(world.target).digest == ONE.digest
    assert world.answers() == "1.0.0"


def test_apply_twice_is_once(world: World) -> None:
    deploy(world, ONE, 1)
    before = world.keeper() if isinstance(world, LocalWorld) else 0
    deploy(world, ONE, 1)
    deploy(world, ONE, 2)
    assert world.answers() == "1.0.0"
    if isinstance(world, LocalWorld):
        assert world.keeper() == before
        log = (world.place / "keeper" / "keeper.log").read_text()
        assert log.count("started web") == 1


def test_apply_brings_content_that_was_never_prepared(world: World) -> None:
    driver = world.driver()
    driver.apply(world.target, ONE, fence=1, timeout=30)
    assert finish(driver, world.target, ONE).state is RolloutState.DONE


def test_a_newer_version_takes_over_and_the_old_one_comes_back(world: World) -> None:
    deploy(world, ONE, 1)
    deploy(world, TWO, 2)
    assert world.answers() == "2.0.0"
    driver = world.driver()
    driver.apply(world.target, ONE, fence=2, timeout=30)
    assert finish(driver, world.target, ONE).state is RolloutState.DONE
    assert world.answers() == "1.0.0"


def test_applying_nothing_goes_back_to_nothing(world: World) -> None:
    deploy(world, ONE, 1)
    deploy(world, None, 2)
    seen = world.driver().observe(world.target)
    assert (seen.presence, seen.fence) == (Presence.ABSENT, 2)
    assert world.answers() == ""
    deploy(world, None, 3)


@pytest.mark.parametrize("what", ["prepare", "apply", "nothing", "cleanup", "maintain", "let-in"])
def test_a_stale_fence_is_refused_before_any_effect_X23_F33(world: World, what: str) -> None:
    deploy(world, ONE, 7)
    late = world.driver()
    calls = {
        "prepare": lambda: late.prepare(world.target, TWO, fence=6, timeout=30),
        "apply": lambda: late.apply(world.target, TWO, fence=6, timeout=30),
        "nothing": lambda: late.apply(world.target, None, fence=6, timeout=30),
        "cleanup": lambda: late.cleanup(world.target, frozenset(), fence=6),
        "maintain": lambda: late.maintain(world.target, PAGE, fence=6, timeout=30),
        "let-in": lambda: late.maintain(world.target, None, fence=6, timeout=30),
    }
    with pytest.raises(StaleFenceError, match="claim 7"):
        calls[what]()
    seen = late.observe(world.target)
    assert (seen.digest, seen.fence) == (ONE.digest, 7)
    assert world.prepared() == 1
    assert world.answers() == "1.0.0"


def test_another_driver_object_goes_on_where_one_was_thrown_away(world: World) -> None:
    world.driver().prepare(world.target, ONE, fence=1, timeout=30)
    world.driver().apply(world.target, ONE, fence=1, timeout=30)
    assert finish(world.driver(), world.target, ONE).state is RolloutState.DONE
    assert world.answers() == "1.0.0"


def test_rollout_of_other_content_than_the_place_holds_fails(world: World) -> None:
    deploy(world, ONE, 1)
    assert world.driver().rollout(world.target, TWO).state is RolloutState.FAILED
    assert world.driver().rollout(world.target, None).state is RolloutState.FAILED


def test_cleanup_keeps_what_is_asked_and_what_is_current_D11(world: World) -> None:
    for number, content in enumerate((ONE, TWO, THREE), 1):
        deploy(world, content, number)
    assert world.prepared() == 3
    world.driver().cleanup(world.target, frozenset({ONE.digest}), fence=3)
    assert world.prepared() == 2
    world.driver().cleanup(world.target, frozenset(), fence=3)
    assert world.prepared() == 1
    assert world.answers() == "3.0.0"


def test_content_that_cannot_be_fetched_fails_and_leaves_nothing(world: World) -> None:
    deploy(world, ONE, 1)
    with pytest.raises(StepFailedError):
        world.driver().prepare(world.target, content_of(UNFETCHABLE), fence=2, timeout=30)
    assert world.prepared() == 1
    assert world.answers() == "1.0.0"


def test_content_that_does_not_come_up_fails_and_can_be_gone_back_from(world: World) -> None:
    deploy(world, ONE, 1)
    driver, dying = world.driver(), content_of(DYING)
    driver.apply(world.target, dying, fence=2, timeout=30)
    failed = finish(driver, world.target, dying)
    assert failed.state is RolloutState.FAILED
    assert failed.detail
    driver.apply(world.target, ONE, fence=2, timeout=30)
    assert finish(driver, world.target, ONE).state is RolloutState.DONE
    assert world.answers() == "1.0.0"


def test_supervising_starts_what_does_not_run_and_nothing_else(world: World) -> None:
    driver = world.driver()
    assert driver.supervise(world.target, ONE) == ""
    deploy(world, ONE, 1)
    assert driver.supervise(world.target, ONE) == ""
    driver.stop(world.target)
    assert driver.observe(world.target).presence is Presence.STOPPED
    assert world.answers() == ""
    assert driver.supervise(world.target, TWO) == ""
    assert world.answers() == ""
    assert driver.supervise(world.target, ONE) != ""
    assert finish(driver, world.target, ONE).state is RolloutState.DONE
    assert world.answers() == "1.0.0"


def test_what_is_changed_by_hand_is_observed_and_put_back_by_applying_it_again_F54(
    world: World,
) -> None:
    driver, one = world.driver(), content_of("1.0.0")
    driver.apply(world.target, one, fence=1, timeout=30)
    finish(driver, world.target, one)
    assert driver.observe(world.target).instead_of(one.digest) == ""
    assert world.change() == world.answers()
    assert driver.observe(world.target).instead_of(one.digest) == "VERSION was changed".replace(
        "VERSION", "web/VERSION" if world.target.root else "VERSION"
    )
    driver.apply(world.target, one, fence=2, timeout=30)
    assert finish(driver, world.target, one).state is RolloutState.DONE
    assert driver.observe(world.target).instead_of(one.digest) == ""
    assert world.answers() == "1.0.0"


def test_stopping_twice_is_once(world: World) -> None:
    deploy(world, ONE, 1)
    world.driver().stop(world.target)
    world.driver().stop(world.target)
    assert world.driver().observe(world.target).digest == ONE.digest


def show(world: World, fence: int, page: Page | None = PAGE) -> None:
    world.driver().maintain(world.target, page, fence=fence, timeout=30)


def test_the_page_of_maintenance_hides_what_comes_until_it_is_taken_down_D12_P9(
    world: World,
) -> None:
    deploy(world, ONE, 1)
    show(world, 2)
    show(world, 2)
    assert world.page()
    assert world.driver().observe(world.target).page
    deploy(world, TWO, 2)
    assert world.page()
    assert world.hidden() == "2.0.0"
    show(world, 2, None)
    show(world, 2, None)
    assert not world.page()
    assert world.answers() == "2.0.0"
    assert world.driver().address(world.target) == ""
    seen = world.driver().observe(world.target)
    assert (seen.presence, seen.page) == (Presence.RUNNING, False)


def test_the_page_can_be_taken_down_with_nothing_changed_F4(world: World) -> None:
    deploy(world, ONE, 1)
    show(world, 2)
    show(world, 2, None)
    assert world.answers() == "1.0.0"
    assert not world.page()


def test_a_first_deployment_goes_back_to_nothing_behind_its_page(world: World) -> None:
    show(world, 1)
    deploy(world, ONE, 1)
    assert world.hidden() == "1.0.0"
    deploy(world, None, 1)
    assert world.page()
    show(world, 1, None)
    assert world.driver().observe(world.target).presence is Presence.ABSENT
    assert world.answers() == ""


def test_content_that_does_not_come_up_is_gone_back_from_behind_the_page_I3(world: World) -> None:
    deploy(world, ONE, 1)
    show(world, 2)
    driver, dying = world.driver(), content_of(DYING)
    driver.apply(world.target, dying, fence=2, timeout=30)
    assert finish(driver, world.target, dying).state is RolloutState.FAILED
    assert world.page()
    driver.apply(world.target, ONE, fence=2, timeout=30)
    assert finish(driver, world.target, ONE).state is RolloutState.DONE
    show(world, 2, None)
    assert world.answers() == "1.0.0"


def test_supervising_leaves_the_page_where_it_is(world: World) -> None:
    deploy(world, ONE, 1)
    show(world, 2)
    assert world.driver().supervise(world.target, ONE) == ""
    assert world.page()
