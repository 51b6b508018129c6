"""Calendars are there, and lead to no circle."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.codes import links, times
from reconciler.manifest.paths import calendar_path, customer_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.timetable.holidays import UnknownDaysError
from reconciler.timetable.ics import BrokenFileError, days_of_file
from reconciler.validator.near import near
from reconciler.validator.written import layers

_ANY_YEAR = 2026


def calendars(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A calendar that is named has a file, extends none that extends it, and its days are in order.

    The first day of a vacation isn't after its last one; both are included (B109). A file of closed
    days is there, and is iCalendar; a machine without the library can't look at that.
    """
    for path, layer in layers(snapshot):
        if layer.calendar is not None:
            yield from _known(snapshot, snapshot.locate(path, ("calendar",)), layer.calendar)
    for name, customer in snapshot.customers.items():
        if customer.calendar is not None:
            place = snapshot.locate(customer_path(name), ("calendar",))
            yield from _known(snapshot, place, customer.calendar)
    for name, calendar in snapshot.calendars.items():
        path = calendar_path(name)
        if calendar.extends is not None:
            place = snapshot.locate(path, ("extends",))
            yield from _known(snapshot, place, calendar.extends)
            if name in _below(snapshot, calendar.extends):
                yield links.CIRCLE.at(place, f"calendar {shown(name)} extends itself")
        yield from _file(snapshot, path, calendar.ics)
        for index, vacation in enumerate(calendar.vacations):
            if vacation.until < vacation.from_:
                yield times.SPAN.at(
                    snapshot.locate(path, ("vacations", index, "until")),
                    f"ends on {vacation.until}, before it begins on {vacation.from_}",
                    hint="correct 'from' and 'until'; both days are included",
                )


def _file(snapshot: Snapshot, calendar: str, path: str | None) -> Iterator[Diagnostic]:
    if path is None:
        return
    if not snapshot.has(path):
        place = snapshot.locate(calendar, ("ics",))
        yield times.CALENDAR_FILE.at(place, f"there is no {path}")
    elif path in snapshot.files:
        try:
            days_of_file(snapshot.files[path], _ANY_YEAR)
        except BrokenFileError as error:
            yield times.CALENDAR_FILE.at(Location(path), error.message, hint=error.hint)
        except UnknownDaysError:
            return


def _known(snapshot: Snapshot, place: Location, name: str) -> Iterator[Diagnostic]:
    if not snapshot.has(calendar_path(name)):
        yield links.CALENDAR.at(
            place,
            f"calendar {shown(name)} has no {calendar_path(name)}",
            hint=near(name, snapshot.calendars),
        )


def _below(snapshot: Snapshot, name: str) -> frozenset[str]:
    """A calendar and all that it extends."""
    found: set[str] = set()
    following: str | None = name
    while following is not None and following not in found:
        found.add(following)
        calendar = snapshot.calendars.get(following)
        following = calendar.extends if calendar else None
    return frozenset(found)
