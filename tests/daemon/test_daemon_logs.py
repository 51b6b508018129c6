"""What a deployment's steps said is on the remote before its end is, and its end names it (P14)."""

import hashlib
import threading
from datetime import UTC, datetime, timedelta

import pytest
from daemon_kills import Kill, Killed
from daemon_office import Office, answers
from daemon_trains import GivenClock

from reconciler.errors import RefusedError, UnreachableError
from reconciler.model.records import End

LOGS = "refs/heads/tagboat/logs"


def ends(daemon):
    return [each for each in daemon.view.records if isinstance(each, End)]


def kept(world, end):
    path = f"{LOGS}/{end.log.month}:dev/shop/{end.deployment}.log"
    return world.git.ask(["cat-file", "blob", path]).stdout


def test_an_end_names_a_log_that_the_remote_has(make_world):
    world = make_world("dev")
    daemon = world.daemon()
    daemon.run_once()
    (end,) = ends(daemon)
    data = kept(world, end)
    assert end.log.digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert end.log.size == len(data)
    assert "✔ rollout" in data.decode()


@pytest.mark.parametrize("point", ["history.logs.before", "history.logs.after"])
def test_a_kill_around_the_log_leaves_one_end_that_names_it(make_world, point):
    world = make_world("dev")
    with pytest.raises(Killed):
        world.daemon(failpoints=Kill(point)).run_once()
    after = world.daemon()
    after.run_once()
    (end,) = ends(after)
    assert len(kept(world, end)) == end.log.size


def test_a_remote_that_takes_no_logs_gets_the_end_all_the_same(make_world):
    world = make_world("dev")
    world.git.tell(["config", "receive.hideRefs", LOGS])
    daemon = world.daemon()
    daemon.run_once()
    (end,) = ends(daemon)
    assert end.log is None
    assert '"log"' not in world.git.tell(["log", "-1", "--format=%B", "tagboat/history"])
    assert any("stays on this host" in each and "hidden ref" in each for each in world.said)


class Logs:
    """The real branches behind a remote that hangs, is away, or takes not all of them."""

    def __init__(self, daemon) -> None:
        self.real = daemon.claims.logbook.branches
        self.open = threading.Event()
        self.refused = ""
        self.lost = 0
        daemon.claims.logbook.branches = self

    def keep(self, month, logs, *, at) -> None:
        assert self.open.wait(60)
        if self.refused and any(self.refused in each for each in logs):
            raise RefusedError("too large")
        self.real.keep(month, logs, at=at)
        if self.lost:
            self.lost -= 1
            raise UnreachableError("the answer was lost")


def look_until(daemon, so_far):
    for _ in range(200):
        daemon.look()
        if so_far():
            return
        daemon.wake.wait(0.2)
    raise AssertionError("it never came so far")


def test_an_outage_of_the_logs_delays_no_request_no_deployment_and_ends_by_ten_seconds(make_world):
    world, clock = make_world("dev", "qa"), GivenClock(datetime.now(UTC))
    daemon = world.daemon(clock=clock)
    logs = Logs(daemon)
    daemon.claims.logbook.patience = 0
    look_until(daemon, lambda: len(daemon.claims.ends) == 2)
    Office(world).ask("ana", "pause", environment="dev", reason="look")
    daemon.look()
    assert [each.granted for each in answers(daemon)] == [True]
    assert ends(daemon) == []
    clock.put_on(timedelta(seconds=11))
    daemon.look()
    assert [each.log for each in ends(daemon)] == [None, None]
    (trouble,) = daemon.panel.looked.troubles
    assert trouble.endswith("stays on this host: no answer within 10 s")
    # While it doesn't answer no end waits at all.
    world.promote("1.1.0", "qa")
    look_until(daemon, lambda: len(ends(daemon)) == 3)
    assert clock.passed < 30
    assert [each.log for each in ends(daemon)] == [None, None, None]
    logs.open.set()
    clock.put_on(timedelta(seconds=31))
    world.promote("1.2.0", "qa")
    daemon.run_once()
    last = ends(daemon)[-1]
    assert last.log is not None
    assert daemon.panel.looked.troubles == ()


def test_each_end_has_its_own_log_whatever_becomes_of_the_others(make_world):
    world = make_world("dev", "qa")
    daemon = world.daemon()
    logs = Logs(daemon)
    logs.refused = "dev/shop/"
    logs.open.set()
    daemon.run_once()
    assert {each.environment: each.log is None for each in ends(daemon)} == {
        "dev": True,
        "qa": False,
    }
    (said,) = [each for each in world.said if "stays on this host" in each]
    assert said.endswith("too large")


def test_a_lost_answer_about_a_log_is_asked_for_once_more(make_world):
    world = make_world("dev")
    daemon = world.daemon()
    logs = Logs(daemon)
    logs.lost = 1
    logs.open.set()
    daemon.run_once()
    (end,) = ends(daemon)
    assert len(kept(world, end)) == end.log.size
