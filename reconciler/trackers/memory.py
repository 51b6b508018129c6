"""A tracker that is nothing but memory, to try things and for tests."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field

from reconciler.errors import UnreachableError


@dataclass(slots=True)
class MemoryTracker:
    """``columns``: ticket → the column that it stands in. ``away`` is why it doesn't answer."""

    columns: MutableMapping[str, str] = field(default_factory=dict)
    away: str = ""

    def column_of(self, ticket: str) -> str | None:
        """The column that a ticket stands in."""
        self.check()
        return self.columns.get(ticket)

    def check(self) -> None:
        """Raise if it is away."""
        if self.away:
            raise UnreachableError(self.away)
