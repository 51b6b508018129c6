"""What happens to main while a deployment is under way."""

import threading

from reconciler.drivers.memory import MemoryDriver
from reconciler.model.records import Claim, End


class Gated(MemoryDriver):
    """A driver with which one version waits in one method until it is let go."""

    def __init__(self, version: str, method: str, **more: object) -> None:
        super().__init__(**more)
        self.version, self.method = version, method
        self.there, self.let_go = threading.Event(), threading.Event()

    def _hold(self, content, method: str) -> None:
        if content is not None and (content.version, method) == (self.version, self.method):
            self.there.set()
            assert self.let_go.wait(60)

    def prepare(self, target, content, **more):
        self._hold(content, "prepare")
        return super().prepare(target, content, **more)

    def apply(self, target, content, **more):
        self._hold(content, "apply")
        return super().apply(target, content, **more)


def within(world, version: str, method: str):
    """A daemon that is amid this method of a version that was just merged, and its driver."""
    world.daemon().run_once()
    world.promote(version, "dev")
    driver = Gated(version, method, places=world.places)
    daemon = world.daemon(driver=driver)
    daemon.look()
    assert driver.there.wait(60)
    return daemon, driver


def attempts(daemon) -> list[tuple[str, str]]:
    """Each claim's version and how it ended, in the history's order; they never overlap (I5)."""
    told: list[tuple[str, str]] = []
    for each in daemon.view.records:
        if isinstance(each, Claim):
            assert not told or told[-1][1], "two at one place"
            told.append((each.assignment.content.version, ""))
        elif isinstance(each, End):
            told[-1] = (told[-1][0], each.outcome.value)
    return told


def test_f27_i10_a_main_that_is_rewritten_meanwhile_changes_nothing_of_what_is_under_way(
    make_world,
):
    world = make_world("dev")
    daemon, driver = within(world, "1.1.0", "apply")
    merge = world.tip
    elsewhere = world.commit({"releases/shop/other.md": "x"}, onto=[world.root], by="ana")
    world.push(elsewhere)
    daemon.look()
    driver.let_go.set()
    while daemon.workers.places:
        daemon.look()
        daemon.wake.wait(0.1)
    daemon.look()
    assert world.running("dev") == "1.1.0"
    assert [each.code for each in daemon.view.alarms] == ["TB407"]
    world.push(merge)
    daemon.run_once()
    assert attempts(daemon) == [("1.0.0", "succeeded"), ("1.1.0", "succeeded")]
    claim = next(each for each in reversed(daemon.view.records) if isinstance(each, Claim))
    assert claim.sign_off.commit == merge


def test_f35_two_merges_for_one_place_are_one_after_the_other(make_world):
    world = make_world("dev")
    daemon, driver = within(world, "1.1.0", "apply")
    world.promote("1.2.0", "dev")
    world.promote("2.0.0", "dev")
    daemon.look()
    driver.let_go.set()
    daemon.run_once()
    assert attempts(daemon)[1:] == [("1.1.0", "succeeded"), ("2.0.0", "succeeded")]
    assert world.running("dev") == "2.0.0"
