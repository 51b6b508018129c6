"""Patterns of calendar versions: tokens of calver.org, and ``N`` or ``0N`` for the counter.

The tokens are ``YYYY YY 0Y MM 0M WW 0W DD 0D``; short years count from 2000. With a week, the year
is the ISO week's (M19): 2027-01-01 is in the week 2026-53.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from reconciler.names import VERSION_PATTERN

_TOKEN = re.compile("YYYY|YY|0Y|MM|0M|WW|0W|DD|0D|0N|N")
_LITERAL = re.compile("[0-9a-z._-]+")
_VERSION = re.compile(VERSION_PATTERN.removeprefix("^").removesuffix(r"\z"))
_CENTURY = 2000

_WRITTEN = {
    "YYYY": "[1-9][0-9]{3}",
    "YY": "0|[1-9][0-9]{0,2}",
    "0Y": "0[0-9]|[1-9][0-9]{1,2}",
    "MM": "[1-9]|1[0-2]",
    "0M": "0[1-9]|1[0-2]",
    "WW": "[1-9]|[1-4][0-9]|5[0-3]",
    "0W": "0[1-9]|[1-4][0-9]|5[0-3]",
    "DD": "[1-9]|[12][0-9]|3[01]",
    "0D": "0[1-9]|[12][0-9]|3[01]",
    "N": "0|[1-9][0-9]{0,8}",
    "0N": "0[0-9]|[1-9][0-9]{1,8}",
}
_LOOSE = {each: "[1-9][0-9]{3}" if each == "YYYY" else "[0-9]{1,9}" for each in _WRITTEN}
_FIXED = frozenset({"YYYY", "0M", "0W", "0D"})
"""Tokens that are always equally long, so that a number may stand right behind them."""
_DATES = ({"Y"}, {"Y", "M"}, {"Y", "M", "D"}, {"Y", "W"})
"""What a date may consist of, so that a later one never has smaller numbers."""
_SENSES = "YMWDN"
"""What a token speaks of, the most significant first."""


@dataclass(frozen=True, slots=True, order=True)
class Reading:
    """What a version says: its period, such as a year and a week, and its counter there."""

    period: tuple[int, ...]
    counter: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """How calendar versions are written."""

    pieces: tuple[str, ...]
    """Tokens, and texts that stand for themselves."""

    @classmethod
    def of(cls, text: str) -> Self:
        """The pattern; raises `ValueError` that says why it is none."""
        pattern = cls(tuple(_pieces(text)))
        pattern.check()
        return pattern

    @property
    def counts(self) -> bool:
        """Whether it has a counter, so that one period can have several versions."""
        return "N" in self.senses

    @property
    def senses(self) -> str:
        """What its tokens speak of, as letters: year, month, week, day and number."""
        found = {each[-1] for each in self.pieces if each in _WRITTEN}
        return "".join(each for each in _SENSES if each in found)

    def period_of(self, day: date) -> tuple[int, ...]:
        """The period that a day is in; as long as the pattern has tokens of a date."""
        year, week, _ = day.isocalendar()
        by_week = "W" in self.senses
        known = {"Y": year if by_week else day.year, "M": day.month, "W": week, "D": day.day}
        return tuple(known[each] for each in self.senses if each != "N")

    def write(self, reading: Reading) -> str:
        """The version; raises `ValueError` for a short year before 2000."""
        values = dict(zip(self.senses, (*reading.period, reading.counter), strict=False))
        return "".join(_write(each, values) for each in self.pieces)

    def read(self, version: str) -> Reading | None:
        """What a version says that is written exactly so, of a date that exists; else nothing."""
        return self._read(version, _WRITTEN)

    def read_loosely(self, version: str) -> Reading | None:
        """The same, also with more or fewer zeros in front of the numbers."""
        apart = not any(self._touches(index) for index in range(len(self.pieces)))
        return self._read(version, _LOOSE if apart else _WRITTEN)

    def check(self) -> None:
        """Raise `ValueError` when versions couldn't be read back, or wouldn't grow with time."""
        senses = [each[-1] for each in self.pieces if each in _WRITTEN]
        if len(set(senses)) < len(senses):
            msg = "expected each sort of token once"
            raise ValueError(msg)
        if {each for each in senses if each != "N"} not in _DATES:
            msg = "expected a year, and besides it a month, a month and a day, or a week"
            raise ValueError(msg)
        for index, each in enumerate(self.pieces):
            if each not in _FIXED and self._touches(index):
                msg = f"expected something between {each} and what follows, such as a dot"
                raise ValueError(msg)
        example = self.write(Reading(self.period_of(date(2026, 11, 24)), 1))
        if not _VERSION.fullmatch(example) or example.removeprefix("v").isdigit():
            msg = f"{example} would be no version"
            raise ValueError(msg)

    def _touches(self, index: int) -> bool:
        """Whether a number is followed by another digit at once."""
        after = self.pieces[index + 1 : index + 2]
        return self.pieces[index] in _WRITTEN and any(
            each in _WRITTEN or each[0].isdigit() for each in after
        )

    def _read(self, version: str, forms: Mapping[str, str]) -> Reading | None:
        parts = (
            f"(?P<{each[-1]}>{forms[each]})" if each in _WRITTEN else re.escape(each)
            for each in self.pieces
        )
        match = re.fullmatch("".join(parts), version)
        if match is None:
            return None
        values = {sense: int(text) for sense, text in match.groupdict().items()}
        if "YYYY" not in self.pieces:
            values["Y"] += _CENTURY
        if not _exists(values):
            return None
        period = tuple(values[each] for each in self.senses if each != "N")
        return Reading(period, values.get("N", 0))


def _pieces(text: str) -> Iterator[str]:
    position = 0
    while position < len(text):
        found = _TOKEN.search(text, position)
        begin = found.start() if found else len(text)
        plain = text[position:begin]
        if plain and not _LITERAL.fullmatch(plain):
            msg = f"{plain} is neither a token of calver.org nor N nor plain text"
            raise ValueError(msg)
        if plain:
            yield plain
        if found:
            yield found[0]
        position = found.end() if found else begin


def _write(piece: str, values: Mapping[str, int]) -> str:
    if piece not in _WRITTEN:
        return piece
    value = values[piece[-1]]
    if piece in {"YY", "0Y"}:
        value -= _CENTURY
        if value < 0:
            msg = f"{value + _CENTURY} has no short year"
            raise ValueError(msg)
    return f"{value:02d}" if piece.startswith("0") else str(value)


def _exists(values: Mapping[str, int]) -> bool:
    year = values["Y"]
    try:
        if "W" in values:
            date.fromisocalendar(year, values["W"], 1)
        else:
            date(year, values.get("M", 1), values.get("D", 1))
    except ValueError:
        return False
    return True
