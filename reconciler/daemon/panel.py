"""What the daemon shows of itself: put up by the loop and the workers, read by the HTTP side."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from reconciler.deployer.fold import Deployment
from reconciler.deployer.progress import progress
from reconciler.manifest.secrets import redacted
from reconciler.ports import Clock


@dataclass(frozen=True, slots=True)
class Looked:
    """One completed turn of the loop."""

    places: Mapping[str, Mapping[str, str]]
    """Place → its verdict, what it wants, what it runs, and the sentence."""
    trouble: str = ""
    """Why nothing could be decided; empty if it could."""
    alarms: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    """What a remote doesn't take, and is tried again: flags that stop no start."""
    sequence: int = 0
    """Of the history's last record that is known."""
    requests: int = 0
    """Requests that wait on the remote."""
    ended: tuple[Mapping[str, str], ...] = ()
    """The last deployments of all places that have ended, newest first."""


class Panel:
    """The last completed turn, and how far each deployment is. Any thread may read and write."""

    def __init__(self, clock: Clock) -> None:
        """Nothing is known yet."""
        self._clock = clock
        self._lock = threading.Lock()
        self._begun = clock.monotonic()
        self._looked: Looked | None = None
        self._at = self._begun
        self._under_way: dict[str, dict[str, Any]] = {}
        self._ended: dict[str, int] = {}

    def completed(self, looked: Looked) -> None:
        """Take note of a completed turn."""
        with self._lock:
            self._looked, self._at = looked, self._clock.monotonic()

    def __call__(self, deployment: Deployment, event: Mapping[str, Any]) -> None:
        """Take note of an event of a deployment."""
        del event
        claim = deployment.claim
        shown = {
            "deployment": claim.deployment,
            "place": f"{claim.environment}/{claim.app}",
            "version": deployment.assignment.content.version,
            "phase": deployment.phase.value,
            "started": claim.at,
            "estimate": claim.estimate,
            "steps": [
                {**asdict(each), "detail": redacted(each.detail)} for each in progress(deployment)
            ],
        }
        with self._lock:
            if deployment.end is None:
                self._under_way[claim.deployment] = shown
                return
            self._under_way.pop(claim.deployment, None)
            outcome = deployment.end.outcome.value
            self._ended[outcome] = self._ended.get(outcome, 0) + 1

    def output(self, deployment: str, step: str, text: str) -> None:
        """What programs say isn't shown here; the log has it."""

    @property
    def age(self) -> float:
        """Seconds since the last completed turn, or since the start before there was one."""
        with self._lock:
            return self._clock.monotonic() - self._at

    @property
    def looked(self) -> Looked | None:
        """The last completed turn; nothing before the first."""
        with self._lock:
            return self._looked

    @property
    def under_way(self) -> list[dict[str, Any]]:
        """Each deployment under way with its steps: done, running, to come."""
        with self._lock:
            return [each for _, each in sorted(self._under_way.items())]

    @property
    def ended(self) -> dict[str, int]:
        """Outcome → how many deployments of this process ended so."""
        with self._lock:
            return dict(self._ended)
