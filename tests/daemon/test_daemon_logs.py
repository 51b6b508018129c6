"""What a deployment's steps said is on the remote before its end is, and its end names it (P14)."""

import hashlib

import pytest
from daemon_kills import Kill, Killed

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
    assert any("logs stay on this host" in each and "hidden ref" in each for each in world.said)
