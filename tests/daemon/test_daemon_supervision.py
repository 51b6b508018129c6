"""Many places are looked after without keeping anything urgent waiting."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from daemon_trains import GivenClock

from reconciler.daemon.supervision import Supervision
from reconciler.drivers.memory import MemoryDriver

PLACES = tuple(f"env{number:02}" for number in range(20))


class Asked(MemoryDriver):
    """Counts how often it was asked to look after each place."""

    def __init__(self, **more):
        super().__init__(**more)
        self.asked = Counter()

    def supervise(self, target, content):
        self.asked[target.environment] += 1
        return super().supervise(target, content)


@pytest.fixture
def town(make_world):
    world = make_world(*PLACES)
    world.daemon().run_once()
    daemon = world.daemon()
    daemon.view.refresh()
    driver, clock = Asked(places=world.places), GivenClock(datetime(2026, 11, 20, tzinfo=UTC))
    ids = iter(range(1000))
    supervision = Supervision({"memory": driver}, clock, lambda: f"r{next(ids)}")

    def look(*, hurry, busy=frozenset()):
        return supervision.look(daemon.view, "one", busy, hurry=lambda: hurry)

    return daemon, driver, clock, supervision, look


def test_a_round_that_is_interrupted_goes_on_where_it_was_and_looks_at_each_place_once(town):
    _, driver, clock, supervision, look = town
    assert supervision.due
    _, found = look(hurry=True)
    assert 0 < len(found) < len(PLACES)
    assert supervision.due
    assert supervision.pending
    _, rest = look(hurry=True)
    assert {each.environment for each in (*found, *rest)} == set(PLACES)
    assert set(driver.asked.values()) == {1}
    assert not supervision.due
    clock.put_on(timedelta(seconds=9))
    assert not supervision.due
    clock.put_on(timedelta(seconds=1))
    assert supervision.due
    look(hurry=False)
    assert driver.asked == dict.fromkeys(PLACES, 2)


def test_a_place_that_is_under_way_meanwhile_does_not_hold_the_round_up(town):
    daemon, driver, _, supervision, look = town
    _, found = look(hurry=True)
    left = {each for each in daemon.view.ledger.places if each not in found}
    assert left
    _, rest = look(hurry=False, busy=frozenset(left))
    assert not rest
    assert not supervision.pending
    assert driver.asked.total() == len(found)


def test_once_has_looked_after_every_place_when_it_ends(make_world):
    world = make_world(*PLACES)
    world.daemon().run_once()
    driver = Asked(places=world.places)
    again = world.daemon(driver=driver)
    again.wake.now()  # something urgent waits from the first look on
    again.run_once()
    assert driver.asked == dict.fromkeys(PLACES, 1)
