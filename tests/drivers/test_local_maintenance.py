"""The page of maintenance of the driver local, under kills, load and a lost keeper."""

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading

import pytest
from conformance_world import LocalWorld, ask, content_of, eventually, finish

from reconciler.drivers.keeper import page
from reconciler.drivers.local import LocalDriver
from reconciler.errors import StepFailedError
from reconciler.model.deployment import Page
from reconciler.model.host import LocalDriver as Settings
from reconciler.model.observation import RolloutState
from reconciler.system.clock import SystemClock

PAGE = Page(title="<shop>", retry_after=300)
AS_THIRD = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.execv(sys.argv[2], sys.argv[2:])"
ONE, TWO = content_of("1.0.0"), content_of("2.0.0")


class Killed(BaseException):
    """Nothing after it runs."""


class Kill:
    def __init__(self, name: str) -> None:
        self.name = name

    def reach(self, name: str) -> None:
        if name == self.name:
            raise Killed(name)


def deploy(world: LocalWorld, content, fence: int) -> None:
    driver = world.driver()
    driver.apply(world.target, content, fence=fence, timeout=30)
    assert finish(driver, world.target, content).state is RolloutState.DONE


def killing(world: LocalWorld, point: str) -> LocalDriver:
    return LocalDriver(
        Settings(folder=str(world.folder)),
        folder=world.folder,
        artifacts=world.artifacts,
        failpoints=Kill(point),
        clock=SystemClock(),
        settle=0.25,
    )


@pytest.mark.parametrize("point", ["driver-local.maintain.before", "driver-local.maintain.after"])
@pytest.mark.parametrize("page", [PAGE, None], ids=["up", "down"])
def test_f3_f11_a_kill_while_the_page_goes_up_or_down_is_gone_on_from(world, point, page):
    deploy(world, ONE, 1)
    if page is None:
        world.driver().maintain(world.target, PAGE, fence=2, timeout=30)
    with pytest.raises(Killed):
        killing(world, point).maintain(world.target, page, fence=2, timeout=30)
    world.driver().maintain(world.target, page, fence=2, timeout=30)
    assert world.page() is (page is not None)
    world.driver().maintain(world.target, None, fence=2, timeout=30)
    assert world.answers() == "1.0.0"


def test_d12_no_request_is_refused_while_the_page_goes_up_and_down(world):
    deploy(world, ONE, 1)
    seen: set[str] = set()
    refused: list[OSError] = []
    done = threading.Event()

    def load() -> None:
        while not done.is_set():
            try:
                seen.add("page" if world.page() else "app")
            except OSError as error:
                refused.append(error)

    visitors = [threading.Thread(target=load) for _ in range(3)]
    for each in visitors:
        each.start()
    world.driver().maintain(world.target, PAGE, fence=2, timeout=30)
    deploy(world, TWO, 2)
    world.driver().maintain(world.target, None, fence=2, timeout=30)
    done.set()
    for each in visitors:
        each.join(10)
    assert refused == []
    assert seen == {"page", "app"}


def test_f48_a_lost_keeper_leaves_the_page_to_the_next_one_and_the_app_down(world):
    deploy(world, ONE, 1)
    world.driver().maintain(world.target, PAGE, fence=2, timeout=30)
    os.kill(world.keeper(), signal.SIGKILL)
    eventually(lambda: world.driver().supervise(world.target, ONE) != "", "it is seen to be gone")

    def shown() -> bool:
        try:
            return world.page()
        except OSError:
            return False

    eventually(shown, "the page is back")
    assert world.driver().address(world.target) == ""


def test_i3_what_comes_up_hidden_comes_back_hidden_after_its_keeper_was_lost(world):
    deploy(world, ONE, 1)
    world.driver().maintain(world.target, PAGE, fence=2, timeout=30)
    deploy(world, TWO, 2)
    os.kill(world.keeper(), signal.SIGKILL)
    eventually(lambda: world.driver().supervise(world.target, TWO) != "", "it is seen to be gone")
    eventually(lambda: world.driver().address(world.target) != "", "it is hidden again")
    eventually(lambda: hidden(world) == "2.0.0", "and answers there")


def hidden(world: LocalWorld) -> str:
    try:
        return world.hidden()
    except OSError:
        return ""


def test_x19_the_page_shows_names_and_no_markup_and_slow_visitors_hold_up_nobody(world):
    deploy(world, ONE, 1)
    world.driver().maintain(world.target, PAGE, fence=2, timeout=30)
    with socket.create_connection(("127.0.0.1", world.port)):
        assert "&lt;shop&gt;" in ask(world.port)


@pytest.mark.parametrize("killed", [False, True], ids=["told", "told-before-a-kill"])
def test_d12_f3_the_page_is_down_once_nobody_is_answered_by_it_any_more(world, killed):
    deploy(world, ONE, 1)
    world.driver().maintain(world.target, PAGE, fence=2, timeout=30)
    log = world.place / "keeper" / "keeper.log"
    with socket.create_connection(("127.0.0.1", world.port), timeout=5) as guest:
        guest.sendall(b"GET / HTTP/1.0\r\n")
        if killed:
            with pytest.raises(Killed):
                killing(world, "driver-local.maintain.after").maintain(
                    world.target, None, fence=2, timeout=30
                )
            eventually(lambda: "maintenance has ended" in log.read_text(), "the page goes")

        def finishes() -> bool:
            if "maintenance has ended" not in log.read_text():
                return False
            guest.sendall(b"\r\n")
            return True

        clock = Meanwhile(finishes)
        waiting(world, clock).maintain(world.target, None, fence=2, timeout=30)
        assert clock.done, "a guest who came before it finishes while it is waited for"
        assert guest.recv(4096).startswith(b"HTTP/1.1 503 ")
    assert not world.page()


@pytest.mark.parametrize("page", [PAGE, None], ids=["up", "down"])
@pytest.mark.parametrize("word", ["", "started "], ids=["at-once", "later"])
def test_f48_i3_a_keeper_lost_while_the_page_goes_up_or_down_is_followed_by_another(
    world, page, word
):
    deploy(world, ONE, 1)
    if page is None:
        world.driver().maintain(world.target, PAGE, fence=2, timeout=30)
    log = world.place / "keeper" / "keeper.log"
    before = log.read_text()

    def loses() -> bool:
        if word not in log.read_text().removeprefix(before):
            return False
        os.kill(world.keeper(), signal.SIGKILL)
        return True

    clock = Meanwhile(loses)
    waiting(world, clock).maintain(world.target, page, fence=2, timeout=30)
    assert clock.done
    for _ in range(20):
        assert world.page() is (page is not None)
    assert world.keeper()
    if page is not None:
        world.driver().maintain(world.target, None, fence=2, timeout=30)
    assert world.answers() == "1.0.0"


class Meanwhile(SystemClock):
    """Something happens, once it can, while somebody waits."""

    def __init__(self, happens) -> None:
        self._happens = happens
        self.done = False

    def sleep(self, seconds: float) -> None:
        self.done = self.done or self._happens()
        super().sleep(seconds)


def waiting(world: LocalWorld, clock: SystemClock) -> LocalDriver:
    return LocalDriver(
        Settings(folder=str(world.folder)),
        folder=world.folder,
        artifacts=world.artifacts,
        failpoints=Kill("none"),
        clock=clock,
        settle=0.25,
    )


def test_x19_a_guest_who_never_finishes_asking_does_not_keep_the_page():
    with socket.create_server(("127.0.0.1", 0)) as door:
        shown = show(door, "shop")
        with socket.create_connection(door.getsockname(), timeout=5) as guest:
            guest.sendall(b"GET /")
            assert b"shop is under maintenance" in asked(door), "the guest before it is let in"
            shown.terminate()
            with contextlib.suppress(OSError):
                while not select.select([guest], [], [], 0.005)[0]:
                    guest.sendall(b"x")
            assert shown.wait(20) == 0


def show(door: socket.socket, title: str) -> subprocess.Popen[bytes]:
    """A page on this socket; it finds it as descriptor 3."""
    python = [sys.executable, "-I", "-S"]
    words = [*python, "-c", AS_THIRD, str(door.fileno())]
    words += [*python, page.__file__, title, "60"]
    return subprocess.Popen(words, pass_fds=[door.fileno()])


def asked(door: socket.socket) -> bytes:
    return ask(door.getsockname()[1]).encode()


def test_a_place_without_an_address_can_show_no_page_and_says_what_to_do(world):
    target = world.target.model_copy(update={"listen": ""})
    with pytest.raises(StepFailedError, match="nobody can be shown a page"):
        world.driver().maintain(target, PAGE, fence=1, timeout=5)


def test_d12_i3_whoever_has_come_in_when_the_page_ends_is_answered():
    """Pages take over from each other on one socket, as a page and an app do."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        seen: set[str] = set()
        lost: list[OSError] = []
        done = threading.Event()

        def visit() -> None:
            while not done.is_set():
                try:
                    seen.update(re.findall("shop [0-9]+", ask(port)))
                except OSError as error:
                    lost.append(error)

        visitors = [threading.Thread(target=visit) for _ in range(3)]
        shown = show(door, "shop 0")
        for each in visitors:
            each.start()
        try:
            eventually(lambda: "shop 0" in seen, "the first one answers")
            for number in range(1, 21):
                ending, shown = shown, show(door, f"shop {number}")
                eventually(lambda: f"shop {number}" in seen, "the next one answers")  # noqa: B023
                ending.terminate()
                assert ending.wait(20) == 0
        finally:
            done.set()
            for each in visitors:
                each.join(20)
            shown.terminate()
            assert shown.wait(20) == 0
    assert lost == []
