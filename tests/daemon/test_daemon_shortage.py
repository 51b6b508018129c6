"""A host that runs out of disk or of handles begins nothing by halves, and goes on by itself.

The shortage is the kernel's own, by the limits of this process, and of git and all it starts.
"""

import contextlib
import errno
import resource
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from daemon_kills import Kill, Killed

from reconciler.journal.jsonl import FileJournal
from reconciler.model.records import End, Outcome
from reconciler.system.failpoints import NoFailpoints

DISK, HANDLES = resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE


@contextlib.contextmanager
def shortage(of: int, left: int = 0) -> Iterator[None]:
    """No file grows beyond ``left`` bytes, or no more than ``left`` handles are open."""
    soft, hard = resource.getrlimit(of)
    resource.setrlimit(of, (left, hard))
    try:
        yield
    finally:
        resource.setrlimit(of, (soft, hard))


class ShortAt:
    """There is a shortage from one point on, until there is ``room`` again."""

    def __init__(self, point: str, of: int = DISK, left: int = 0) -> None:
        self.point, self.of, self.left = point, of, left
        self.stack = contextlib.ExitStack()
        self.reached = False

    def reach(self, name: str) -> None:
        if name == self.point and not self.reached:
            self.reached = True
            self.stack.enter_context(shortage(self.of, self.left))

    def room(self) -> None:
        self.stack.close()


def outcomes(daemon):
    return Counter(each.outcome for each in daemon.view.records if isinstance(each, End))


@pytest.mark.parametrize("event", ["claiming", "claimed", "step-started", "step-ended", "finished"])
def test_f20_without_room_for_the_journal_nothing_follows_and_with_room_it_goes_on(
    make_world, event
):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("1.1.0", "dev")
    full = ShortAt(f"journal.{event}.before")
    daemon = world.daemon(failpoints=full)
    try:
        while not full.reached or not [each for each in world.said if "can't be written" in each]:
            daemon.look()
            daemon.wake.wait(1)
        if event in {"claiming", "claimed", "step-started"}:
            assert world.running("dev") == "1.0.0"
        assert outcomes(daemon) == {Outcome.SUCCEEDED: 1}
    finally:
        full.room()
    daemon.run_once()
    assert world.running("dev") == "1.1.0"
    assert outcomes(daemon) == {Outcome.SUCCEEDED: 2}
    claims = [each.deployment for each in daemon.view.records if each.kind == "Claim"]
    assert len(claims) == len(set(claims)) == 2


class ReadOnce(FileJournal):
    """A journal that can be read once, and then there are no handles left."""

    reads = 0

    def events(self) -> list[dict[str, Any]]:
        self.reads += 1
        if self.reads > 1:
            raise OSError(errno.EMFILE, "Too many open files")
        return super().events()


def test_f22_a_worker_without_handles_asks_to_be_tried_again(make_world):
    world = make_world("dev")
    killed = world.daemon(failpoints=Kill("history.claim.after"))
    with pytest.raises(Killed):
        killed.run_once()
    (path,) = (world.folder / "state-one" / "journal").iterdir()
    after = world.daemon()
    after.workers.start(ReadOnce(path, NoFailpoints()))
    after.wake.wait(30)
    (carried,) = after.workers.finished()
    assert (carried.end, carried.again) == (None, True)
    assert carried.fault == "Too many open files"


@pytest.mark.parametrize(("of", "left"), [(DISK, 0), (HANDLES, 3)], ids=["disk", "handles"])
def test_f22_f25_a_want_while_the_remote_is_away_does_not_end_the_daemon(make_world, of, left):
    world = make_world("dev")
    daemon = world.daemon()
    daemon.run_once()
    world.promote("1.1.0", "dev")
    away = world.remote.rename(world.folder / "away.git")
    assert daemon.look() is None
    with shortage(of, left):
        assert daemon.look() is None
    away.rename(world.remote)
    daemon.run_once()
    assert world.running("dev") == "1.1.0"


@pytest.mark.parametrize(("of", "left"), [(DISK, 0), (HANDLES, 3)], ids=["disk", "handles"])
def test_f22_a_clone_that_cannot_be_read_keeps_what_runs_and_is_read_once_it_can(
    make_world, of, left
):
    world = make_world("dev")
    daemon = world.daemon()
    daemon.run_once()
    world.promote("1.1.0", "dev")
    with shortage(of, left):
        assert daemon.look() is None
    assert world.running("dev") == "1.0.0"
    daemon.run_once()
    assert world.running("dev") == "1.1.0"
    assert outcomes(daemon) == {Outcome.SUCCEEDED: 2}
