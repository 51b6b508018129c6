"""Slots of schedules, against a clock on the wall that is looked at every minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.schedule import Schedule
from reconciler.timetable.moments import day_at, moment, start_of
from reconciler.timetable.slots import due, last_slot, next_slot, slots

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ZONES = sorted(
    each
    for each in available_timezones()
    if "/" in each and not each.startswith(("posix/", "right/", "Etc/", "SystemV/", "US/"))
)


def schedule(**fields):
    days = {"days": tuple(fields.pop("days"))} if "days" in fields else {}
    return Schedule.model_validate({"time": "02:30", **days, **fields})


def changes(zone, year):
    """The instants of a year at which a zone's clocks are changed."""
    there = ZoneInfo(zone)
    found, low = [], datetime(year, 1, 1, tzinfo=UTC)
    for _ in range(53):
        high = low + 7 * DAY
        if low.astimezone(there).utcoffset() != high.astimezone(there).utcoffset():
            early, late = low, high
            while late - early > MINUTE:
                middle = early + (late - early) // MINUTE // 2 * MINUTE
                same = middle.astimezone(there).utcoffset() == early.astimezone(there).utcoffset()
                early, late = (middle, late) if same else (early, middle)
            found.append(late)
        low = high
    return found


def distinct(years):
    """One zone for each change of clocks that there is in these years."""
    found = {}
    for year in years:
        for zone in ZONES:
            for when in changes(zone, year):
                there = ZoneInfo(zone)
                offsets = [each.astimezone(there).utcoffset() for each in (when - MINUTE, when)]
                found.setdefault((when, *offsets), (zone, when))
    return list(found.values())


CHANGES = distinct((2011, 2026))
TIMES = st.times(min_value=time(0, 0), max_value=time(23, 59)).map(
    lambda each: each.replace(second=0, microsecond=0)
)


def on_the_wall(zone, *, begin, end):
    """Each minute with the furthest local time that the clocks have shown so far."""
    there, furthest, now = ZoneInfo(zone), datetime(1, 1, 1), begin
    while now <= end:
        furthest = max(furthest, now.astimezone(there).replace(tzinfo=None))
        yield now, furthest
        now += MINUTE


def fired(zone, *, begin, end, at, days):
    """When a caretaker fires who looks at the wall each minute: once a day, as soon as it's time."""
    day, found = begin.astimezone(ZoneInfo(zone)).date(), []
    for now, furthest in on_the_wall(zone, begin=begin, end=end):
        while furthest >= datetime.combine(day, at):
            if NAMES[day.weekday()] in days and now not in found:
                found.append(now)
            day += DAY
    return found


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CHANGES), TIMES, st.sets(st.sampled_from(NAMES), min_size=1))
def test_f38_s1_at_every_clock_change_each_slot_fires_once_when_the_wall_says_so(change, at, days):
    zone, when = change
    begin, end = when - 2 * DAY, when + 2 * DAY
    after = begin + DAY
    expected = fired(zone, begin=begin, end=end, at=at, days=days)
    found = slots(schedule(time=f"{at:%H:%M}", days=[*days]), zone, after=after, until=end)
    assert list(found) == [each for each in expected if each > after]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CHANGES), TIMES, TIMES, st.integers(-2, 2), st.integers(-2, 2))
def test_f38_a_later_local_time_is_never_an_earlier_instant(change, one, two, first, second):
    zone, when = change
    day = day_at(when, zone)
    low, high = sorted([(day + first * DAY, one), (day + second * DAY, two)])
    assert moment(*low, zone) <= moment(*high, zone)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CHANGES), st.integers(-3000, 3000))
def test_f38_every_instant_belongs_to_exactly_one_day(change, minutes):
    zone, when = change
    instant = when + minutes * MINUTE
    day = day_at(instant, zone)
    assert start_of(day, zone) <= instant < start_of(day + DAY, zone)


def at_utc(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "day", "at", "instant"),
    [
        # A time that is skipped is the moment of the change …
        ("Europe/Madrid", "2026-03-29", "02:30", "2026-03-29T01:00:00Z"),
        ("America/New_York", "2026-03-08", "02:00", "2026-03-08T07:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00Z"),
        ("Asia/Beirut", "2026-03-29", "00:00", "2026-03-28T22:00:00Z"),
        ("Pacific/Apia", "2011-12-30", "08:00", "2011-12-30T10:00:00Z"),
        # … and of one that comes twice it is the first.
        ("Europe/Madrid", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"),
        ("America/New_York", "2026-11-01", "01:59", "2026-11-01T05:59:00Z"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00Z"),
        ("Africa/Nairobi", "2026-03-29", "02:30", "2026-03-28T23:30:00Z"),
    ],
)
def test_f38_a_local_time_is_the_first_moment_that_shows_it_or_has_gone_past(
    zone, day, at, instant
):
    assert moment(date.fromisoformat(day), time.fromisoformat(at), zone) == at_utc(instant)


def test_f38_two_days_that_a_zone_made_one_are_one_slot():
    found = list(
        slots(
            schedule(time="00:00"),
            "Pacific/Apia",
            after=at_utc("2011-12-28T12:00:00Z"),
            until=at_utc("2012-01-01T12:00:00Z"),
        )
    )
    assert found == [
        at_utc("2011-12-29T10:00:00Z"),
        at_utc("2011-12-30T10:00:00Z"),
        at_utc("2011-12-31T10:00:00Z"),
        at_utc("2012-01-01T10:00:00Z"),
    ]


def test_s1_every_second_week_is_counted_from_the_week_of_since():
    found = slots(
        schedule(
            days=["wed"], time="07:30", every="2w", since="2026-11-27", timezone="Africa/Nairobi"
        ),
        "Etc/UTC",
        after=at_utc("2026-11-01T00:00:00Z"),
        until=at_utc("2027-01-10T00:00:00Z"),
    )
    assert [f"{each:%m-%d %H:%M}" for each in found] == [
        "11-11 04:30",
        "11-25 04:30",
        "12-09 04:30",
        "12-23 04:30",
        "01-06 04:30",
    ]


def test_f38_leap_day_and_the_turn_of_the_year_have_their_slots():
    daily = schedule(time="12:00")
    leap = slots(
        daily, "Etc/UTC", after=at_utc("2028-02-28T12:00:00Z"), until=at_utc("2028-03-01T12:00:00Z")
    )
    assert [f"{each:%m-%d}" for each in leap] == ["02-29", "03-01"]
    turn = slots(
        daily, "Etc/UTC", after=at_utc("2026-12-30T12:00:00Z"), until=at_utc("2027-01-01T12:00:00Z")
    )
    assert [f"{each:%m-%d}" for each in turn] == ["12-31", "01-01"]
    # 2026 has 53 weeks: counting goes on over the turn of the year.
    every = schedule(days=["mon"], time="12:00", every="2w", since="2026-12-21")
    assert next_slot(every, "Etc/UTC", after=at_utc("2026-12-22T00:00:00Z")) == at_utc(
        "2027-01-04T12:00:00Z"
    )


SCHEDULES = st.builds(
    lambda days, at, weeks: schedule(
        days=[*days],
        time=f"{at:%H:%M}",
        **({"every": f"{weeks}w", "since": "2026-02-28"} if weeks else {}),
    ),
    st.sets(st.sampled_from(NAMES), min_size=1),
    TIMES,
    st.integers(0, 52),
)
INSTANTS = st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1)).map(
    lambda each: each.replace(tzinfo=UTC, microsecond=0)
)


@settings(max_examples=300, deadline=None)
@given(SCHEDULES, st.sampled_from(ZONES), INSTANTS)
def test_the_last_and_the_next_slot_have_none_between_them(plan, zone, now):
    last, following = last_slot(plan, zone, at=now), next_slot(plan, zone, after=now)
    assert last <= now < following
    assert list(slots(plan, zone, after=last, until=following)) == [following]


@settings(max_examples=60, deadline=None)
@given(
    SCHEDULES,
    st.sampled_from(ZONES),
    INSTANTS,
    st.lists(st.integers(-60 * 24 * 9, 60 * 24 * 9), min_size=1, max_size=12),
)
def test_slots_that_were_found_before_are_those_that_are_found_anew(plan, zone, now, minutes):
    year = timedelta(days=380)
    for at in (now + each * MINUTE for each in minutes):
        *_, last = slots(plan, zone, after=at - year, until=at)
        assert last_slot(plan, zone, at=at) == last
        assert next_slot(plan, zone, after=at) == next(slots(plan, zone, after=at, until=at + year))
        come = due(plan, zone, after=last, at=at)
        assert come.slot is None
        before = due(plan, zone, after=last - MINUTE, at=at)
        assert before.slot is not None
        assert before.slot == last


@settings(max_examples=200, deadline=None)
@given(
    SCHEDULES,
    st.sampled_from(ZONES),
    INSTANTS,
    st.lists(st.integers(-40 * 24, 60 * 24), min_size=1, max_size=30),
)
def test_f37_no_slot_fires_twice_whatever_the_clock_and_the_daemon_do(plan, zone, start, hours):
    """Each step the clock is set anew, and the daemon knows nothing but the history."""
    history = [start]
    for each in hours:
        now = start + timedelta(hours=each)
        asked = due(plan, zone, after=history[-1], at=now)
        if asked.slot is not None:
            assert history[-1] < asked.slot <= now
            assert asked.slot == last_slot(plan, zone, at=now)
            assert [*asked.missed, asked.slot] == sorted({*asked.missed, asked.slot})
            history.append(asked.slot)
            again = due(plan, zone, after=history[-1], at=now)
            assert again.slot is None
    assert len(set(history)) == len(history)
    assert history == sorted(history)


def test_f37_a_clock_that_is_set_ahead_misses_slots_and_fires_the_newest_alone():
    asked = due(
        schedule(time="11:00"),
        "Etc/UTC",
        after=at_utc("2026-11-20T11:00:00Z"),
        at=at_utc("2026-11-23T10:59:00Z"),
    )
    assert asked.slot == at_utc("2026-11-22T11:00:00Z")
    assert [each.day for each in asked.missed] == [21]
