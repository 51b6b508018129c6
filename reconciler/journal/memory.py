"""A journal in memory: for trying things out, and for tests that aren't about files."""

from collections.abc import Mapping
from typing import Any


class MemoryJournal:
    """The journal of one deployment, as long as this object lives."""

    def __init__(self) -> None:
        """Begin empty."""
        self._events: list[dict[str, Any]] = []

    def append(self, event: Mapping[str, Any]) -> None:
        """Write one event."""
        self._events.append(dict(event))

    def events(self) -> list[dict[str, Any]]:
        """All events in order."""
        return list(self._events)

    def remove(self) -> None:
        """Forget everything."""
        self._events.clear()
