"""The daemon with real git and places in memory: promoted, held, gone back, recovered."""

import threading
from collections import Counter

import pytest

from reconciler.drivers.memory import MemoryDriver
from reconciler.errors import ConfigurationError
from reconciler.model.content import Content, PlaceTarget
from reconciler.model.deployment import Work
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Claim, End, Outcome, Refusal


def kinds(reconciler):
    return Counter(each.kind for each in reconciler.view.records)


def verdicts(plan):
    return {str(each.place): each.verdict for each in plan.decisions}


def test_what_the_trust_root_promotes_is_deployed_with_one_claim_and_one_end(make_world):
    world = make_world("dev", "staging")
    reconciler = world.daemon()
    plan = reconciler.run_once()
    assert verdicts(plan) == {"dev/shop": Verdict.IN_SYNC, "staging/shop": Verdict.IN_SYNC}
    assert world.running("dev") == world.running("staging") == "1.0.0"
    assert kinds(reconciler) == {"Claim": 2, "End": 2}


def test_t2_a_merged_promotion_arrives_and_a_second_look_does_nothing(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("1.1.0", "dev")
    reconciler = world.daemon()
    reconciler.run_once()
    assert world.running("dev") == "1.1.0"
    before = len(reconciler.view.records)
    reconciler.run_once()
    assert len(reconciler.view.records) == before


def test_the_claim_says_who_merged_and_who_wrote_it(make_world):
    world = make_world("dev")
    merge = world.promote("1.1.0", "dev")
    reconciler = world.daemon()
    reconciler.run_once()
    claim = next(each for each in reconciler.view.records if isinstance(each, Claim))
    assert claim.sign_off.commit == merge
    assert claim.sign_off.merged_by == "ana"
    assert claim.sign_off.authors == ("ben",)
    assert claim.deployment == f"dev.shop.{claim.sequence}"


@pytest.mark.parametrize("work", [Work.PREPARE, Work.APPLY, Work.ROLLOUT])
def test_t7_d14_a_failed_step_goes_back_to_the_last_known_good(make_world, work):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("2.0.0", "dev")
    reconciler = world.daemon(failing={"2.0.0": work})
    plan = reconciler.run_once()
    end, refusal, offer = reconciler.view.records[-3:]
    assert isinstance(end, End)
    assert end.outcome is Outcome.ROLLED_BACK
    assert end.running.version == "1.0.0"
    assert world.running("dev") == "1.0.0"
    assert verdicts(plan) == {"dev/shop": Verdict.HOLD}
    assert isinstance(refusal, Refusal)
    assert (offer.kind, offer.sort) == ("Sighting", "return")


def test_a_held_promotion_does_not_flap_and_a_new_one_releases_the_hold(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("2.0.0", "dev")
    failing = {"2.0.0": Work.ROLLOUT}
    world.daemon(failing=failing).run_once()
    again = world.daemon(failing=failing)
    again.run_once()
    assert kinds(again) == {"Claim": 2, "End": 2, "Refusal": 1, "Sighting": 1}
    world.promote("1.1.0", "dev")
    after = world.daemon(failing=failing)
    assert verdicts(after.run_once()) == {"dev/shop": Verdict.IN_SYNC}
    assert world.running("dev") == "1.1.0"


def test_a_first_deployment_that_fails_goes_back_to_nothing_and_says_so(make_world):
    world = make_world("dev", version="2.0.0")
    reconciler = world.daemon(failing={"2.0.0": Work.ROLLOUT})
    reconciler.run_once()
    end = next(each for each in reconciler.view.records if isinstance(each, End))
    assert end.outcome is Outcome.ROLLED_BACK
    assert end.running is None
    assert world.running("dev") == ""


def test_d15_a_failed_way_back_is_stuck_and_a_newer_promotion_still_runs(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("2.0.0", "dev")
    failing = {"2.0.0": Work.ROLLOUT, "1.0.0": Work.ROLLOUT}
    reconciler = world.daemon(failing=failing)
    reconciler.run_once()
    standing = reconciler.view.ledger.at(Place("dev", "shop"))
    assert standing.stuck
    assert standing.running is None
    world.promote("1.1.0", "dev")
    after = world.daemon(failing=failing)
    after.run_once()
    assert not after.view.ledger.at(Place("dev", "shop")).stuck
    assert world.running("dev") == "1.1.0"


def test_b82_the_engineers_own_merge_is_held_and_recorded_with_its_remedy(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("1.1.0", "dev", merged_by="ben")
    reconciler = world.daemon()
    plan = reconciler.run_once()
    assert world.running("dev") == "1.0.0"
    decision = plan.decisions[0]
    assert decision.verdict is Verdict.HOLD
    assert decision.wanted == "1.1.0"
    assert decision.closed[0].gate == "sign-off"
    assert "git revert -m 1" in decision.closed[0].remedy
    assert isinstance(reconciler.view.records[-1], Refusal)
    assert reconciler.view.records[-1].wanted == "1.1.0"


def test_x5_a_broken_promotion_holds_its_own_place_only(make_world):
    world = make_world("dev", "staging")
    files = {"environments/dev/shop.yaml": "apiVersion: tagboat/v1\nkind: Promotion\napp: shop\n"}
    base = world.tip
    asked = world.commit(files, onto=[base], by="ben")
    world.push(world.commit(files, onto=[base, asked], by="ana"))
    reconciler = world.daemon()
    plan = reconciler.run_once()
    assert verdicts(plan)["staging/shop"] is Verdict.IN_SYNC
    assert verdicts(plan)["dev/shop"] in {Verdict.BROKEN, Verdict.HOLD}


def test_without_a_trust_root_the_daemon_refuses_and_prints_what_sets_it(make_world):
    world = make_world("dev")
    world.root = None
    with pytest.raises(ConfigurationError, match="no trust root") as caught:
        world.daemon()
    assert "root =" in caught.value.hint


def test_b112_a_rewritten_main_stops_every_start_and_keeps_the_last_good_snapshot(make_world):
    world = make_world("dev")
    world.promote("1.1.0", "dev")
    world.daemon().run_once()
    world.push(world.root)
    reconciler = world.daemon()
    reconciler.look()
    assert [each.code for each in reconciler.view.alarms] == ["TB407"]
    assert reconciler.view.tip != world.root
    assert world.running("dev") == "1.1.0"


def test_b113_a_rewound_history_stops_every_start(make_world):
    world = make_world("dev")
    reconciler = world.daemon()
    reconciler.run_once()
    first = world.git.tell(["rev-list", "--max-parents=0", "tagboat/history"])
    world.git.tell(["update-ref", "refs/heads/tagboat/history", first])
    world.promote("1.1.0", "dev")
    reconciler.look()
    reconciler.look()
    assert [each.code for each in reconciler.view.alarms] == ["TB408"]
    assert world.running("dev") == "1.0.0"


def test_x14_a_place_that_obeyed_more_than_the_history_knows_stops_even_for_an_empty_disk(
    make_world,
):
    world = make_world("dev")
    world.daemon().run_once()
    world.git.tell(["update-ref", "-d", "refs/heads/tagboat/history"])
    world.places.places["dev", "shop"].fence = 99
    reconciler = world.daemon("two")
    plan = reconciler.run_once()
    assert plan.decisions[0].closed[0].gate == "history"
    assert "99" in plan.decisions[0].sentence


class SlowDriver(MemoryDriver):
    """One place can't prepare until it is let go."""

    def __init__(self, slow: str, **more: object) -> None:
        super().__init__(**more)
        self.slow = slow
        self.let_go = threading.Event()

    def prepare(self, target: PlaceTarget, content: Content, *, fence: int, timeout: float):
        if target.environment == self.slow:
            assert self.let_go.wait(60)
        super().prepare(target, content, fence=fence, timeout=timeout)


def test_40_places_at_once_do_not_queue_behind_one_slow_place(make_world):
    names = [f"place-{number}" for number in range(40)]
    world = make_world(*names)
    driver = SlowDriver("place-7", places=world.places)
    reconciler = world.daemon(driver=driver)
    reconciler.claims.recover()
    while kinds(reconciler)["End"] < 39:
        reconciler.look()
        reconciler.wake.wait(1)
    assert kinds(reconciler) == {"Claim": 40, "End": 39}
    assert world.running("place-7") == ""
    pushes = world.git.tell(["rev-list", "--count", "tagboat/history"])
    assert int(pushes) == 79
    driver.let_go.set()
    while kinds(reconciler)["End"] < 40:
        reconciler.look()
        reconciler.wake.wait(1)
    assert world.running("place-7") == "1.0.0"
