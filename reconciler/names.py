"""Validated scalar types of the files (L0). Patterns are matched whole (B34, B35, B36)."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

NAME_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}\z"
VERSION_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}\z"
_TAG_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}\z"
_REFERENCE_PATTERN = (
    r"^(initiator|(role|team|person|channel|customer)/[a-z0-9][a-z0-9-]{0,62}"
    r"|mail/[^\s@]{1,64}@[A-Za-z0-9.-]{1,190})\z"
)
_MUTABLE = frozenset({"latest", "main", "master", "head", "stable", "dev", "current"})
_DURATION = re.compile(r"(?P<number>[1-9][0-9]{0,5})(?P<unit>[smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST = 366 * 86_400


def _whole(pattern: str, said: str) -> AfterValidator:
    compiled = re.compile(pattern.removeprefix("^").removesuffix(r"\z"))

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            msg = f"expected {said}"
            raise ValueError(msg)
        return value

    return AfterValidator(check)


def _immutable(value: str) -> str:
    if value.lower() in _MUTABLE or re.fullmatch(r"v?[0-9]+", value):
        raise PydanticCustomError("version_moves", "expected a version that never moves")
    return value


def _one_line(value: str) -> str:
    if any(ord(each) < 0x20 or 0x7F <= ord(each) < 0xA0 for each in value):
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


def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, the one way instants are written into records."""
    moment = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def instant_of(text: str) -> datetime:
    """The UTC instant of a record's text."""
    return datetime.fromisoformat(text)


def _schema(pattern: str) -> object:
    return Field(json_schema_extra={"pattern": pattern.replace(r"\z", "$")})


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
Duration = Annotated[str, AfterValidator(_duration), _schema(r"^[1-9][0-9]{0,5}[smhdw]\z")]
Reference = Annotated[
    str,
    _whole(_REFERENCE_PATTERN, "a reference such as role/qa, team/web or person/ana"),
    _schema(_REFERENCE_PATTERN),
]
