"""Once an hour it is looked at whether places could still go back to what they keep (P17)."""

from datetime import UTC, datetime, timedelta
from zlib import crc32

import pytest
from test_daemon_looking import Seen, good

from reconciler.daemon.readiness import EACH
from reconciler.model.place import Place
from reconciler.model.records import Sighting
from reconciler.model.sight import Facts

PLACE = Place("dev", "shop")
GONE = Facts({"ready": "no", "why": "v1.0.0 doesn't lead to it"})


class Hand:
    """A clock that is set by hand; it starts just after the place's minute."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(
            seconds=crc32(str(PLACE).encode()) % EACH + 100
        )

    def now(self):
        return self.at

    def monotonic(self):
        return self.at.timestamp()

    def sleep(self, seconds):
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Hand()


@pytest.fixture
def world(make_world):
    return make_world("dev")


@pytest.fixture
def sources():
    return Seen(good("1.0.0") | good("1.1.0"))


@pytest.fixture
def kept(world, sources, clock):
    """A daemon whose place runs 1.1.0 after 1.0.0, and the questions about both."""
    daemon = world.daemon(sources=sources, clock=clock)
    daemon.run_once()
    world.promote("1.1.0", "dev")
    daemon.run_once()
    settled = daemon.view.ledger.at(PLACE).last_settled(5)
    assert [each.version for each in settled] == ["1.1.0", "1.0.0"]
    abouts = [f"readiness shop dev {each.digest}" for each in settled]
    sources.answers |= dict.fromkeys(abouts, Facts({"ready": "yes"}))
    sources.asked.clear()
    return daemon, abouts


def readiness(daemon):
    records = daemon.view.records
    return [each for each in records if isinstance(each, Sighting) and each.sort == "readiness"]


def look(daemon, sources):
    """What was asked about readiness in some looks within a minute."""
    sources.asked.clear()
    for _ in range(3):
        daemon.look()
    return sorted(each for some in sources.asked for each in some if each.startswith("readiness"))


def test_p17_what_a_place_keeps_is_looked_at_once_an_hour_and_no_record_says_that_all_is_well(
    kept, world, sources, clock
):
    daemon, abouts = kept
    assert look(daemon, sources) == []
    for _ in range(2):
        clock.sleep(EACH - 100)
        assert look(daemon, sources) == sorted(abouts)
        clock.sleep(100)
        assert look(daemon, sources) == []
    again = world.daemon(sources=sources, clock=clock)
    clock.sleep(EACH // 2)
    assert look(again, sources) == [], "a restart is no reason to look"
    assert readiness(daemon) == []


def test_p17_that_something_is_gone_is_a_record_a_note_and_said_until_it_is_back(
    kept, world, sources, clock
):
    daemon, (_, about) = kept
    sources.answers[about] = GONE
    clock.sleep(EACH - 100)
    look(daemon, sources)
    (record,) = readiness(daemon)
    assert record.facts == dict(GONE.facts)
    assert world.said[-1] == record.subject
    (note,) = daemon.look().decisions[0].notes
    assert note.startswith("1.0.0 could not be fetched again: v1.0.0 doesn't lead to it;")
    later = world.daemon(sources=sources, clock=clock)
    assert later.look().decisions[0].notes == (note,)
    clock.sleep(EACH)
    look(later, sources)
    assert len(readiness(later)) == 1
    sources.answers[about] = Facts({"ready": "yes"})
    clock.sleep(EACH)
    look(later, sources)
    assert [each.facts["ready"] for each in readiness(later)] == ["no", "yes"]
    assert later.look().decisions[0].notes == ()


def test_p17_what_nobody_can_tell_is_no_record_and_is_looked_at_in_the_next_hour(
    kept, sources, clock
):
    daemon, (_, about) = kept
    del sources.answers[about]
    clock.sleep(EACH - 100)
    assert about in look(daemon, sources)
    assert readiness(daemon) == []
    clock.sleep(EACH)
    assert about in look(daemon, sources)
