"""Maintenance by hand (D27): its page goes up and down, whatever is killed, and no other's does."""

import errno
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from daemon_files import app_file, environment_file, promotion_file
from daemon_office import HOUR, Office, answers
from daemon_states import Kill, Killed
from daemon_trains import GivenClock

from reconciler.drivers.memory import MemoryDriver
from reconciler.model.deployment import Work
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Verification
from reconciler.names import instant_text
from reconciler.system.spool import Spool

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from conformance_world import LocalWorld

ON, OFF = "maintenance-on", "maintenance-off"
DEV = Place("dev", "shop")
WHY = "the database moves"
WEB = '{name: web, artifact: {tree: "."}}'


def lasting(span=HOUR):
    return {"reason": WHY, "until": instant_text(datetime.now(UTC) + span)}


class House(Office):
    """An office whose place dev/shop is a folder and processes, and runs 1.0.0."""

    def __init__(self, world, local):
        super().__init__(world)
        self.local = local
        where = f'target: {{driver: memory, root: dev/shop, listen: "{local.target.listen}"}}'
        web = WEB.replace("}}", "}, run: [./server.py], listens: socket}")
        environment = environment_file("dev").replace("target: {driver: memory}", where)
        files = {
            "releases/shop/app.yaml": app_file().replace(WEB, web),
            "environments/dev/environment.yaml": environment,
            "environments/dev/shop.yaml": promotion_file("1.0.0"),
        }
        world.root = world.commit(files, onto=[world.tip], by="ana")
        world.push(world.root)
        self.daemon().run_once()
        assert self.seen() == "1.0.0"

    def daemon(self, **more):
        return self.world.daemon(driver=self.local.driver(), **more)

    def seen(self):
        """What visitors see: a version, or a page that tells them neither who nor why."""
        with socket.create_connection(("127.0.0.1", self.local.port), timeout=5) as guest:
            guest.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: guest.recv(4096), b"")).decode()
        assert WHY not in answer
        head, _, body = answer.partition("\r\n\r\n")
        if " 503 " not in head:
            return body
        assert "\r\nRetry-After: 3" in head
        return "the page"


@pytest.fixture
def house(make_world, tmp_path):
    local = LocalWorld(tmp_path / "places")
    yield House(make_world("dev", version=""), local)
    local.close()


@pytest.fixture
def start(make_world):
    """A world of memory with one place that runs 1.0.0, whose environment says this besides."""

    def begin(more=""):
        world = make_world("dev")
        path = "environments/dev/environment.yaml"
        text = world.git.tell(["show", f"main:{path}"])
        world.root = world.commit({path: f"{text}\n{more}\n"}, onto=[world.tip], by="ana")
        world.push(world.root)
        world.daemon().run_once()
        return Office(world)

    return begin


def page(office):
    return office.world.places.places["dev", "shop"].page


def test_d27_visitors_see_a_page_while_it_is_on_and_what_is_new_after_off(house):
    daemon = house.daemon()
    house.ask("ana", ON, **lasting())
    daemon.run_once()
    assert house.seen() == "the page"
    house.world.promote("1.1.0", "dev")
    (decision,) = daemon.run_once().decisions
    assert decision.verdict is Verdict.HOLD
    (closed,) = decision.closed
    assert closed.why.startswith("dev/shop is under maintenance by ana until ")
    assert (closed.gate, closed.remedy) == ("pause", "tagboat maintenance off dev/shop")
    assert house.seen() == "the page"
    house.ask("ana", OFF)
    daemon.run_once()
    assert house.seen() == "1.1.0"
    said = [each for each in house.world.said if "page" in each or "visitors" in each]
    assert said == ["dev/shop shows a page of maintenance", "dev/shop lets visitors in again"]


@pytest.mark.parametrize("point", ["screen.before", "screen.after"])
def test_d27_f3_killed_while_it_goes_up_or_down_the_next_look_makes_it_right(house, point):
    for verb, more, seen in ((ON, lasting(), "the page"), (OFF, {}, "1.0.0")):
        house.ask("ana", verb, **more)
        with pytest.raises(Killed):
            house.daemon(failpoints=Kill(point)).run_once()
        after = house.daemon()
        after.run_once()
        assert house.seen() == seen
        # Processes that were ended for it are not what a supervisor starts again.
        house.daemon().run_once()
        assert house.seen() == seen
    assert [each.granted for each in answers(after)] == [True, True]


def test_d27_it_comes_down_at_its_end_by_the_given_clock_and_not_before(house):
    house.ask("ana", ON, **lasting())
    clock = GivenClock(datetime.now(UTC))
    daemon = house.daemon(clock=clock)
    daemon.run_once()
    clock.put_on(HOUR - timedelta(minutes=1))
    daemon.run_once()
    assert house.seen() == "the page"
    clock.put_on(timedelta(minutes=1))
    daemon.run_once()
    assert house.seen() == "1.0.0"
    # Nothing was to be written: its end was said when it began.
    assert [each.verb for each in answers(daemon)] == [ON]


def test_d27_f25_on_the_host_itself_it_is_turned_on_and_off_with_the_remote_away(start):
    office = start()
    world, daemon = office.world, office.world.daemon()
    daemon.run_once()
    spool = Spool(world.configuration().state)
    away = world.remote.rename(world.folder / "away.git")

    def host_asks(verb, **more):
        request = office.request(verb, **more)
        spool.ask(request.id_for(""), request.statement.decode())

    host_asks(ON, **lasting())
    assert daemon.look() is None
    assert page(office).title == "shop"
    again = world.daemon()
    assert again.look() is None
    assert page(office) is not None
    host_asks(OFF)
    assert again.look() is None
    assert page(office) is None
    away.rename(world.remote)
    again.run_once()
    assert [(each.verb, each.by) for each in answers(again)] == [(ON, "host"), (OFF, "host")]


def test_d27_a_place_that_has_obeyed_a_newer_claim_is_left_alone_and_that_is_told(start):
    office = start()
    office.world.places.places["dev", "shop"].fence = 99
    office.ask("ana", ON, **lasting())
    office.world.daemon().run_once()
    assert page(office) is None
    told = [each for each in office.world.said if "page of maintenance can't be changed" in each]
    assert len(told) == 1
    assert "dev/shop has obeyed claim 99" in told[0]


class Handleless(MemoryDriver):
    """A driver that has no handles left for a page in one environment."""

    def maintain(self, target, page, *, fence, timeout):
        if target.environment == "dev":
            raise OSError(errno.EMFILE, "Too many open files")
        super().maintain(target, page, fence=fence, timeout=timeout)


def test_d27_x5_what_one_place_has_no_handles_for_is_told_and_keeps_no_other_waiting(make_world):
    world = make_world("dev", "staging")
    world.daemon().run_once()
    office = Office(world)
    for each in ("dev", "staging"):
        office.ask("ana", ON, environment=each, **lasting())
    daemon = world.daemon(driver=Handleless(places=world.places))
    assert daemon.look() is not None
    assert world.places.places["staging", "shop"].page is not None
    (trouble,) = daemon.screens.troubles.values()
    assert trouble.startswith("dev/shop: ")
    assert "Too many open files" in trouble


def test_d27_going_back_happens_behind_the_page_which_stays_up(start):
    office = start("pipeline: {maintenance: {when: always}}")
    world = office.world
    world.promote("1.1.0", "dev")
    world.daemon().run_once()
    assert page(office) is None
    office.ask("ana", ON, **lasting())
    world.daemon().run_once()
    world.promote("1.0.0", "dev")
    world.daemon().run_once()
    assert world.running("dev") == "1.0.0"
    assert page(office) is not None
    office.ask("ana", OFF)
    world.daemon().run_once()
    assert page(office) is None


def test_d27_t9_long_tests_wait_until_visitors_are_let_in(start):
    office = start("pipeline: {tests: {e2e: {tcp: {address: 'shop.example:1'}}}}")
    daemon = office.world.daemon()
    said = []
    for verb, more in ((ON, lasting()), ("verify", {}), (OFF, {})):
        office.ask("ana", verb, **more)
        daemon.run_once()
        said.append(sum(isinstance(each, Verification) for each in daemon.view.records))
    assert said == [1, 1, 2]


def test_d15_only_a_request_for_that_very_place_takes_the_page_of_a_stuck_one_down(start):
    office = start("pipeline: {maintenance: {when: always}}")
    world = office.world
    failing = dict.fromkeys(("1.0.0", "2.0.0"), Work.ROLLOUT)
    world.promote("2.0.0", "dev")
    daemon = world.daemon(failing=failing)
    daemon.run_once()
    assert daemon.view.ledger.at(DEV).stuck
    left = page(office)
    assert left is not None
    for verb, more in ((ON, lasting()), (OFF, {})):
        office.ask("ana", verb, None, **more)
        daemon.run_once()
        assert page(office) == left
    office.ask("ben", OFF)
    daemon.run_once()
    assert page(office) == left
    office.ask("ana", OFF)
    daemon.run_once()
    assert page(office) is None
    assert [each.granted for each in answers(daemon)] == [True, True, False, True]
