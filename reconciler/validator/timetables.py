"""Two timetables fit together."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import times
from reconciler.manifest.codes.code import Code
from reconciler.manifest.paths import promotion_path
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.gates import After
from reconciler.model.promotion import Promotion
from reconciler.model.schedule import Schedule
from reconciler.names import seconds_of
from reconciler.timetable.slots import slots
from reconciler.validator.effective import Effective, at, deployed

_START = datetime(2026, 1, 5, tzinfo=UTC)
_END = _START + timedelta(weeks=26)
_BEFORE = timedelta(weeks=13)


def timetables(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """What follows a place by a schedule finds there, at some slot, what may come (S12).

    Between what arrived last at the followed place and the slot there is time for its ``soak`` and
    for the longest of its tests, and not always more than ``max_age``. Both must go by schedules,
    a train's included; half a year of slots is looked at. A warning: what comes may come by hand.
    """
    for each in deployed(snapshot):
        assert each.app is not None  # noqa: S101 - narrowing
        promotion = snapshot.promotions.get((each.value.name, each.app.name))
        follow = promotion.follow if promotion else None
        if promotion is None or follow is None or not (follow.environment and follow.schedule):
            continue
        source = at(snapshot, follow.environment, each.app.name)
        schedule = _arrivals(snapshot, source) if source else None
        if source is None or schedule is None:
            continue
        gaps = _gaps(
            list(slots(schedule[0], schedule[1], after=_START - _BEFORE, until=_END)),
            slots(follow.schedule, each.value.timezone or "Etc/UTC", after=_START, until=_END),
        )
        if gaps:
            yield from _told(snapshot, each, source, promotion, gaps)


def _told(
    snapshot: Snapshot,
    each: Effective,
    source: Effective,
    promotion: Promotion,
    gaps: Sequence[timedelta],
) -> Iterator[Diagnostic]:
    assert each.app is not None  # noqa: S101 - narrowing
    name = source.value.name
    path = promotion_path(each.value.name, each.app.name)
    place = snapshot.locate(path, ("follow", "schedule"), key=True)
    longest = max(
        (seconds_of(test.timeout) for test in source.value.pipeline.tests.values() if test),
        default=0,
    )
    code: Code = times.TIMETABLE
    if longest and max(gaps) < timedelta(seconds=longest):
        said = f"tests of {name} take up to {_hours(timedelta(seconds=longest))}"
        yield code.warning(place, f"{said}, and there are {_hours(max(gaps))} until this slot")
    after = each.value.gates.after
    if after is None or not _asks(after, source):
        return
    latest = promotion.follow is not None and promotion.follow.mode == "latest"
    if after.soak and latest and max(gaps) < timedelta(seconds=seconds_of(after.soak)):
        yield code.warning(
            place,
            f"'soak' asks for {after.soak} in {name}, and what is there at this slot has been"
            f" there for {_hours(max(gaps))}",
        )
    if after.max_age and min(gaps) > timedelta(seconds=seconds_of(after.max_age)):
        yield code.warning(
            place,
            f"'max_age' asks for at most {after.max_age} in {name}, and what is there at this slot"
            f" has been there for {_hours(min(gaps))}",
        )


def _asks(after: After, source: Effective) -> bool:
    return after.environment == source.value.name or (
        after.tier is not None and after.tier == source.tier
    )


def _arrivals(snapshot: Snapshot, source: Effective) -> tuple[Schedule, str] | None:
    """When something new comes to a place, if a schedule says so, and in which zone."""
    assert source.app is not None  # noqa: S101 - narrowing
    promotion = snapshot.promotions.get((source.value.name, source.app.name))
    follow = promotion.follow if promotion else None
    if follow is not None and follow.schedule is not None:
        return follow.schedule, source.value.timezone or "Etc/UTC"
    train = source.app.train
    if follow is not None and follow.releases is not None and train is not None:
        return train.schedule, "Etc/UTC"
    return None


def _gaps(arrivals: Sequence[datetime], taken: Iterable[datetime]) -> list[timedelta]:
    """How long ago, at each slot, something arrived last."""
    found: list[timedelta] = []
    index = 0
    for slot in taken:
        while index + 1 < len(arrivals) and arrivals[index + 1] <= slot:
            index += 1
        if arrivals and arrivals[index] <= slot:
            found.append(slot - arrivals[index])
    return found


def _hours(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes // 60}h {minutes % 60}min"
