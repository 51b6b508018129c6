"""Validated scalar types of the files (L0). Patterns are matched whole (B34, B35, B36)."""

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from reconciler.folders import CALENDAR_FILE_PATTERN

NAME_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}\z"
VERSION_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}\z"
_TAG_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}\z"
_REFERENCE_PATTERN = (
    r"^(initiator|(role|team|person|channel|customer)/[a-z0-9][a-z0-9-]{0,62}"
    r"|mail/[^\s@]{1,64}@[A-Za-z0-9.-]{1,190})\z"
)
_INSTANT_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?([+-][0-9]{2}:[0-9]{2}|Z)\z"
)
_PINNED_PATTERN = r"^[a-z0-9][a-z0-9._:/-]{0,254}@sha256:[0-9a-f]{64}\z"
_DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z"
_TIME_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]\z"
_ZONE_PATTERN = r"^(UTC|[A-Z][A-Za-z_]{1,30}(/[A-Z][A-Za-z0-9_+-]{0,30}){1,2})\z"
_LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\z"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
COMMIT_SHOWN = 12
"""Digits of a commit id as people see it, and as the version of content without a release."""
_MUTABLE = frozenset({"latest", "main", "master", "head", "stable", "dev", "current"})
_DURATION = re.compile(r"(?P<number>[1-9][0-9]{0,5})(?P<unit>[smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST = 366 * 86_400


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Most files need few of the patterns, and compiling all takes longer than reading one.
    return re.compile(pattern.removeprefix("^").removesuffix(r"\z"))


def _whole(pattern: str, said: str) -> AfterValidator:
    def check(value: str) -> str:
        if not _compiled(pattern).fullmatch(value):
            msg = f"expected {said}"
            raise ValueError(msg)
        return value

    return AfterValidator(check)


def is_name(text: str) -> bool:
    """Whether the text is a `Name`."""
    return bool(_compiled(NAME_PATTERN).fullmatch(text))


def is_version(text: str) -> bool:
    """Whether the text is a `Version`: one that never moves."""
    return bool(_compiled(VERSION_PATTERN).fullmatch(text)) and not _moves(text)


def is_language(text: str) -> bool:
    """Whether the text is a `Language`."""
    return bool(_compiled(_LANGUAGE_PATTERN).fullmatch(text))


def _moves(version: str) -> bool:
    """Whether a text that is written as versions are is a word or number that moves.

    A number as long as a short commit id is none: every three-hundredth commit has one.
    """
    number = version.removeprefix("v")
    return version.lower() in _MUTABLE or (number.isdigit() and len(number) < COMMIT_SHOWN)


def _immutable(value: str) -> str:
    if _moves(value):
        raise PydanticCustomError("version_moves", "expected a version that never moves")
    return value


def _one_line(value: str) -> str:
    if _CONTROL.search(value):
        msg = "expected one line of text"
        raise ValueError(msg)
    return value


def seconds_of(duration: str) -> int:
    """Seconds of a duration such as ``30s 5m 24h 7d 2w``; raises `ValueError` for anything else."""
    match = _DURATION.fullmatch(duration)
    if not match:
        msg = "expected a whole number and one of s m h d w, such as 5m"
        raise ValueError(msg)
    seconds = int(match["number"]) * _SECONDS[match["unit"]]
    if seconds > _LONGEST:
        msg = "expected at most 366 days"
        raise ValueError(msg)
    return seconds


def _duration(value: str) -> str:
    seconds_of(value)
    return value


def _instant(value: str) -> str:
    try:
        datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        msg = "expected a moment that exists"
        raise ValueError(msg) from None
    return value


def _date(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        msg = "expected a day that exists"
        raise ValueError(msg) from None
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (LookupError, OSError, ValueError):
        msg = "expected an IANA time zone such as Europe/Madrid"
        raise ValueError(msg) from None
    return value


def _branch(value: str) -> str:
    steps = value.split("/")
    if ".." in value or any(not each or each.endswith((".", ".lock")) for each in steps):
        msg = "expected a branch's name such as main"
        raise ValueError(msg)
    return value


def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, the one way instants are written into records."""
    moment = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def instant_of(text: str) -> datetime:
    """The UTC instant of a record's text."""
    return datetime.fromisoformat(text)


def _schema(pattern: str, *examples: str) -> object:
    return Field(
        json_schema_extra={"pattern": pattern.replace(r"\z", "$")}, examples=list(examples) or None
    )


Name = Annotated[
    str,
    _whole(NAME_PATTERN, "lower-case letters, digits and dashes, 63 at most"),
    _schema(NAME_PATTERN),
]
"""Name of an app, an environment, a person, a test: ``[a-z0-9]``, then ``[a-z0-9-]``."""

Version = Annotated[
    str,
    _whole(VERSION_PATTERN, "a version such as 1.4.0 or 3.2026.47.0"),
    AfterValidator(_immutable),
    _schema(VERSION_PATTERN),
]
"""An immutable version; words that move, such as ``latest`` or ``v1``, are refused (B31)."""

TagName = Annotated[
    str,
    _whole(_TAG_PATTERN, "a tag's name such as v1.4.0"),
    _schema(_TAG_PATTERN),
]
CommitId = Annotated[
    str,
    _whole(r"^[0-9a-f]{40}\z", "40 lower-case hex digits"),
    _schema(r"^[0-9a-f]{40}\z"),
]
Sha256 = Annotated[
    str,
    _whole(r"^[0-9a-f]{64}\z", "64 lower-case hex digits"),
    _schema(r"^[0-9a-f]{64}\z"),
]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_one_line)]
"""One line of text for people."""

PublicKey = Annotated[
    str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_one_line)
]
"""The line of a ``.pub`` file; one of 4096 bits has more than 700 characters."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=65_536)]
Duration = Annotated[
    str, AfterValidator(_duration), _schema(r"^[1-9][0-9]{0,5}[smhdw]\z", "30s", "5m", "2w")
]
Reference = Annotated[
    str,
    _whole(_REFERENCE_PATTERN, "a reference such as role/qa, team/web or person/ana"),
    _schema(_REFERENCE_PATTERN),
]

Instant = Annotated[
    str,
    _whole(_INSTANT_PATTERN, 'an instant with an offset, such as "2026-11-24T22:00:00+03:00"'),
    AfterValidator(_instant),
    _schema(_INSTANT_PATTERN, "2026-11-24T22:00:00+03:00"),
]
"""A moment, always with its offset (B108)."""

Date = Annotated[
    str,
    _whole(_DATE_PATTERN, 'a date such as "2026-11-24"'),
    AfterValidator(_date),
    _schema(_DATE_PATTERN, "2026-11-24"),
]
"""A day in the time zone of the place."""

Time = Annotated[
    str,
    _whole(_TIME_PATTERN, 'a time such as "22:00"'),
    _schema(_TIME_PATTERN, "22:00"),
]
"""A time of day in the time zone of the place."""

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""A day of the week."""

Days = Annotated[tuple[Day, ...], Field(min_length=1, examples=[["mon", "wed"]])]

Zone = Annotated[
    str,
    _whole(_ZONE_PATTERN, "an IANA time zone such as Europe/Madrid"),
    AfterValidator(_zone),
    _schema(_ZONE_PATTERN, "Europe/Madrid"),
]
"""An IANA time zone by area and city; never ``localtime``, which depends on the host (B107)."""

Weeks = Annotated[
    str,
    _whole(r"^[1-9][0-9]?w\z", "whole weeks such as 2w"),
    AfterValidator(_duration),
    _schema(r"^[1-9][0-9]?w\z", "2w"),
]
Percent = Annotated[
    str,
    _whole(r"^([1-9][0-9]?|100)%\z", "a share such as 50%"),
    _schema(r"^([1-9][0-9]?|100)%\z", "100%"),
]
Branch = Annotated[
    str,
    _whole(_TAG_PATTERN, "a branch's name such as main"),
    AfterValidator(_branch),
    _schema(_TAG_PATTERN, "main"),
]
Language = Annotated[
    str,
    _whole(_LANGUAGE_PATTERN, "a language such as es or pt-BR"),
    _schema(_LANGUAGE_PATTERN, "es"),
]
Digest = Annotated[
    str,
    _whole(r"^sha256:[0-9a-f]{64}\z", "sha256: and 64 lower-case hex digits"),
    _schema(r"^sha256:[0-9a-f]{64}\z"),
]
Pinned = Annotated[
    str,
    _whole(_PINNED_PATTERN, "a repository and digest such as registry.example/web@sha256:…"),
    _schema(_PINNED_PATTERN),
]
"""An image or chart by digest; a tag alone may be moved (B32)."""

ReleasePattern = Annotated[
    str,
    _whole(r"^[A-Za-z0-9*][A-Za-z0-9._+*-]{0,62}\z", 'a version with stars, such as "*" or "3.*"'),
    _schema(r"^[A-Za-z0-9*][A-Za-z0-9._+*-]{0,62}\z", "*", "3.*"),
]
Country = Annotated[
    str,
    _whole(r"^[A-Z]{2}\z", "a country's two upper-case letters, such as ES"),
    _schema(r"^[A-Z]{2}\z", "ES"),
]
Region = Annotated[
    str,
    _whole(r"^[A-Z0-9]{1,3}\z", "a region's code without the country, such as CT"),
    _schema(r"^[A-Z0-9]{1,3}\z", "CT"),
]
CalendarFile = Annotated[
    str,
    _whole(CALENDAR_FILE_PATTERN, "a path below calendars/, such as calendars/acme.ics"),
    _schema(CALENDAR_FILE_PATTERN, "calendars/acme.ics"),
]
"""A file of this repository below ``calendars/``: a managed folder, since it decides on starts."""

SecretName = Annotated[
    str,
    _whole(r"^[A-Za-z][A-Za-z0-9_-]{0,62}\z", "the name of a secret in the host's configuration"),
    _schema(r"^[A-Za-z][A-Za-z0-9_-]{0,62}\z", "JIRA_TOKEN"),
]
Command = Annotated[
    tuple[Line, ...], Field(min_length=1, strict=False, examples=[["./bin/migrate", "--fast"]])
]
"""Arguments, never a shell line; ``./`` is inside the release."""
