"""Three daemons on one remote and the same places: every deployment is started once."""

import pytest
from daemon_races import Race, Watch, WatchedDriver

from reconciler.drivers.memory import MemoryPlaces
from reconciler.model.content import Content, PlaceTarget

pytestmark = pytest.mark.timeout(400)

TARGET = PlaceTarget(environment="dev", app="shop", driver="memory")
CONTENT = Content(
    app="shop", repository="shop", version="1.0.0", tag="v1.0.0", commit="a" * 40, components=()
)


def test_x23_nothing_is_lost_doubled_or_overlapping_in_30_attempts_of_three_daemons(make_world):
    """Every fifth one goes back; `make daemons` is the long race."""
    names = [f"place-{number}" for number in range(5)]
    race = Race(rounds=6, places=len(names)).run(make_world(*names, version=""))
    assert race.attempts == 30
    assert (race.lost, race.double, race.watch.overlaps) == (0, 0, [])
    assert race.outcomes == {"succeeded": 25, "rolled-back": 5}


def test_the_race_sees_two_at_one_place():
    watch, places = Watch(), MemoryPlaces()
    one, two = (WatchedDriver(name, watch, places=places) for name in ("one", "two"))
    one.prepare(TARGET, CONTENT, fence=1, timeout=1)
    two.prepare(TARGET, CONTENT, fence=2, timeout=1)
    assert len(watch.overlaps) == 1
