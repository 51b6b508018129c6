"""Which paths of a repository are managed: they decide, so they are judged (L0)."""

import re

FOLDERS = ("calendars", "environments", "releases")
"""Where managed files are. Of ``calendars/`` only the calendar files are."""

CALENDAR_FILE_PATTERN = r"^calendars(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}){1,7}\.ics\z"
_CALENDAR_FILE = re.compile(CALENDAR_FILE_PATTERN.removeprefix("^").removesuffix(r"\z"))


def managed(path: str) -> bool:
    """Whether a path decides something; others are never read and never judged."""
    return path.partition("/")[0] in {"environments", "releases"} or is_calendar_file(path)


def is_calendar_file(path: str) -> bool:
    """Whether a path is one that ``ics`` of a calendar may name."""
    return path.startswith("calendars/") and _CALENDAR_FILE.fullmatch(path) is not None
