"""The driver ``memory``: places that are nothing but memory, to try things and for tests."""

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.errors import StaleFenceError, StepFailedError
from reconciler.model.content import Content, PlaceTarget
from reconciler.model.deployment import Page, Work
from reconciler.model.observation import Observation, Presence, Rollout, RolloutState
from reconciler.ports import Artifacts


@dataclass(slots=True)
class MemoryPlace:
    """What one place holds."""

    prepared: dict[str, Content] = field(default_factory=dict)
    current: Content | None = None
    fence: int = 0
    running: bool = False
    altered: str = ""
    """What somebody has changed in it by hand, in words."""
    page: Page | None = None
    up: dict[str, str] = field(default_factory=dict)
    """Component → its version, in the order in which they came up."""


@dataclass(slots=True)
class MemoryPlaces:
    """All places; given to several drivers, they are daemons of one world."""

    places: dict[tuple[str, str], MemoryPlace] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def of(self, target: PlaceTarget) -> MemoryPlace:
        """The place of this target; empty the first time."""
        return self.places.setdefault((target.environment, target.app), MemoryPlace())


class MemoryDriver:
    """A driver without a world. Safe to use from several threads."""

    def __init__(
        self,
        artifacts: Artifacts | None = None,
        *,
        places: MemoryPlaces | None = None,
        failing: Mapping[str, Work] | None = None,
    ) -> None:
        """``failing`` names versions that fail, and in which of prepare, apply and rollout.

        ``<component> <version>`` is one component of a version, which fails in apply.

        With ``artifacts`` content is really fetched and checked, and then thrown away.
        """
        self._artifacts = artifacts
        self._world = places or MemoryPlaces()
        self._failing = dict(failing or {})

    def observe(self, target: PlaceTarget) -> Observation:
        """What is there now."""
        with self._world.lock:
            place = self._world.of(target)
            if place.current is None:
                shown = place.page is not None
                return Observation(Presence.ABSENT, fence=place.fence, page=shown)
            stopped = bool(place.current.processes) and not place.running
            return Observation(
                Presence.STOPPED if stopped else Presence.RUNNING,
                digest=place.current.digest,
                version=place.current.version,
                fence=place.fence,
                altered=place.altered,
                page=place.page is not None,
            )

    def prepare(self, target: PlaceTarget, content: Content, *, fence: int, timeout: float) -> None:
        """Fetch and check the content, if there is a source."""
        self._obey(target, fence)
        self._fail(content, Work.PREPARE)
        if self._artifacts is not None:
            for each in content.components:
                with tempfile.TemporaryDirectory() as folder:
                    self._artifacts.fetch(content, each, Path(folder), timeout=timeout)
        with self._world.lock:
            self._world.of(target).prepared[content.digest] = content

    def apply(
        self, target: PlaceTarget, content: Content | None, *, fence: int, timeout: float
    ) -> None:
        """Switch; content that isn't there yet is prepared first."""
        self._obey(target, fence)
        if content is not None:
            with self._world.lock:
                ready = content.digest in self._world.of(target).prepared
            if not ready:
                self.prepare(target, content, fence=fence, timeout=timeout)
            self._fail(content, Work.APPLY)
        with self._world.lock:
            self._obey(target, fence)
            place = self._world.of(target)
            place.current = content
            place.running = content is not None
            place.altered = ""
            self._bring(place, content)

    def _bring(self, place: MemoryPlace, content: Content | None) -> None:
        """One component after the other; before that, those that change go in the reverse order."""
        wanted = {each.name: each.version for each in content.components} if content else {}
        for name in reversed(list(place.up)):
            if wanted.get(name) != place.up[name]:
                del place.up[name]
        for name, version in wanted.items():
            if self._failing.get(f"{name} {version}") is Work.APPLY:
                raise StepFailedError(f"{name} {version} fails, as it was told to")
            place.up.setdefault(name, version)

    def maintain(
        self, target: PlaceTarget, page: Page | None, *, fence: int, timeout: float
    ) -> None:
        """Keep the page, or none, with the place."""
        del timeout
        with self._world.lock:
            self._obey(target, fence)
            self._world.of(target).page = page

    def address(self, target: PlaceTarget) -> str:
        """Nowhere: there is nothing to ask."""
        del target
        return ""

    def rollout(self, target: PlaceTarget, content: Content | None) -> Rollout:
        """Done at once, unless the version is one that fails."""
        if content is not None and self._failing.get(content.version) is Work.ROLLOUT:
            return Rollout(RolloutState.FAILED, f"{content.version} doesn't come up")
        with self._world.lock:
            current = self._world.of(target).current
        wanted = content.digest if content else ""
        if (current.digest if current else "") != wanted:
            return Rollout(RolloutState.FAILED, "the place holds other content")
        return Rollout(RolloutState.DONE)

    def cleanup(self, target: PlaceTarget, keep: frozenset[str], *, fence: int) -> None:
        """Forget prepared contents that are neither kept nor current."""
        self._obey(target, fence)
        with self._world.lock:
            place = self._world.of(target)
            kept = keep | ({place.current.digest} if place.current else frozenset())
            place.prepared = {key: each for key, each in place.prepared.items() if key in kept}

    def folder(self, target: PlaceTarget, content: Content) -> Path | None:
        """Nothing: there are no files."""
        del target, content
        return None

    def supervise(self, target: PlaceTarget, content: Content) -> str:
        """Start what `stop` has stopped."""
        with self._world.lock:
            place = self._world.of(target)
            same = place.current is not None and place.current.digest == content.digest
            if not same or place.running or not content.processes:
                return ""
            place.running = True
            return "its processes didn't run"

    def stop(self, target: PlaceTarget) -> None:
        """The content stays, and doesn't run."""
        with self._world.lock:
            self._world.of(target).running = False

    def prepared(self, target: PlaceTarget) -> frozenset[str]:
        """Digests of the contents that are ready."""
        with self._world.lock:
            return frozenset(self._world.of(target).prepared)

    def _obey(self, target: PlaceTarget, fence: int) -> None:
        with self._world.lock:
            place = self._world.of(target)
            if fence < place.fence:
                raise StaleFenceError(
                    f"{target.environment}/{target.app} has obeyed claim {place.fence},"
                    f" this one is {fence}",
                    hint="another reconciler has taken the place over; look at its history",
                )
            place.fence = fence

    def _fail(self, content: Content, work: Work) -> None:
        if self._failing.get(content.version) is work:
            raise StepFailedError(f"{content.version} fails in {work.value}, as it was told to")
