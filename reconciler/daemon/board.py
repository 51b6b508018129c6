"""What the loop and the workers tell each other: questions, people's answers, newer promotions."""

import threading
from collections.abc import Container, Mapping

from reconciler.model.records import Answer, Inquiry


class Board:
    """Pinned up by deployment. Any thread may read and ask; the deciding one writes answers."""

    def __init__(self) -> None:
        """Nothing is pinned up."""
        self._answers: Mapping[str, tuple[Answer, ...]] = {}
        self._newer: Mapping[str, str] = {}
        self._inquiries: dict[str, Inquiry] = {}
        self._lock = threading.Lock()

    def pin(self, answers: Mapping[str, tuple[Answer, ...]]) -> None:
        """Replace all granted answers that are there."""
        with self._lock:
            self._answers = dict(answers)

    def pin_newer(self, newer: Mapping[str, str]) -> None:
        """Replace what is said of newer promotions."""
        with self._lock:
            self._newer = dict(newer)

    def ask(self, inquiry: Inquiry) -> None:
        """Put up a question; the same one twice is one."""
        with self._lock:
            self._inquiries[inquiry.id] = inquiry

    def unrecorded(self, known: Container[object]) -> list[Inquiry]:
        """The questions that are no records yet, oldest first; those that are come down."""
        with self._lock:
            self._inquiries = {
                each: found for each, found in self._inquiries.items() if each not in known
            }
            return list(self._inquiries.values())

    def of(self, deployment: str) -> tuple[Answer, ...]:
        """What people have answered about this deployment so far."""
        with self._lock:
            return self._answers.get(deployment, ())

    def newer(self, deployment: str) -> str:
        """What is promoted in its place by now instead; empty if nothing is."""
        with self._lock:
            return self._newer.get(deployment, "")
