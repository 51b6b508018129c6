"""The answers of people that deployments wait for: pinned up by the loop, read by workers."""

import threading
from collections.abc import Mapping

from reconciler.model.records import Answer


class Board:
    """Deployment → granted answers. Any thread may read; the deciding one writes."""

    def __init__(self) -> None:
        """Nothing is pinned up."""
        self._answers: Mapping[str, tuple[Answer, ...]] = {}
        self._lock = threading.Lock()

    def pin(self, answers: Mapping[str, tuple[Answer, ...]]) -> None:
        """Replace all that is there."""
        with self._lock:
            self._answers = dict(answers)

    def of(self, deployment: str) -> tuple[Answer, ...]:
        """What people have answered about this deployment so far."""
        with self._lock:
            return self._answers.get(deployment, ())
