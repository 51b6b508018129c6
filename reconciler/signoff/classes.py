"""Which class of change a path belongs to; each class has its own seats."""

import re
from dataclasses import dataclass
from enum import StrEnum

from reconciler.names import NAME_PATTERN, VERSION_PATTERN

_NAME = NAME_PATTERN.removeprefix("^").removesuffix(r"\z")
_VERSION = VERSION_PATTERN.removeprefix("^").removesuffix(r"\z")
_PROMOTION = re.compile(rf"environments/(?P<environment>{_NAME})/(?P<app>{_NAME})\.yaml")
_RELEASE = re.compile(rf"releases/(?P<app>{_NAME})/(?P<version>{_VERSION})/release\.yaml")
# Folders of other kinds, which the file contract keeps from being names of environments.
_NO_ENVIRONMENTS = frozenset({"policies", "customers", "calendars", "freezes", "texts"})


class Sort(StrEnum):
    """What a change of a path is, for who may sign it off."""

    PROMOTION = "promotion"
    RELEASE = "release"
    HELD = "held"
    """Apps, environments, people and whatever else is managed: only a new trust root brings it."""


@dataclass(frozen=True, slots=True)
class ChangeClass:
    """The sort, and the environment whose permission counts (empty unless a promotion)."""

    sort: Sort
    environment: str = ""


def class_of(path: str) -> ChangeClass:
    """The class of a managed path; one that isn't recognised is held, never let through."""
    if promotion := _PROMOTION.fullmatch(path):
        environment, app = promotion["environment"], promotion["app"]
        if app != "environment" and environment not in _NO_ENVIRONMENTS:
            return ChangeClass(Sort.PROMOTION, environment)
    elif _RELEASE.fullmatch(path):
        return ChangeClass(Sort.RELEASE)
    return ChangeClass(Sort.HELD)
