"""When something is begun by itself, and when starts are allowed."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from reconciler.model.base import Choice
from reconciler.names import Date, Days, Time, Weeks, Zone


class Schedule(Choice):
    """Slots at which something is begun by itself; each fires at most once."""

    NEEDS: ClassVar[Mapping[str, tuple[str, ...]]] = {"every": ("since",), "since": ("every",)}

    days: Days | None = None
    """Days of the week; all if left out."""
    time: Time
    """Time of day."""
    every: Weeks | None = None
    """Only each so many weeks: `2w` is each second one."""
    since: Date | None = None
    """A date in a week that counts; needed with `every`."""
    timezone: Zone | None = None
    """Of `time`; the place's if left out."""


class Window(Choice):
    """When deployments may start, each week; or any moment that a promotion books."""

    ONE_OF: ClassVar[tuple[str, ...]] = ("from", "booked")
    NEEDS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "from": ("until",),
        "until": ("from",),
        "days": ("from",),
        "downtime": ("from",),
    }

    days: Days | None = None
    """Days of the week on which it begins; all if left out."""
    from_: Time | None = Field(default=None, alias="from")
    """Starts are allowed from then on."""
    until: Time | None = None
    """Starts are allowed until then; may be after midnight."""
    downtime: Literal["any", "none"] = "any"
    """`none`: only for releases without downtime."""
    booked: Literal[True] | None = None
    """Any moment that a promotion books with `at`."""
