"""A place begins with what was put there by hand, and ends empty because somebody asked for it."""

from datetime import UTC, datetime

import pytest
from daemon_office import Office, answers

from reconciler.drivers.memory import MemoryDriver, MemoryPlace
from reconciler.errors import StepFailedError
from reconciler.model.deployment import Work
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Claim, End, Outcome
from reconciler.planner.asking import ask_of


class Clinging(MemoryDriver):
    """A driver that can't take content away."""

    def __init__(self, places):
        super().__init__(places=places)

    def apply(self, target, content, *, fence, timeout):
        if content is None:
            raise StepFailedError("it holds on")
        super().apply(target, content, fence=fence, timeout=timeout)


DEV = Place("dev", "shop")
SHOP = "environments/dev/shop.yaml"


@pytest.fixture
def office(make_world):
    """1.0.0 was put to dev by hand; dev is paused, and its promotion merged."""
    world = make_world("dev", version="")
    office = Office(world)
    office.ask("ana", "pause", None)
    reader = world.daemon()
    reader.run_once()
    world.promote("1.0.0", "dev")
    reader.view.refresh()
    content = ask_of(reader.view.inputs(now=datetime.now(UTC)), DEV).content
    world.places.places["dev", "shop"] = MemoryPlace(current=content, running=True)
    return office


def by_hand(office):
    return office.world.places.places["dev", "shop"]


def records(daemon, kind):
    return [each for each in daemon.view.records if isinstance(each, kind)]


def adopted(office, **more):
    daemon = office.world.daemon(**more)
    daemon.run_once()
    assert not records(daemon, Claim)
    office.ask("ana", "adopt", content="1.0.0", reason="it ran before Tagboat")
    daemon.run_once()
    return daemon


def test_what_was_deployed_by_hand_is_taken_over_and_not_touched(office):
    daemon = adopted(office)
    (claim,), (end,) = records(daemon, Claim), records(daemon, End)
    assert claim.subject == "dev/shop 1.0.0 taken over as it is"
    assert claim.assignment.lanes.forward == ()
    assert (end.outcome, end.running, end.steps) == (
        Outcome.SUCCEEDED,
        claim.assignment.content,
        (),
    )
    # The place has heard of nothing: not even of the claim.
    place = by_hand(office)
    assert (place.fence, place.prepared) == (0, {})
    assert office.world.daemon().run_once().decisions[0].verdict is Verdict.IN_SYNC


def test_d14_a_promotion_over_it_that_fails_is_back_on_it(office):
    daemon = adopted(office, failing={"1.1.0": Work.ROLLOUT})
    before = by_hand(office).current
    office.ask("ana", "resume", None)
    office.world.promote("1.1.0", "dev")
    daemon.run_once()
    end = records(daemon, End)[-1]
    assert (end.version, end.outcome, end.running) == ("1.1.0", Outcome.ROLLED_BACK, before)
    assert by_hand(office).current == before


@pytest.mark.parametrize(
    ("by", "content", "why"),
    [
        ("eve", "1.0.0", "is nobody's in environments/people.yaml"),
        ("ana", "1.1.0", "the files in force ask for 1.0.0 there, not for 1.1.0"),
    ],
)
def test_nobody_takes_over_what_they_may_not_or_what_no_file_asks_for(office, by, content, why):
    daemon = office.world.daemon()
    daemon.run_once()
    office.ask(by, "adopt", content=content)
    daemon.run_once()
    answer = answers(daemon)[-1]
    assert not answer.granted
    assert why in answer.why
    assert not records(daemon, Claim)


def test_what_is_found_there_is_what_is_taken_over_or_nothing_is(office):
    place = by_hand(office)
    other = place.current.model_copy(update={"version": "0.9.0", "commit": "e" * 40})
    place.current = other
    daemon = adopted(office)
    assert not records(daemon, Claim)
    (decision,) = daemon.run_once().decisions
    assert [each.why for each in decision.closed] == ["0.9.0 was found here, not 1.0.0"]


def test_a_place_with_a_history_begins_no_second_time(office):
    daemon = adopted(office)
    office.ask("ana", "adopt", content="1.0.0")
    daemon.run_once()
    assert "the history knows what runs" in answers(daemon)[-1].why


def removed(office):
    world = office.world
    base = world.tip
    asked = world.commit({SHOP: None}, onto=[base], by="ben")
    world.push(world.commit({SHOP: None}, onto=[base, asked], by="ana"))


def test_a_place_whose_file_is_gone_is_left_empty_only_when_somebody_asks(office):
    daemon = adopted(office)
    office.ask("ana", "retire")
    daemon.run_once()
    assert f"{SHOP} still asks for something" in answers(daemon)[-1].why
    removed(office)
    daemon.run_once()
    assert by_hand(office).current is not None
    office.ask("ana", "retire", reason="nobody uses it")
    daemon.run_once()
    assert by_hand(office).current is None
    claim, end = records(daemon, Claim)[-1], records(daemon, End)[-1]
    assert claim.subject == "dev/shop 1.0.0 leaves"
    assert (end.outcome, end.running) == (Outcome.SUCCEEDED, None)
    assert end.subject.startswith("dev/shop retired in ")
    assert end.subject.endswith("s: 1.0.0 runs no more")
    count = len(daemon.view.records)
    office.world.daemon().run_once()
    assert len(daemon.view.records) == count


def test_f25_a_place_that_can_t_be_emptied_runs_what_it_ran(office):
    adopted(office)
    removed(office)
    daemon = office.world.daemon(driver=Clinging(office.world.places))
    office.ask("ana", "retire")
    daemon.run_once()
    end = records(daemon, End)[-1]
    assert end.outcome is Outcome.ROLLED_BACK
    assert end.running == by_hand(office).current
