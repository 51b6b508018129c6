"""Instants that people give on the command line."""

from datetime import UTC, datetime

from reconciler.errors import UsageError
from reconciler.visibility import visible

_FIRST, _LAST = 2000, 2999


def instant(option: str, text: str) -> datetime:
    """An instant with its offset, in UTC. Raises `UsageError` for one that no calendar reaches."""
    try:
        local = datetime.fromisoformat(text)
        found = local.astimezone(UTC) if local.tzinfo else None
    except (ValueError, OverflowError):
        found = None
    if found is None or not _FIRST <= found.year <= _LAST:
        raise UsageError(
            f"{option} {visible(text)} is no instant from {_FIRST} to {_LAST}",
            hint="write it with its offset: 2026-11-24T22:00:00+03:00",
        )
    return found
