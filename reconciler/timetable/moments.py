"""Local times as instants, and instants as local days."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@lru_cache(maxsize=1 << 16)
def moment(day: date, at: time, zone: str) -> datetime:
    """The first instant at which the clocks of an IANA zone show this local time, or a later one.

    Source: the package's own rule. Never goes down when the local time goes up.
    """
    there = ZoneInfo(zone)
    local = datetime.combine(day, at)
    found = local.replace(tzinfo=there, fold=0).astimezone(UTC)
    if found.astimezone(there).replace(tzinfo=None) == local:
        return found
    # Skipped: with fold 1 the offset after the change is taken off, which leads before the change.
    before = local.replace(tzinfo=there, fold=1).astimezone(UTC)
    while found - before > _SECOND:
        middle = before + (found - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(there).replace(tzinfo=None) < local:
            before = middle
        else:
            found = middle
    return found


def start_of(day: date, zone: str) -> datetime:
    """The first instant of a local day; the one of the next day for a day that a zone left out."""
    return moment(day, time(), zone)


def day_at(instant: datetime, zone: str) -> date:
    """The local day that an instant belongs to: the newest one that has begun.

    It is what the clocks show, unless they were put back over midnight: a day doesn't begin twice.
    """
    day = instant.astimezone(ZoneInfo(zone)).date()
    return day + _DAY if start_of(day + _DAY, zone) <= instant else day


def local_text(instant: datetime, zone: str) -> str:
    """An instant for people: ``Tue 2026-11-24 22:00 +03:00``; seconds only where there are some."""
    there = instant.astimezone(ZoneInfo(zone))
    seconds = f":{there.second:02d}" if there.second else ""
    offset = there.isoformat()[-6:] if there.utcoffset() else "UTC"
    day = f"{_NAMES[there.weekday()]} {there.date().isoformat()}"
    return f"{day} {there.hour:02d}:{there.minute:02d}{seconds} {offset}"
