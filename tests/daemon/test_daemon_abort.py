"""What is under way is stopped and undone when somebody who may asks for that (D9)."""

from daemon_office import Office, answers

from reconciler.drivers.memory import MemoryDriver
from reconciler.model.observation import Rollout, RolloutState
from reconciler.model.plan import Verdict
from reconciler.model.records import End, Outcome
from reconciler.system.spool import Spool


class Slow(MemoryDriver):
    """A driver with which 2.0.0 never comes up, and never fails."""

    def rollout(self, target, content):
        if content is not None and content.version == "2.0.0":
            return Rollout(RolloutState.RUNNING, "it takes its time")
        return super().rollout(target, content)


def under_way(world):
    """A daemon that waits for 2.0.0 to come up."""
    world.daemon().run_once()
    world.promote("2.0.0", "dev")
    daemon = world.daemon(driver=Slow(places=world.places))
    while world.running("dev") != "2.0.0":
        daemon.look()
        daemon.wake.wait(0.1)
    return daemon


def last_end(daemon):
    return next(each for each in reversed(daemon.view.records) if isinstance(each, End))


def test_d9_an_abort_stops_what_is_to_come_undoes_what_was_done_and_holds(make_world):
    office = Office(make_world("dev"))
    daemon = under_way(office.world)
    office.ask("ben", "abort", reason="wrong day")
    (decision,) = daemon.run_once().decisions
    end = last_end(daemon)
    assert (end.outcome, end.why) == (Outcome.ROLLED_BACK, "aborted by ben: wrong day")
    assert office.world.running("dev") == "1.0.0"
    assert decision.verdict is Verdict.HOLD
    assert "aborted by ben" in decision.closed[0].why
    office.ask("ben", "abort")
    daemon.run_once()
    assert [each.why for each in answers(daemon)] == ["", "nothing is under way there"]


def test_d9_f17_an_abort_is_obeyed_by_a_daemon_that_starts_only_then(make_world):
    office = Office(make_world("dev"))
    under_way(office.world).workers.park(within=20)
    office.ask("ana", "abort")
    daemon = office.world.daemon(driver=Slow(places=office.world.places))
    daemon.run_once()
    assert last_end(daemon).why == "aborted by ana"
    assert office.world.running("dev") == "1.0.0"


def test_d9_f25_on_the_host_itself_an_abort_works_with_the_remote_away(make_world):
    office = Office(make_world("dev"))
    world = office.world
    daemon = under_way(world)
    away = world.remote.rename(world.folder / "away.git")
    request = office.request("abort")
    Spool(world.configuration().state).ask(request.id_for(""), request.statement.decode())
    while world.running("dev") != "1.0.0":
        daemon.look()
        daemon.wake.wait(0.1)
    away.rename(world.remote)
    daemon.run_once()
    assert last_end(daemon).why == "aborted by host"
    assert [(each.by, each.granted) for each in answers(daemon)] == [("host", True)]
