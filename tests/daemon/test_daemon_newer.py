"""A newer promotion ends a deployment that has changed nothing yet, and waits for any other."""

import threading

from reconciler.drivers.memory import MemoryDriver
from reconciler.model.observation import Rollout, RolloutState
from reconciler.model.records import Claim, End, Outcome


class Fetching(MemoryDriver):
    """Prepares 1.1.0 for as long as the test wants; or waits for it to come up as long."""

    def __init__(self, *, step: str, **more: object) -> None:
        super().__init__(**more)
        self.step = step
        self.reached, self.go_on = threading.Event(), threading.Event()

    def prepare(self, target, content, **more):
        if content.version == "1.1.0" and self.step == "prepare":
            self.reached.set()
            assert self.go_on.wait(30)
        return super().prepare(target, content, **more)

    def rollout(self, target, content):
        if content is not None and content.version == "1.1.0" and self.step == "rollout":
            self.reached.set()
            if not self.go_on.is_set():
                return Rollout(RolloutState.RUNNING, "it takes its time")
        return super().rollout(target, content)


def in_the_midst(world, *, step):
    """A daemon in the midst of 1.1.0, and the driver that holds it there."""
    world.daemon().run_once()
    world.promote("1.1.0", "dev")
    driver = Fetching(step=step, places=world.places)
    daemon = world.daemon(driver=driver)
    while not driver.reached.is_set():
        daemon.look()
        driver.reached.wait(0.1)
    return daemon, driver


def promoted_over(world, *, step):
    """The same daemon once it has seen 1.2.0 promoted, and is done."""
    daemon, driver = in_the_midst(world, step=step)
    world.promote("1.2.0", "dev")
    daemon.look()
    driver.go_on.set()
    daemon.run_once()
    return daemon


def ends(daemon):
    found = [each for each in daemon.view.records if isinstance(each, End)]
    return [(each.version, each.outcome) for each in found]


def test_f36_before_anything_was_changed_a_newer_promotion_ends_it(make_world):
    world = make_world("dev")
    daemon = promoted_over(world, step="prepare")
    assert ends(daemon) == [
        ("1.0.0", Outcome.SUCCEEDED),
        ("1.1.0", Outcome.ROLLED_BACK),
        ("1.2.0", Outcome.SUCCEEDED),
    ]
    given_up = [each for each in daemon.view.records if isinstance(each, End)][1]
    assert given_up.why == "1.2.0 was promoted instead before anything was changed"
    assert given_up.running.version == "1.0.0"
    assert "back/apply" not in [each.name for each in given_up.steps]
    assert world.running("dev") == "1.2.0"


def test_f36_once_something_was_changed_it_is_carried_to_its_end(make_world):
    world = make_world("dev")
    daemon = promoted_over(world, step="rollout")
    assert ends(daemon) == [
        ("1.0.0", Outcome.SUCCEEDED),
        ("1.1.0", Outcome.SUCCEEDED),
        ("1.2.0", Outcome.SUCCEEDED),
    ]


def test_f36_a_revert_meanwhile_brings_no_new_deployment(make_world):
    world = make_world("dev")
    daemon, driver = in_the_midst(world, step="prepare")
    world.promote("1.0.0", "dev")
    daemon.look()
    driver.go_on.set()
    daemon.run_once()
    assert len([each for each in daemon.view.records if isinstance(each, Claim)]) == 2
    assert ends(daemon)[1:] == [("1.1.0", Outcome.ROLLED_BACK)]
    assert world.running("dev") == "1.0.0"


def test_f36_nothing_is_given_up_for_what_has_to_wait(make_world):
    world = make_world("dev")
    daemon, driver = in_the_midst(world, step="prepare")
    path = "releases/shop/1.2.0/quarantine.yaml"
    text = "apiVersion: tagboat/v1\nkind: Quarantine\nreason: It loses baskets\n"
    world.push(world.commit({path: text}, onto=[world.tip], by="ana"))
    world.promote("1.2.0", "dev")
    daemon.look()
    driver.go_on.set()
    daemon.run_once()
    assert ends(daemon) == [("1.0.0", Outcome.SUCCEEDED), ("1.1.0", Outcome.SUCCEEDED)]
