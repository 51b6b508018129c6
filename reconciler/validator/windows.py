"""Windows open, and slots are booked when nothing is closed."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import times
from reconciler.manifest.paths import calendar_path, promotion_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.calendar import Calendar
from reconciler.model.freeze import Freeze
from reconciler.model.promotion import Promotion
from reconciler.timetable.freezes import in_scope
from reconciler.timetable.slots import DAYS
from reconciler.timetable.windows import days_of
from reconciler.validator.effective import Effective, deployed
from reconciler.validator.written import windows as written


def windows(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Windows have a length, and one of them opens on a day that the calendar leaves open (B110).

    ``booked: true`` alone is fine: each promotion books its time. A slot that is booked inside a
    freeze or a vacation of the calendar is a warning: nothing starts before it has ended.
    """
    for path, node, found in written(snapshot):
        for index, window in enumerate(found):
            if window.from_ is not None and window.from_ == window.until:
                yield times.SPAN.at(
                    snapshot.locate(path, (*node, index, "until")),
                    f"from {window.from_} until {window.until}: no time at all",
                    hint="write a later 'until', or leave 'windows' out for always",
                )
    for name, calendar in snapshot.calendars.items():
        if not set(DAYS) - _weekend(snapshot, calendar):
            place = snapshot.locate(calendar_path(name), ("weekend",))
            said = f"calendar {shown(name)} closes every day of the week"
            yield times.NEVER.at(place, said, hint="take a day out of 'weekend'")
    for each in deployed(snapshot):
        yield from _never(snapshot, each)
        yield from _slot(snapshot, each)


def _never(snapshot: Snapshot, each: Effective) -> Iterator[Diagnostic]:
    found = each.value.windows
    if found is None:
        return
    closed = _weekend(snapshot, _calendar(snapshot, each))
    if not found:
        yield each.finding(times.NEVER, "no window at all", "windows", key=True)
    elif closed != set(DAYS) and all(days_of(window) <= closed for window in found):
        said = "windows open only on days that the calendar closes"
        yield each.finding(times.NEVER, said, "windows", key=True)


def _calendar(snapshot: Snapshot, each: Effective) -> Calendar | None:
    customer = snapshot.customers.get(each.value.customer or "")
    name = each.value.calendar or (customer.calendar if customer else None)
    return snapshot.calendars.get(name or "")


def _chain(snapshot: Snapshot, calendar: Calendar | None) -> Sequence[Calendar]:
    found: list[Calendar] = []
    while calendar is not None and calendar not in found:
        found.append(calendar)
        calendar = snapshot.calendars.get(calendar.extends or "")
    return found


def _weekend(snapshot: Snapshot, calendar: Calendar | None) -> frozenset[str]:
    """The days of the week that a calendar always closes, with the day before if it says so."""
    chain = _chain(snapshot, calendar)
    closed: set[str] = {day for each in chain for day in each.weekend}
    if any(each.day_before for each in chain):
        closed |= {DAYS[DAYS.index(each) - 1] for each in closed}
    return frozenset(closed)


def _slot(snapshot: Snapshot, each: Effective) -> Iterator[Diagnostic]:
    assert each.app is not None  # noqa: S101 - narrowing
    promotion = snapshot.promotions.get((each.value.name, each.app.name))
    if promotion is None or promotion.at is None:
        return
    slot = datetime.fromisoformat(promotion.at)
    place = snapshot.locate(promotion_path(each.value.name, each.app.name), ("at",))
    for name, freeze in snapshot.freezes.items():
        until = datetime.fromisoformat(freeze.until)
        inside = datetime.fromisoformat(freeze.from_) <= slot < until
        if (
            inside
            and in_scope(freeze.scope, each.value, each.app.name)
            and not _passes(snapshot, freeze, each, promotion)
        ):
            yield times.SLOT.warning(place, f"{promotion.at} is inside the freeze {name}")
    day = slot.astimezone(ZoneInfo(each.value.timezone or "Etc/UTC")).date()
    for calendar in _chain(snapshot, _calendar(snapshot, each)):
        if _on_vacation(calendar, day) and not _set_aside(promotion, "calendar"):
            said = f"{promotion.at} is a day off of the calendar {calendar.name}"
            yield times.SLOT.warning(place, said)


def _passes(snapshot: Snapshot, freeze: Freeze, each: Effective, promotion: Promotion) -> bool:
    assert each.app is not None  # noqa: S101 - narrowing
    release = snapshot.releases.get((each.app.name, promotion.release or ""))
    hotfix = release is not None and release.hotfix and "hotfix" in freeze.allows
    return hotfix or _set_aside(promotion, "freeze")


def _set_aside(promotion: Promotion, gate: str) -> bool:
    override = promotion.override
    return override is not None and (override.gate, override.release) == (gate, promotion.release)


def _on_vacation(calendar: Calendar, day: date) -> bool:
    days = {day, day + timedelta(days=1)} if calendar.day_before else {day}
    return any(
        date.fromisoformat(each.from_) <= one <= date.fromisoformat(each.until)
        for each in calendar.vacations
        for one in days
    ) or any(DAYS[one.weekday()] in calendar.weekend for one in days)
