"""The driver ``local``: folders and processes of this machine."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from reconciler.drivers.keeper_client import KeeperClient, KeeperStatus
from reconciler.drivers.local_layout import PlaceFolder, place_folder
from reconciler.drivers.local_order import check_processes, order_of, page_order, program_of
from reconciler.errors import StepErroredError, StepFailedError, TagboatError
from reconciler.model.content import Content, PlaceTarget
from reconciler.model.deployment import Page
from reconciler.model.host import LocalDriver as Settings
from reconciler.model.observation import Observation, Presence, Rollout, RolloutState
from reconciler.names import seconds_of
from reconciler.ports import Artifacts, Clock, Failpoints
from reconciler.system.clock import SystemClock
from reconciler.system.files import translated

_MERCY = 10.0
"""Seconds that a keeper gets besides ``stop_after`` before it is killed."""
_PATIENCE = 30.0
_POLL = 0.05
_AGAIN = 10.0
"""Seconds that a keeper gets to take the order that its predecessor was lost with."""
_PAGE_SETTLES = 0.3
"""Seconds that the page's process has lived when it is taken to be there."""


class LocalDriver:
    """Prepares contents beside what runs, switches to them atomically, and has a keeper run them.

    Safe to use from several threads, for different places.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        folder: Path,
        artifacts: Artifacts,
        failpoints: Failpoints,
        clock: Clock,
        programs: frozenset[str] = frozenset(),
        settle: float = 1.0,
        back_off: float = 0.5,
    ) -> None:
        """``programs`` is what the host allows besides a release's own files.

        A new version has come up once it has lived for ``settle`` seconds; one that dies later is
        started again after ``back_off`` seconds, then twice that, and so on.
        """
        self._folder = folder
        self._artifacts = artifacts
        self._failpoints = failpoints
        self._clock = clock
        self._programs = programs
        self._stop_after = seconds_of(settings.stop_after)
        self._timing = {"settle": settle, "back_off": back_off, "stop_after": self._stop_after}

    def observe(self, target: PlaceTarget) -> Observation:
        """What is there now; whatever goes wrong is an observation too."""
        try:
            place = self._place(target)
            return replace(self._observe(place), page=self._keeper(place).maintained)
        except (TagboatError, OSError) as error:
            return Observation(Presence.UNKNOWN, detail=str(error))

    def _observe(self, place: PlaceFolder) -> Observation:
        fence = place.fence()
        if stray := place.stray():
            return Observation(Presence.RUNNING, fence=fence, altered=stray)
        content = place.current()
        if content is None:
            return Observation(Presence.ABSENT, fence=fence)
        presence, detail = Presence.RUNNING, ""
        if content.processes:
            status = self._keeper(place).status()
            if status is None or status.key != content.digest:
                presence = Presence.STOPPED
                detail = status.why if status else "nobody looks after its processes"
            elif status.state not in ("running", "switching"):
                presence, detail = Presence.STOPPED, "; ".join(status.exits[-1:]) or status.state
        altered = place.altered(content)
        return Observation(presence, content.digest, content.version, fence, detail, altered)

    def prepare(self, target: PlaceTarget, content: Content, *, fence: int, timeout: float) -> None:
        """Fetch and check the content into a folder beside what runs."""
        place = self._place(target)
        until = self._clock.monotonic() + timeout
        with translated(), place.claim(fence):
            if place.ready(content):
                return
        check_processes(target, content, programs=self._programs)
        with translated(), place.preparing() as folder:
            for each in content.components:
                into = folder / each.name
                into.mkdir(mode=0o755)
                left = until - self._clock.monotonic()
                self._artifacts.fetch(content, each, into, timeout=max(0.1, left))
                if each.run:
                    program_of(each, into, programs=self._programs)
            with place.claim(fence):
                place.keep(folder, content)

    def apply(
        self, target: PlaceTarget, content: Content | None, *, fence: int, timeout: float
    ) -> None:
        """Switch to the content, preparing it first if it isn't there; or to nothing."""
        place = self._place(target)
        until = self._clock.monotonic() + timeout
        if content is not None:
            self.prepare(target, content, fence=fence, timeout=timeout)
        with translated(), place.claim(fence):
            place.switch(content)
            self._failpoints.reach("driver-local.order.before")
            if content is not None and content.processes:
                left = max(1.0, until - self._clock.monotonic())
                self._run(place, target, content, timeout=left)
            elif self._keeper(place).maintained:
                self._keeper(place).clear(timeout=max(1.0, until - self._clock.monotonic()))
            else:
                self._keeper(place).end("retire")
            place.release()
            self._failpoints.reach("driver-local.order.after")

    def maintain(
        self, target: PlaceTarget, page: Page | None, *, fence: int, timeout: float
    ) -> None:
        """Have the keeper show a page, or let visitors in; waits until that is so.

        With the page up, what served before has ended, so that nothing changes the place's data. A
        keeper that is lost meanwhile is followed by another one, which is told the same.
        """
        place = self._place(target)
        keeper = self._keeper(place)
        until = self._clock.monotonic() + timeout
        with translated(), place.claim(fence):
            self._failpoints.reach("driver-local.maintain.before")
            status = self._ask_for(keeper, target, page, timeout=timeout)
            self._failpoints.reach("driver-local.maintain.after")
        wanted = page is not None
        while status is not None and not _maintained(status, shown=wanted):
            if self._clock.monotonic() >= until:
                raise StepErroredError("the page isn't up in time" if wanted else "not in time")
            if status.failed and not wanted:
                raise StepFailedError(status.why)
            self._clock.sleep(_POLL)
            found = keeper.status()
            if found is None:
                with translated(), place.claim(fence):
                    # The next one ends what the lost one left, a page that still answers too.
                    keeper.begin()
                    found = self._ask_for(keeper, target, page, timeout=_AGAIN)
            status = found or status
        if status is not None and not wanted and not status.key and place.current() is None:
            keeper.end("retire")

    def _ask_for(
        self, keeper: KeeperClient, target: PlaceTarget, page: Page | None, *, timeout: float
    ) -> KeeperStatus | None:
        """Order the page, or its end; nothing where there is neither a page nor a keeper."""
        if page is not None:
            order = {**page_order(target, page), **self._timing, "settle": _PAGE_SETTLES}
            return keeper.maintain(order, timeout=timeout)
        # After a kill the page may be on its way out already, and still answer.
        return keeper.lift(timeout=timeout) if keeper.maintained else keeper.status()

    def address(self, target: PlaceTarget) -> str:
        """Where the keeper hides what serves; empty when it doesn't."""
        keeper = self._keeper(self._place(target))
        status = keeper.status() if keeper.maintained else None
        return status.address if status else ""

    def rollout(self, target: PlaceTarget, content: Content | None) -> Rollout:
        """How far the keeper is; one that was killed meanwhile is started again."""
        place = self._place(target)
        keeper = self._keeper(place)
        with translated():
            current = place.current()
            wanted = content.digest if content else ""
            if (current.digest if current else "") != wanted:
                return Rollout(RolloutState.FAILED, "the place holds other content")
            if content is None or not content.processes:
                if keeper.holder() is None:
                    return Rollout(RolloutState.DONE)
                hidden = keeper.status() if keeper.maintained else None
                if hidden and not hidden.key and hidden.old_ended:
                    return Rollout(RolloutState.DONE)
                return Rollout(RolloutState.RUNNING, "the old version has not ended")
            status = keeper.status()
            if status is None:
                with place.hold():
                    self._run(place, target, content, timeout=30, resume=True)
                return Rollout(RolloutState.RUNNING, "its keeper was gone")
        return _rollout_of(status, content)

    def cleanup(self, target: PlaceTarget, keep: frozenset[str], *, fence: int) -> None:
        """Drop contents that are neither kept nor current."""
        place = self._place(target)
        with translated(), place.claim(fence):
            place.drop(keep)

    def folder(self, target: PlaceTarget, content: Content) -> Path | None:
        """Where the prepared content's files are; nothing if it isn't prepared.

        The folder of the only component, or the one that all components' folders are in.
        """
        place = self._place(target)
        if not place.prepared(content):
            return None
        folder = place.content(content.digest)
        only = len(content.components) == 1
        return folder / content.components[0].name if only else folder

    def supervise(self, target: PlaceTarget, content: Content) -> str:
        """Have the content run again if its keeper is gone; a living keeper restarts by itself."""
        place = self._place(target)
        if not place.root.is_dir():
            return ""
        with translated(), place.hold():
            keeper = self._keeper(place)
            if keeper.maintained:
                if keeper.holder() is not None:
                    return ""
                keeper.begin()
                return "the keeper of its page was gone"
            current = place.current()
            if current is None or current.digest != content.digest or not content.processes:
                return ""
            status = keeper.status()
            if status and content.digest in (status.key, status.next):
                return ""
            self._run(place, target, content, timeout=30, resume=True)
        return "its keeper was gone" if status is None else "its processes didn't run"

    def stop(self, target: PlaceTarget) -> None:
        """Stop the keeper and all its processes, and wait until they have ended."""
        place = self._place(target)
        with translated():
            _stop(self._keeper(place), timeout=self._stop_after + _MERCY)

    def _place(self, target: PlaceTarget) -> PlaceFolder:
        return place_folder(self._folder, target, self._failpoints)

    def _keeper(self, place: PlaceFolder) -> KeeperClient:
        return KeeperClient(place.keeper, self._clock)

    def _run(
        self,
        place: PlaceFolder,
        target: PlaceTarget,
        content: Content,
        *,
        timeout: float,
        resume: bool = False,
    ) -> None:
        place.home.mkdir(mode=0o700, exist_ok=True)
        order: dict[str, Any] = order_of(place, target, content, programs=self._programs)
        keeper = self._keeper(place)
        keeper.switch({**order, **self._timing, "resume": resume}, timeout=timeout)
        place.release()


def _rollout_of(status: KeeperStatus, content: Content) -> Rollout:
    if status.failed == content.digest:
        return Rollout(RolloutState.FAILED, status.why)
    if status.key != content.digest or status.state in ("starting", "switching"):
        return Rollout(RolloutState.RUNNING, f"{content.version} is coming up")
    if status.state != "running":
        return Rollout(RolloutState.RUNNING, status.exits[-1] if status.exits else status.state)
    if not status.old_ended:
        return Rollout(RolloutState.RUNNING, "the old version has not ended")
    return Rollout(RolloutState.DONE)


def _maintained(status: KeeperStatus, *, shown: bool) -> bool:
    """Whether visitors see the page and nothing else lives; or whether it is gone."""
    return status.page and status.old_ended if shown else not status.maintenance


def stop_all(folder: Path) -> int:
    """Stop every keeper below the folder, with its processes; returns how many places ran."""
    clock = SystemClock()
    keepers = [KeeperClient(each, clock) for each in _keeper_folders(folder)]
    living = [each for each in keepers if each.holder() is not None]
    for each in living:
        try:
            each.end("stop")
        except StepErroredError:
            each.kill()
    for each in living:
        if not each.wait_for_end(timeout=_PATIENCE):
            each.kill()
    orphaned = [each for each in keepers if each not in living and each.kill_orphans()]
    return len(living) + len(orphaned)


def _keeper_folders(folder: Path) -> list[Path]:
    found = []
    for parent, folders, files in os.walk(folder):
        if "place" in files and "keeper" in folders:
            found.append(Path(parent) / "keeper")
        # Contents may hold anything, also what looks like a place.
        folders[:] = sorted(set(folders) - {"contents", "home", "keeper"})
    return found


def _stop(keeper: KeeperClient, *, timeout: float) -> None:
    try:
        keeper.end("stop")
    except StepErroredError:
        keeper.kill()
    if not keeper.wait_for_end(timeout=timeout):
        keeper.kill()
