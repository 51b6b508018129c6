"""A host whose disk is nearly full begins nothing, and ends what it has begun (X27)."""

import shutil

from daemon_office import Office, answers

from reconciler.model.deployment import Work
from reconciler.model.plan import Verdict
from reconciler.model.records import End, Outcome
from reconciler.system.room import Room

FULL = "less than 500 MB are free where the reconciler keeps its state"


def test_x27_below_the_low_water_mark_nothing_starts_and_above_it_everything_does(make_world):
    world = make_world("dev")
    world.settings["limits"] = {"free": 10**9}
    (decision,) = world.daemon().run_once().decisions
    (reason,) = decision.closed
    assert (decision.verdict, reason.gate) == (Verdict.HOLD, "disk")
    said = "less than 1000000000 MB are free where the reconciler keeps its state"
    assert (reason.why, world.running("dev")) == (said, "")
    del world.settings["limits"]
    world.daemon().run_once()
    assert world.running("dev") == "1.0.0"


def test_x27_what_is_under_way_goes_back_and_is_recorded_without_room(make_world):
    world = make_world("dev")
    daemon = world.daemon(failing={"1.1.0": Work.ROLLOUT})
    daemon.run_once()
    world.promote("1.1.0", "dev")
    daemon.room = lambda: FULL if daemon.claims.held else ""
    daemon.run_once()
    ends = [each for each in daemon.view.records if isinstance(each, End)]
    assert [each.outcome for each in ends] == [Outcome.SUCCEEDED, Outcome.ROLLED_BACK]
    assert world.running("dev") == "1.0.0"


def test_x27_requests_are_answered_and_said_once_without_room(make_world):
    world = make_world("dev")
    daemon = world.daemon()
    daemon.room = lambda: FULL
    daemon.run_once()
    Office(world).ask("ana", "pause", environment="dev", reason="look")
    daemon.run_once()
    daemon.run_once()
    assert [each.granted for each in answers(daemon)] == [True]
    assert len([each for each in world.said if FULL in each]) == 1


def test_x27_room_is_what_the_nearest_folder_has(tmp_path):
    free = shutil.disk_usage(tmp_path).free // 10**6
    there, to_come = {"it is": tmp_path}, {"it is": tmp_path / "a" / "b"}
    assert Room(there, 0)() == Room(to_come, max(0, free // 2))() == ""
    short = f"less than {free * 2} MB are free where it is"
    assert Room(there, free * 2)() == Room(to_come, free * 2)() == short
