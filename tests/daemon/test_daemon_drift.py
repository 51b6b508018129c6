"""What somebody changes by hand in a place is reported or put back, and never taken for good."""

from datetime import UTC, datetime, timedelta

import pytest
from daemon_office import Office, answers
from daemon_trains import GivenClock

from reconciler.daemon.proving import Agreement, Proving
from reconciler.model.deployment import Work
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Drift

DEV = Place("dev", "shop")
TEN = timedelta(seconds=10)


def by_hand(world, version="9.9.9"):
    """Somebody puts a version there without telling anybody."""
    there = world.places.places["dev", "shop"]
    there.current = there.current.model_copy(update={"version": version})


def drifts(daemon):
    return [each.subject for each in daemon.view.records if isinstance(each, Drift)]


def looks(daemon, clock, *, after=TEN):
    """The only decision when the daemon looks after some time."""
    clock.put_on(after)
    (decision,) = daemon.run_once().decisions
    return decision


@pytest.fixture
def start(make_world):
    """A world whose place runs 1.0.0, with a daemon, and the clock."""

    def begin(policy=""):
        world, clock = make_world("dev"), GivenClock(datetime.now(UTC))
        if policy:
            path = "environments/dev/environment.yaml"
            text = world.git.tell(["show", f"main:{path}"])
            world.root = world.commit({path: f"{text}\n{policy}\n"}, onto=[world.tip], by="ana")
            world.push(world.root)
        daemon = world.daemon(clock=clock)
        daemon.run_once()
        return world, daemon, clock

    return begin


def test_f54_what_was_changed_by_hand_is_reported_once_and_when_it_is_over(start):
    world, daemon, clock = start()
    there = world.places.places["dev", "shop"]
    before = there.current
    by_hand(world)
    decision = looks(daemon, clock)
    assert (decision.verdict, decision.wanted, decision.running) == (Verdict.HOLD, "1.0.0", "1.0.0")
    (reason,) = decision.closed
    deployment = daemon.view.ledger.at(DEV).last_end.deployment
    said = f"9.9.9 is there, not what {deployment} put there; here that is only reported"
    assert (reason.gate, reason.why) == ("drift", said)
    assert reason.remedy.startswith("put it back: tagboat retry dev/shop; or promote")
    assert decision.sentence == f"should run 1.0.0 (held): {said}"
    assert "dev/shop drifted from 1.0.0: 9.9.9 is there" in world.said
    looks(daemon, clock)
    assert drifts(daemon) == ["dev/shop drifted from 1.0.0: 9.9.9 is there"]
    assert world.running("dev") == "9.9.9"
    there.current = before
    assert looks(daemon, clock).verdict is Verdict.IN_SYNC
    assert drifts(daemon)[1:] == [f"dev/shop 1.0.0 is there again, as {deployment} left it"]
    # The same once more is news.
    by_hand(world)
    assert looks(daemon, clock).verdict is Verdict.HOLD
    assert len(drifts(daemon)) == 3


def test_f54_what_was_put_there_by_hand_is_never_gone_back_to(start):
    world, daemon, clock = start()
    by_hand(world)
    looks(daemon, clock)
    assert daemon.view.ledger.running(DEV).version == "1.0.0"
    assert [each.version for each in daemon.view.ledger.at(DEV).last_settled(5)] == ["1.0.0"]
    world.promote("1.1.0", "dev")
    failing = world.daemon(clock=clock, failing={"1.1.0": Work.ROLLOUT})
    failing.run_once()
    assert world.running("dev") == "1.0.0"
    assert daemon.view.ledger.at(DEV).drifted is not None
    failing.view.refresh()
    assert failing.view.ledger.at(DEV).drifted is None


def test_f54_something_removed_by_hand_and_something_altered_are_drift_too(start):
    world, daemon, clock = start()
    there = world.places.places["dev", "shop"]
    there.altered = "web/page was changed"
    assert "web/page was changed" in looks(daemon, clock).sentence
    there.current = None
    there.altered = ""
    assert "nothing is there" in looks(daemon, clock).sentence


def test_f54_a_person_may_have_it_put_back_where_it_is_only_reported(start):
    world, daemon, clock = start()
    by_hand(world)
    looks(daemon, clock)
    deployment = daemon.view.ledger.at(DEV).last_end.deployment
    Office(world).ask("ana", "retry", deployment=deployment, reason="that was a mistake")
    decision = looks(daemon, clock)
    assert [(each.granted, each.why) for each in answers(daemon)] == [(True, "")]
    assert (decision.verdict, world.running("dev")) == (Verdict.IN_SYNC, "1.0.0")
    claim = daemon.view.ledger.at(DEV).last_claim
    assert "ana asked for that to be put back" in claim.reasons[-1].why


def test_f54_repair_puts_it_back_and_not_again_and_again(start):
    world, daemon, clock = start("drift: repair")
    by_hand(world)
    assert looks(daemon, clock).verdict is Verdict.IN_SYNC
    assert world.running("dev") == "1.0.0"
    assert "dev/shop puts 1.0.0 back: 9.9.9 is there" in world.said
    by_hand(world)
    decision = looks(daemon, clock)
    assert (decision.verdict, world.running("dev")) == (Verdict.HOLD, "9.9.9")
    assert "had put that back" in decision.closed[0].why
    assert looks(daemon, clock, after=timedelta(minutes=10)).verdict is Verdict.IN_SYNC
    assert world.running("dev") == "1.0.0"
    proofs = list(Proving(daemon.view, daemon.editions).proofs())
    assert {each.agreement for each in proofs} == {Agreement.SAME}


def test_f54_what_cannot_be_put_back_is_tried_once(start):
    world, _, clock = start("drift: repair")
    by_hand(world)
    failing = world.daemon(clock=clock, failing={"1.0.0": Work.ROLLOUT})
    assert looks(failing, clock).verdict is Verdict.HOLD
    claims = len(failing.view.ledger.claims)
    assert (claims, looks(failing, clock, after=timedelta(hours=1)).verdict) == (2, Verdict.HOLD)
    assert len(failing.view.ledger.claims) == claims


def test_f54_found_while_the_remote_is_away_it_is_recorded_once_when_it_answers(start):
    world, daemon, clock = start()
    by_hand(world)
    away = world.remote.rename(world.folder / "away.git")
    for _ in range(3):
        clock.put_on(TEN)
        daemon.look()
    assert drifts(daemon) == []
    away.rename(world.remote)
    looks(daemon, clock)
    assert drifts(daemon) == ["dev/shop drifted from 1.0.0: 9.9.9 is there"]


def test_f54_a_place_of_which_the_driver_cannot_tell_has_not_drifted(start):
    from reconciler.model.observation import Observation, Presence

    assert Observation(Presence.UNKNOWN).instead_of("sha256:1") is None
    assert Observation(Presence.STOPPED, "sha256:1", "1.0.0").instead_of("sha256:1") == ""
    _, daemon, clock = start()
    assert looks(daemon, clock).verdict is Verdict.IN_SYNC
    assert drifts(daemon) == []


def test_x23_f54_two_hosts_of_one_name_do_not_argue_about_what_is_there(start):
    world, _, clock = start()
    by_hand(world)
    other = world.daemon(clock=clock)
    other.claims.host = "elsewhere"
    assert looks(other, clock).verdict is Verdict.IN_SYNC
    assert drifts(other) == []
    other.claims.takes_over = True
    assert looks(other, clock).verdict is Verdict.HOLD


def test_f54_the_same_found_again_after_something_went_back_is_news(start):
    world, daemon, clock = start()
    by_hand(world)
    looks(daemon, clock)
    world.promote("1.1.0", "dev")
    failing = world.daemon(clock=clock, failing={"1.1.0": Work.ROLLOUT})
    failing.run_once()
    by_hand(world)
    looks(failing, clock)
    assert drifts(failing) == ["dev/shop drifted from 1.0.0: 9.9.9 is there"] * 2
