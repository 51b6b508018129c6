"""Which class of change a path belongs to; each class has its own seats."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from reconciler.folders import is_calendar_file
from reconciler.names import NAME_PATTERN, VERSION_PATTERN

Area = Literal["policies", "people", "customers", "calendars", "freezes", "connections", "releases"]
"""What `guards` of the people file guard."""


class Sort(StrEnum):
    """What a change of a path is, for who may sign it off."""

    PROMOTION = "promotion"
    RELEASE = "release"
    APPROVAL = "approval"
    HALT = "halt"
    """A freeze or a quarantine: on by one person at once, changed and off by the guards."""
    GUARDED = "guarded"
    UNLISTED = "unlisted"
    """Nobody is named who could sign it off: only a new trust root brings it."""


@dataclass(frozen=True, slots=True)
class ChangeClass:
    """The sort, and what of the path says who counts: empty where it doesn't matter.

    ``area`` is what the guards guard here; ``person`` whose word an approval is.
    """

    sort: Sort
    environment: str = ""
    area: Area | Literal[""] = ""
    person: str = ""


_NAME = NAME_PATTERN.removeprefix("^").removesuffix(r"\z")
_VERSION = VERSION_PATTERN.removeprefix("^").removesuffix(r"\z")
_PROMOTION = re.compile(rf"environments/(?P<environment>{_NAME})/(?P<app>{_NAME})\.yaml")
_APP = re.compile(rf"releases/{_NAME}/app\.yaml")
_OF_RELEASE = re.compile(rf"releases/{_NAME}/{_VERSION}/(?P<file>release|quarantine)\.yaml")
_APPROVAL = re.compile(
    rf"releases/{_NAME}/{_VERSION}/approvals/(?P<environment>{_NAME})/(?P<person>{_NAME})\.yaml"
)
_SHARED = re.compile(
    rf"environments/(?P<folder>policies|customers|calendars|freezes)/{_NAME}\.yaml"
)
_TEXT = re.compile(r"environments/texts/[a-z-]{1,63}\.[A-Za-z-]{1,63}\.yaml")
# Folders of other kinds, which the file contract keeps from being names of environments.
_NO_ENVIRONMENTS = frozenset({"policies", "customers", "calendars", "freezes", "texts"})
_AREAS: dict[str, Area] = {
    "policies": "policies",
    "customers": "customers",
    "calendars": "calendars",
}
_SINGLE: dict[str, Area] = {
    "environments/people.yaml": "people",
    "environments/connections.yaml": "connections",
}


def decides_who(path: str) -> bool:
    """Whether a path says who may what: people, environments, policies."""
    found = class_of(path)
    return found.area == "people" or (found.area == "policies" and not _TEXT.fullmatch(path))


@lru_cache(maxsize=1 << 16)
def class_of(path: str) -> ChangeClass:  # noqa: C901, PLR0911 - one literal table of paths
    """The class of a managed path; one that isn't recognised is held, never let through."""
    if path in _SINGLE:
        return ChangeClass(Sort.GUARDED, area=_SINGLE[path])
    if found := _OF_RELEASE.fullmatch(path):
        if found["file"] == "release":
            return ChangeClass(Sort.RELEASE)
        return ChangeClass(Sort.HALT, area="releases")
    if found := _PROMOTION.fullmatch(path):
        environment = found["environment"]
        if found["app"] == "environment" and environment not in _NO_ENVIRONMENTS:
            return ChangeClass(Sort.GUARDED, area="policies")
        if environment not in _NO_ENVIRONMENTS:
            return ChangeClass(Sort.PROMOTION, environment)
    if found := _APPROVAL.fullmatch(path):
        return ChangeClass(Sort.APPROVAL, found["environment"], person=found["person"])
    if _APP.fullmatch(path):
        return ChangeClass(Sort.GUARDED, area="releases")
    if found := _SHARED.fullmatch(path):
        if found["folder"] == "freezes":
            return ChangeClass(Sort.HALT, area="freezes")
        return ChangeClass(Sort.GUARDED, area=_AREAS[found["folder"]])
    if _TEXT.fullmatch(path):
        return ChangeClass(Sort.GUARDED, area="policies")
    if is_calendar_file(path):
        return ChangeClass(Sort.GUARDED, area="calendars")
    return ChangeClass(Sort.UNLISTED)
