"""The right to roll back on request runs out, and that is one record (D18)."""

from datetime import UTC, datetime, timedelta

import pytest
from daemon_office import Office, answers

from reconciler.model.place import Place
from reconciler.model.records import Expiry

WINDOW = "pipeline: {rollback: {on_request: 1h}}\n"
PLACE = Place("dev", "shop")


class GivenClock:
    """A clock that is moved by hand: both hands of it, or only the one on the wall."""

    def __init__(self) -> None:
        self.wall = datetime.now(UTC)
        self.passed = 0.0

    def now(self):
        return self.wall

    def monotonic(self):
        return self.passed

    def sleep(self, seconds):
        self.go_on(seconds)

    def go_on(self, seconds):
        self.passed += seconds
        self.jump(seconds)

    def jump(self, seconds):
        self.wall += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return GivenClock()


@pytest.fixture
def office(make_world, clock):
    """A place that runs 1.1.0 after 1.0.0, which may be taken back for an hour."""
    world = make_world("dev")
    path = "environments/dev/environment.yaml"
    text = world.git.tell(["show", f"main:{path}"]) + "\n" + WINDOW
    world.root = world.commit({path: text}, onto=[world.tip], by="ana")
    world.push(world.root)
    world.daemon(clock=clock).run_once()
    world.promote("1.1.0", "dev")
    world.daemon(clock=clock).run_once()
    assert world.running("dev") == "1.1.0"
    return Office(world)


def expiries(daemon):
    return [each for each in daemon.view.records if isinstance(each, Expiry)]


def test_d18_f13_an_hour_after_the_end_the_window_has_closed_once_also_after_restarts(
    office, clock
):
    daemon = office.world.daemon(clock=clock)
    daemon.run_once()
    (decision,) = daemon.look().decisions
    assert "may be taken back until" in decision.notes[0]
    clock.go_on(1800)
    daemon = office.world.daemon(clock=clock)
    daemon.run_once()
    assert expiries(daemon) == []
    clock.go_on(1799)
    daemon.run_once()
    assert expiries(daemon) == []
    clock.go_on(2)
    for _ in range(2):
        daemon.run_once()
        daemon = office.world.daemon(clock=clock)
        daemon.run_once()
    (expiry,) = expiries(daemon)
    end = daemon.view.ledger.at(PLACE).last_end
    assert expiry.deployment == end.deployment
    assert daemon.look().decisions[0].notes == ()


def test_f37_a_clock_that_jumps_ahead_closes_no_window_early_and_one_that_goes_back_opens_none(
    office, clock
):
    daemon = office.world.daemon(clock=clock)
    daemon.run_once()
    clock.jump(86400)
    daemon.run_once()
    assert expiries(daemon) == [], "an hour has not passed"
    clock.jump(-86400)
    clock.go_on(3601)
    daemon.run_once()
    assert len(expiries(daemon)) == 1
    clock.jump(-7200)
    daemon.run_once()
    office.world.daemon(clock=clock).run_once()
    assert len(expiries(daemon)) == 1
    request = office.request("rollback")
    times = {"at": "2020-01-01T00:00:00.000Z", "expires": "2099-01-01T00:00:00.000Z"}
    office.post(office.seal("ben", request.model_copy(update=times)))
    daemon.run_once()
    assert office.world.running("dev") == "1.1.0"
    assert answers(daemon)[-1].why == f"that was possible until {expiries(daemon)[0].until}"


@pytest.mark.parametrize("closed", ["dismiss", "newer", "rollback"])
def test_d18_what_was_closed_otherwise_does_not_expire(office, clock, closed):
    daemon = office.world.daemon(clock=clock)
    if closed == "newer":
        office.world.promote("1.2.0", "dev")
    else:
        office.ask("ana" if closed == "dismiss" else "ben", closed)
    daemon.run_once()
    before = {each.deployment for each in expiries(daemon)}
    clock.go_on(3601)
    daemon.run_once()
    last = daemon.view.ledger.at(PLACE).last_claim.deployment
    wanted = {last} if closed in {"newer", "rollback"} else set()
    assert {each.deployment for each in expiries(daemon)} - before == wanted


def test_d18_two_daemons_of_one_remote_write_it_once(office, clock):
    one, two = office.world.daemon(clock=clock), office.world.daemon("two", clock=clock)
    one.run_once()
    two.run_once()
    clock.go_on(3601)
    two.run_once()
    assert expiries(two) == [], "it is for whose deployment it was"
    one.run_once()
    two.run_once()
    assert len(expiries(two)) == 1
