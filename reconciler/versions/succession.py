"""Which version comes next."""

import re
from collections.abc import Iterable
from datetime import date
from enum import IntEnum

from reconciler.errors import UsageError
from reconciler.model.app import Versions
from reconciler.versions.ordering import rank
from reconciler.versions.pattern import Pattern, Reading

_NAMED = "name one with --version"
_NUMBER = re.compile("[0-9]+")


class Step(IntEnum):
    """How far a semantic version goes on."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2


def next_version(versions: Versions, existing: Iterable[str], *, day: date, step: Step) -> str:
    """The version after all that exist.

    A semantic version goes on by ``step``; below 1.0.0 a major step is a minor one. A calendar
    version has the period of ``day``, or of the newest one if that lies ahead, and the next counter
    there (M6, M19). Raises `UsageError` when nothing can come next by itself.
    """
    match versions.scheme:
        case "semver":
            return _after(versions, list(existing), step)
        case "calver":
            return _dated(versions, existing, day)
        case "opaque":
            raise UsageError("versions of scheme opaque don't follow one another", hint=_NAMED)


def next_hotfix(versions: Versions, existing: Iterable[str], *, of: str) -> str:
    """The first version after ``of`` on its own line (T10): the next patch, or the next counter.

    The line of a semantic version is its minor version, that of a calendar one its period. Raises
    `UsageError` when it has none.
    """
    match versions.scheme:
        case "semver":
            major, minor, _ = _numbers(of)
            every = [_numbers(each) for each in (*existing, of)]
            patch = max(each[2] for each in every if each[:2] == (major, minor))
            return f"{major}.{minor}.{patch + 1}"
        case "calver":
            pattern = _pattern(versions)
            line = pattern.read(of)
            if line is None:
                raise UsageError(f"{of} isn't written as {versions.pattern}", hint=_NAMED)
            return _counted(versions, pattern, (*existing, of), line.period)
        case "opaque":
            raise UsageError("versions of scheme opaque don't follow one another", hint=_NAMED)


def _after(versions: Versions, existing: list[str], step: Step) -> str:
    if not existing:
        return f"{versions.first}.{1 - versions.first}.0"
    newest = max(existing, key=lambda each: rank(versions, each))
    major, minor, patch = _numbers(newest)
    core, dash, _ = newest.partition("+")[0].partition("-")
    early = bool(dash) and core.count(".") <= 2
    if step is Step.MAJOR and major == 0:
        step = Step.MINOR
    match step:
        case Step.MAJOR:
            # A pre-release of that very version leads to it.
            ready = early and minor == patch == 0
            return f"{major if ready else major + 1}.0.0"
        case Step.MINOR:
            ready = early and patch == 0
            return f"{major}.{minor if ready else minor + 1}.0"
        case Step.PATCH:
            return f"{major}.{minor}.{patch if early else patch + 1}"


def _numbers(version: str) -> tuple[int, int, int]:
    """The first three numbers before any pre-release; 0 for one that isn't there."""
    core = version.partition("+")[0].partition("-")[0]
    found = [*(int(each) for each in _NUMBER.findall(core)), 0, 0, 0]
    return found[0], found[1], found[2]


def _dated(versions: Versions, existing: Iterable[str], day: date) -> str:
    pattern, known = _pattern(versions), list(existing)
    found = [reading for each in known if (reading := pattern.read_loosely(each))]
    period = max([pattern.period_of(day), *(each.period for each in found)])
    return _counted(versions, pattern, known, period)


def _counted(
    versions: Versions, pattern: Pattern, existing: Iterable[str], period: tuple[int, ...]
) -> str:
    found = (reading for each in existing if (reading := pattern.read_loosely(each)))
    counters = [each.counter for each in found if each.period == period]
    if counters and not pattern.counts:
        raise UsageError(
            f"{pattern.write(Reading(period, 0))} is there already, and the pattern has no counter",
            hint="add N to versions.pattern, or name a version with --version",
        )
    counter = max(counters) + 1 if counters else versions.first
    return pattern.write(Reading(period, counter))


def _pattern(versions: Versions) -> Pattern:
    if versions.pattern is None:
        raise UsageError("the app's versions have no pattern", hint=_NAMED)
    try:
        return Pattern.of(versions.pattern)
    except ValueError as error:
        raise UsageError(f"versions.pattern: {error}", hint="tagboat validate") from error
