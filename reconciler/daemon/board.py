"""What the loop tells the workers of their deployments: people's answers, and newer promotions."""

import threading
from collections.abc import Mapping

from reconciler.model.records import Answer


class Board:
    """Pinned up by deployment. Any thread may read; the deciding one writes."""

    def __init__(self) -> None:
        """Nothing is pinned up."""
        self._answers: Mapping[str, tuple[Answer, ...]] = {}
        self._newer: Mapping[str, str] = {}
        self._lock = threading.Lock()

    def pin(self, answers: Mapping[str, tuple[Answer, ...]]) -> None:
        """Replace all granted answers that are there."""
        with self._lock:
            self._answers = dict(answers)

    def pin_newer(self, newer: Mapping[str, str]) -> None:
        """Replace what is said of newer promotions."""
        with self._lock:
            self._newer = dict(newer)

    def of(self, deployment: str) -> tuple[Answer, ...]:
        """What people have answered about this deployment so far."""
        with self._lock:
            return self._answers.get(deployment, ())

    def newer(self, deployment: str) -> str:
        """What is promoted in its place by now instead; empty if nothing is."""
        with self._lock:
            return self._newer.get(deployment, "")
