"""Instants and durations that people give on the command line."""

from datetime import UTC, datetime, timedelta

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


def duration(option: str, text: str) -> timedelta:
    """How long something lasts. Raises `UsageError` for what is no duration."""
    from reconciler.names import seconds_of

    try:
        return timedelta(seconds=seconds_of(text))
    except ValueError as error:
        nothing = text[:1] == "0" and text[:-1].strip("0") == ""
        said = "expected more than nothing" if nothing else error
        raise UsageError(
            f"{option} {visible(text)}: {said}", hint="write it as 30m, 2h or 1d"
        ) from None
