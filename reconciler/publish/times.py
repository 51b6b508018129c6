"""Instants and spans as people read them. All instants are shown in UTC."""

from datetime import UTC, datetime

from reconciler.names import instant_of
from reconciler.publish.escaping import attribute, markdown


def moment(text: str) -> datetime | None:
    """The instant of a record, or nothing for an empty or odd text."""
    try:
        found = instant_of(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def stamp(instant: datetime) -> str:
    """``2026-11-20 14:03``, in UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def clock(instant: datetime) -> str:
    """``14:03:07``, in UTC."""
    return instant.astimezone(UTC).strftime("%H:%M:%S")


def ago(instant: datetime, now: datetime) -> str:
    """``3 h ago``: the largest unit that fits; what lies ahead is ``just now``."""
    seconds = int((now - instant).total_seconds())
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60} min ago"
    if seconds < 86_400:
        return f"{seconds // 3600} h ago"
    return f"{seconds // 86_400} d ago"


def when(text: str, now: datetime) -> str:
    """An instant of a record as HTML: how long ago, and when exactly."""
    instant = moment(text)
    if instant is None:
        return markdown(text)
    exact = stamp(instant)
    return (
        f'<time datetime="{attribute(instant.isoformat())}" title="{exact} UTC">'
        f"{ago(instant, now)}</time> · {exact}"
    )


def span(seconds: float) -> str:
    """``0.4s``, ``12s``, ``4m12s`` or ``2h05m``."""
    if seconds < 0:
        return "0s"
    if seconds < 10:
        return f"{seconds:.1f}s".replace(".0s", "s")
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


def between(started: str, ended: str) -> float | None:
    """Seconds from one instant of a record to another, if both are there."""
    first, last = moment(started), moment(ended)
    if first is None or last is None:
        return None
    return max(0.0, (last - first).total_seconds())
