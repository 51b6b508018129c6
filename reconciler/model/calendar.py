"""Calendar: days on which nothing starts."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from reconciler.model.base import Choice, Manifest, Model
from reconciler.names import CalendarFile, Country, Date, Day, Line, Name, Region


class Holidays(Choice):
    """The public holidays of a country or one of its regions."""

    NEEDS: ClassVar[Mapping[str, tuple[str, ...]]] = {"region": ("country",)}

    country: Country
    """ISO 3166 code."""
    region: Region | None = None
    """Code of the region, without the country's."""


class Vacation(Model):
    """A stretch of days, both ends included."""

    title: Line
    """What it is."""
    from_: Date = Field(alias="from")
    """The first day."""
    until: Date
    """The last day."""


class Calendar(Manifest):
    """Days on which nothing starts."""

    kind: Literal["Calendar"]
    name: Name
    """The calendar, as in the path."""
    title: Line | None = None
    """How people call it; the name if left out."""
    extends: Name | None = None
    """A calendar whose days count too."""
    holidays: Holidays | None = None
    """Public holidays."""
    weekend: tuple[Day, ...] = Field(default=(), strict=False, examples=[["sat", "sun"]])
    """Days of the week on which nothing starts."""
    vacations: tuple[Vacation, ...] = Field(default=(), strict=False)
    """Stretches of days."""
    day_before: bool = False
    """The day before any of these is closed too."""
    ics: CalendarFile | None = None
    """More closed days, from an iCalendar file of this repository."""
