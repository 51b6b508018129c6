"""The order of versions.

``semver`` is ordered as semver.org says, build metadata aside; what isn't written by its letter is
read as well as it goes. ``calver`` with a pattern is ordered by date and counter, below which stand
versions of another pattern. Those of ``opaque`` have an order only so that lists have one.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from reconciler.model.app import Versions
from reconciler.versions.pattern import Pattern

Part = tuple[int, int, str]
Rank = tuple[int, tuple[Part, ...]]
"""Compared as it is; versions of one rank are one version in two spellings."""

_PART = re.compile(r"[0-9]+|[a-z]+")
_EARLY: Part = (-1, 0, "")
_END: Part = (0, 0, "")


def rank(versions: Versions, version: str) -> Rank:
    """Where a version stands among those of its app."""
    if versions.scheme == "calver" and versions.pattern is not None:
        pattern = _pattern(versions.pattern)
        found = pattern and pattern.read_loosely(_plain(version))
        if found:
            return (1, tuple((3, each, "") for each in (*found.period, found.counter)))
    return (0, _natural(version))


def newest_first(versions: Versions, found: Iterable[str]) -> list[str]:
    """The versions in order; those of one rank by their letters."""
    return sorted(found, key=lambda each: (rank(versions, each), each), reverse=True)


@lru_cache(maxsize=256)
def _pattern(text: str) -> Pattern | None:
    try:
        return Pattern.of(text)
    except ValueError:
        return None


def _plain(version: str) -> str:
    return version.casefold().partition("+")[0]


def _natural(version: str) -> tuple[Part, ...]:
    """Semver's order: numbers as numbers, and a pre-release before what it leads to."""
    core, dash, early = _plain(version).removeprefix("v").partition("-")
    parts = tuple(_core(each) for each in _PART.findall(core))
    if not dash:
        return (*parts, _END)
    return (*parts, _EARLY, *(_identifier(each) for each in early.split(".")), _END)


def _core(part: str) -> Part:
    return (3, int(part), "") if part.isdigit() else (1, 0, part)


def _identifier(part: str) -> Part:
    return (1, int(part), "") if part.isdigit() else (2, 0, part)
