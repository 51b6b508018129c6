"""The page of maintenance of the driver local, under kills, load and a lost keeper."""

import os
import re
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


def test_d12_the_page_is_down_once_nobody_is_answered_by_it_any_more(world):
    deploy(world, ONE, 1)
    world.driver().maintain(world.target, PAGE, fence=2, timeout=30)
    log = world.place / "keeper" / "keeper.log"
    with socket.create_connection(("127.0.0.1", world.port), timeout=5) as guest:
        guest.sendall(b"GET / HTTP/1.0\r\n")

        class Finishing(SystemClock):
            """Who waits for the end of maintenance sees the guest, begun before it, finish."""

            finished = False

            def sleep(self, seconds: float) -> None:
                if "maintenance has ended" in log.read_text() and not self.finished:
                    self.finished = True
                    guest.sendall(b"\r\n")
                super().sleep(seconds)

        clock = Finishing()
        slowly = LocalDriver(
            Settings(folder=str(world.folder)),
            folder=world.folder,
            artifacts=world.artifacts,
            failpoints=Kill("none"),
            clock=clock,
            settle=0.25,
        )
        slowly.maintain(world.target, None, fence=2, timeout=30)
        assert clock.finished
        assert guest.recv(4096).startswith(b"HTTP/1.1 503 ")
    assert not world.page()


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

        def show(number: int) -> subprocess.Popen[bytes]:
            # The page finds its socket as descriptor 3.
            python = [sys.executable, "-I", "-S"]
            words = [*python, "-c", AS_THIRD, str(door.fileno())]
            words += [*python, page.__file__, f"shop {number}", "60"]
            return subprocess.Popen(words, pass_fds=[door.fileno()])

        visitors = [threading.Thread(target=visit) for _ in range(3)]
        shown = show(0)
        for each in visitors:
            each.start()
        try:
            eventually(lambda: "shop 0" in seen, "the first one answers")
            for number in range(1, 21):
                ending, shown = shown, show(number)
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
