"""A daemon asks a Jira over HTTP where tickets stand, and tells nobody its secret."""

import threading
from collections.abc import Callable

import pytest
from daemon_files import app_file, environment_file, release_file
from jira_lookalike import SECRET, jira_lookalike, say

from reconciler.doctor.finding import State
from reconciler.doctor.trackers import check_trackers
from reconciler.model.plan import Verdict
from reconciler.model.records import Sighting
from reconciler.trackers.jira import authorization

CONNECTIONS = """apiVersion: tagboat/v1
kind: Connections
trackers:
  jira: {{type: jira, url: "{}", secret: JIRA_TOKEN}}
"""


@pytest.fixture
def jira():
    with jira_lookalike() as found:
        yield found


@pytest.fixture
def world(make_world, jira):
    """Dev, and staging where the ticket of 1.0.0 has to stand in Staging."""
    world = make_world("dev", "staging")
    key = world.folder / "jira-token"
    key.write_text(f"{SECRET}\n")
    world.settings["secrets"] = {"JIRA_TOKEN": {"file": str(key), "url": jira.address}}
    files = {
        "environments/connections.yaml": CONNECTIONS.format(jira.address),
        "environments/staging/environment.yaml": (
            environment_file("staging") + "gates: {tickets: {state: Staging}}\n"
        ),
        "releases/shop/1.0.0/release.yaml": release_file("1.0.0") + "tickets: [SHOP-1]\n",
        "releases/shop/app.yaml": (app_file() + 'tracker: {name: jira, pattern: "SHOP-[0-9]+"}\n'),
    }
    world.root = world.commit(dict(files), onto=[world.tip], by="ana")
    world.push(world.root)
    return world


def decision(plan, environment):
    return next(each for each in plan.decisions if each.place.environment == environment)


def test_s11_a_ticket_that_is_moved_lets_its_release_go_and_the_secret_stays_here(world, jira):
    jira.columns["SHOP-1"] = "Doing"
    held = decision(world.daemon().run_once(), "staging")
    assert [each.why for each in held.closed] == [
        "SHOP-1 stands in Doing, and Staging is asked for"
    ]
    jira.columns["SHOP-1"] = "Staging"
    daemon = world.daemon()
    daemon.run_once()
    assert world.running("staging") == "1.0.0"
    seen = [each for each in daemon.view.records if isinstance(each, Sighting)]
    assert [each.facts for each in seen if each.sort == "ticket"] == [
        {"state": "Doing"},
        {"state": "Staging"},
    ]
    told = "\n".join([*world.said, *(each.model_dump_json() for each in daemon.view.records)])
    for path in (world.folder / "state-one").rglob("*"):
        told += path.read_bytes().decode(errors="replace") if path.is_file() else ""
    for each in (SECRET, SECRET.partition(":")[2], authorization(SECRET)["Authorization"]):
        assert each not in told


def test_s11_one_that_refuses_us_is_told_of_with_the_time_and_no_other_place_waits(world, jira):
    (world.folder / "jira-token").write_text("somebody@else.example:other")
    daemon = world.daemon()
    held = decision(daemon.run_once(), "staging")
    (reason,) = held.closed
    assert (reason.gate, reason.state) == ("tickets", "unknown")
    assert reason.why.startswith("jira was last asked ")
    assert "127.0.0.1 refuses the token (401)" in reason.why
    assert world.running("dev") == "1.0.0"


def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        threading.Event().wait(0.02)
    raise AssertionError("not within 12 s")


def test_s11_one_that_hangs_delays_no_look_and_no_other_place(world, jira):
    freed = threading.Event()
    jira.act = lambda _: freed.wait(60)
    daemon = world.daemon()
    daemon.looking.patience = 0.1
    try:
        plan = daemon.look()
        eventually(lambda: daemon.look() is not None and world.running("dev") == "1.0.0")
        assert decision(plan, "staging").verdict is Verdict.HOLD
        assert daemon.looking.pending
    finally:
        freed.set()
        daemon.workers.park(within=5)


def test_s11_doctor_says_of_each_tracker_whether_this_host_can_ask_it(world, jira):
    daemon = world.daemon()
    daemon.run_once()

    def found():
        (only,) = check_trackers(daemon.view)
        assert SECRET not in str(only)
        return only.what, only.state, bool(only.remedy)

    assert found() == ("tracker jira", State.GOOD, False)
    jira.act = lambda handler: say(handler, 503, "") or True
    assert found() == ("tracker jira", State.SILENT, True)
    (world.folder / "jira-token").write_text("")
    assert found() == ("tracker jira", State.WRONG, True)
