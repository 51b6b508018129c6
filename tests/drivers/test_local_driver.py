"""The local driver's folder: where it may be, and what a crash at any point leaves."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conformance_world import LocalWorld, content_of, eventually, finish

from reconciler.drivers.local import LocalDriver
from reconciler.errors import StepErroredError, StepFailedError
from reconciler.model.host import LocalDriver as Settings
from reconciler.model.observation import Presence, RolloutState
from reconciler.ports import Failpoints
from reconciler.system.clock import SystemClock
from reconciler.system.failpoints import NoFailpoints

ONE, TWO = content_of("1.0.0"), content_of("2.0.0")


class CrashError(Exception):
    """As far as the folder can tell, the daemon was killed."""


@dataclass
class Crashing:
    """Breaks off at one point; notes all that are reached."""

    at: str
    reached: list[str] = field(default_factory=list)

    def reach(self, name: str) -> None:
        self.reached.append(name)
        if name == self.at:
            raise CrashError(name)


def driver_of(
    world: LocalWorld,
    failpoints: Failpoints | None = None,
    *,
    programs: frozenset[str] = frozenset(),
) -> LocalDriver:
    return LocalDriver(
        Settings(folder=str(world.folder), stop_after="5s"),
        folder=world.folder,
        artifacts=world.artifacts,
        failpoints=failpoints or NoFailpoints(),
        clock=SystemClock(),
        programs=programs,
        settle=0.1,
    )


POINTS = [
    f"driver-local.{what}.{when}"
    for what in ("fence", "prepare", "switch", "order")
    for when in ("before", "after")
]


def test_every_effect_passes_a_failpoint(world: LocalWorld) -> None:
    noted = Crashing("")
    driver_of(world, noted).apply(world.target, ONE, fence=1, timeout=30)
    assert set(noted.reached) == set(POINTS)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("first", [True, False], ids=["first", "second"])
def test_a_crash_at_any_point_is_gone_on_from_F8_F16(
    world: LocalWorld, point: str, first: bool
) -> None:
    before = driver_of(world)
    if not first:
        before.apply(world.target, ONE, fence=1, timeout=30)
        assert finish(before, world.target, ONE).state is RolloutState.DONE
    with pytest.raises(CrashError):
        driver_of(world, Crashing(point)).apply(world.target, TWO, fence=2, timeout=30)
    seen = before.observe(world.target)
    assert seen.presence is not Presence.UNKNOWN, seen.detail
    after = driver_of(world)
    after.apply(world.target, TWO, fence=2, timeout=30)
    assert finish(after, world.target, TWO).state is RolloutState.DONE
    assert world.answers() == "2.0.0"
    after.cleanup(world.target, frozenset(), fence=2)
    assert world.prepared() == 1
    assert not list(world.place.glob(".current-*"))


def test_files_without_a_process_need_no_keeper(world: LocalWorld) -> None:
    files = content_of("1.0.0", run=None)
    driver = driver_of(world)
    driver.apply(world.target, files, fence=1, timeout=30)
    assert finish(driver, world.target, files).state is RolloutState.DONE
    assert (world.place / "current" / "web" / "VERSION").read_text() == "1.0.0"
    assert not (world.place / "keeper").exists()
    assert driver.observe(world.target).presence is Presence.RUNNING
    assert driver.supervise(world.target, files) == ""


def test_content_without_a_process_ends_the_one_before(world: LocalWorld) -> None:
    driver, files = driver_of(world), content_of("2.0.0", run=None)
    driver.apply(world.target, ONE, fence=1, timeout=30)
    assert finish(driver, world.target, ONE).state is RolloutState.DONE
    driver.apply(world.target, files, fence=2, timeout=30)
    assert finish(driver, world.target, files).state is RolloutState.DONE
    assert world.answers() == ""


@pytest.mark.parametrize("root", ["/etc", "..", "dev/../..", "out/shop", ".", "dev\0"])
def test_a_root_outside_the_drivers_folder_is_refused_B59(world: LocalWorld, root: str) -> None:
    world.folder.mkdir()
    (world.folder / "out").symlink_to("/tmp")
    target = world.target.model_copy(update={"root": root})
    driver = driver_of(world)
    with pytest.raises(StepErroredError, match="not inside"):
        driver.apply(target, ONE, fence=1, timeout=30)
    assert driver.observe(target).presence is Presence.UNKNOWN
    assert world.artifacts.fetched == 0


def test_a_folder_belongs_to_one_place(world: LocalWorld) -> None:
    driver = driver_of(world)
    driver.prepare(world.target, ONE, fence=1, timeout=30)
    other = world.target.model_copy(update={"environment": "production"})
    with pytest.raises(StepErroredError, match="belongs to dev/shop"):
        driver.prepare(other, ONE, fence=1, timeout=30)


def test_a_fence_that_cannot_be_read_stops_the_place(world: LocalWorld) -> None:
    driver = driver_of(world)
    driver.prepare(world.target, ONE, fence=1, timeout=30)
    (world.place / "fence").write_text("x")
    with pytest.raises(StepErroredError, match="fence"):
        driver.prepare(world.target, TWO, fence=2, timeout=30)
    assert driver.observe(world.target).presence is Presence.UNKNOWN


def test_a_program_outside_the_release_must_be_allowed_by_the_host(world: LocalWorld) -> None:
    asked = content_of("1.0.0", run=("sh", "-c", "exec ./server.py"))
    with pytest.raises(StepFailedError, match="may not run sh"):
        driver_of(world).prepare(world.target, asked, fence=1, timeout=30)
    assert world.artifacts.fetched == 0
    driver = driver_of(world, programs=frozenset({"sh"}))
    driver.apply(world.target, asked, fence=1, timeout=30)
    assert finish(driver, world.target, asked).state is RolloutState.DONE
    eventually(lambda: world.answers() == "1.0.0", "it answers")


@pytest.mark.parametrize("run", ["./missing.py", "./VERSION", "./../../../../../bin/sh"])
def test_a_program_the_release_lacks_has_failed_in_prepare(world: LocalWorld, run: str) -> None:
    with pytest.raises(StepFailedError, match="has no program"):
        driver_of(world).prepare(world.target, content_of("1.0.0", run=(run,)), fence=1, timeout=30)
    assert world.prepared() == 0


def test_a_socket_needs_an_address(world: LocalWorld) -> None:
    target = world.target.model_copy(update={"listen": ""})
    with pytest.raises(StepFailedError, match="takes a socket"):
        driver_of(world).prepare(target, ONE, fence=1, timeout=30)


def test_commands_find_the_files_of_the_only_component(world: LocalWorld) -> None:
    driver = driver_of(world)
    assert driver.folder(world.target, ONE) is None
    driver.prepare(world.target, ONE, fence=1, timeout=30)
    folder = driver.folder(world.target, ONE)
    assert folder is not None
    assert (folder / "server.py").is_file()


def test_damaged_content_is_fetched_again(world: LocalWorld) -> None:
    driver = driver_of(world)
    driver.prepare(world.target, ONE, fence=1, timeout=30)
    (described,) = Path(world.place / "contents").glob("*/content.json")
    described.write_text("{")
    driver.prepare(world.target, ONE, fence=1, timeout=30)
    assert world.artifacts.fetched == 2
    assert driver.folder(world.target, ONE) is not None
