"""Windows, against a clock on the wall that is looked at every minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_timetable_slots import (
    CHANGES,
    DAY,
    INSTANTS,
    MINUTE,
    NAMES,
    TIMES,
    ZONES,
    at_utc,
    on_the_wall,
)

from reconciler.model.freeze import Freeze
from reconciler.model.schedule import Window
from reconciler.timetable.freezes import freeze_span, stretch_of
from reconciler.timetable.spans import Interval, Span, around, inverted, searched, span_at, union
from reconciler.timetable.windows import BOOKED, open_intervals, window_span

WEEKLY = st.builds(
    lambda days, begin, end, downtime: {
        "days": sorted(days, key=NAMES.index),
        "from": f"{begin:%H:%M}",
        "until": f"{end:%H:%M}",
        "downtime": downtime,
    },
    st.sets(st.sampled_from(NAMES), min_size=1),
    TIMES,
    TIMES,
    st.sampled_from(["any", "none"]),
).filter(lambda each: each["from"] != each["until"])


def window(**fields):
    days = {"days": tuple(fields.pop("days"))} if "days" in fields else {}
    return Window.model_validate({**fields, **days})


def says_open(fields, *, shown, downtime):
    """Whether a reader of the file, who sees this local time, would say that it is open."""
    if fields["downtime"] == "none" and downtime:
        return False
    clock, day = f"{shown:%H:%M}", NAMES[shown.weekday()]
    before = NAMES[shown.weekday() - 1]
    if fields["from"] < fields["until"]:
        return day in fields["days"] and fields["from"] <= clock < fields["until"]
    late = day in fields["days"] and clock >= fields["from"]
    return late or (before in fields["days"] and clock < fields["until"])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CHANGES), st.lists(WEEKLY, min_size=1, max_size=3), st.booleans())
def test_f38_at_every_clock_change_windows_are_open_when_the_wall_says_so(change, fields, downtime):
    zone, when = change
    begin, end = when - DAY, when + DAY
    found = open_intervals(
        [window(**each) for each in fields], zone, within=Interval(begin, end), downtime=downtime
    )
    assert found == union(found)
    for now, shown in on_the_wall(zone, begin=begin - DAY, end=end - MINUTE):
        if now >= begin and not (zone == "Pacific/Apia" and when.year == 2011):
            expected = any(says_open(each, shown=shown, downtime=downtime) for each in fields)
            assert any(now in each for each in found) == expected, (now, shown)


@settings(max_examples=60, deadline=None)
@given(st.lists(WEEKLY, max_size=3), st.sampled_from(ZONES), INSTANTS, st.booleans())
def test_a_span_ends_where_the_answer_changes_and_nowhere_else(fields, zone, now, downtime):
    windows = [window(**each) for each in fields]

    def ask(at):
        return window_span(windows, zone, at=at, downtime=downtime)

    span = ask(now)
    if span.until is not None:
        assert now < span.until
        assert ask(span.until).open is not span.open
        assert ask(span.until - MINUTE / 60) == span
    if span.since is not None:
        assert span.since <= now
        assert ask(span.since) == span
        assert ask(span.since - MINUTE / 60).open is not span.open
    assert (span.until is None) == (span.since is None)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(WEEKLY, max_size=3),
    st.sampled_from(ZONES),
    INSTANTS,
    st.lists(st.integers(-60 * 24 * 9, 60 * 24 * 9), min_size=1, max_size=12),
)
def test_what_was_found_before_is_what_is_found_anew(fields, zone, now, minutes):
    windows = [window(**each) for each in fields]
    for at in (now + each * MINUTE for each in minutes):
        anew = searched(
            at, lambda within: open_intervals(windows, zone, within=within, downtime=False)
        )
        assert window_span(windows, zone, at=at, downtime=False) == anew


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-900, 900), st.integers(0, 900)), max_size=3),
    st.lists(st.integers(-900, 900), min_size=1, max_size=12),
)
def test_freezes_that_were_looked_at_before_are_what_they_are_anew(stretches, days):
    now = at_utc("2026-11-18T12:00:00Z")
    freezes = [
        Freeze.model_validate(
            {
                "apiVersion": "tagboat/v1",
                "kind": "Freeze",
                "name": "audit",
                "scope": {},
                "from": f"{now + first * DAY:%Y-%m-%dT%H:%M:%SZ}",
                "until": f"{now + (first + length) * DAY:%Y-%m-%dT%H:%M:%SZ}",
                "reason": "The auditors are in",
            }
        )
        for first, length in stretches
    ]
    for at in (now + each * DAY for each in days):
        within, frozen = around(at), union(stretch_of(each) for each in freezes)
        anew = span_at(at, inverted(frozen, within), within=within)
        assert freeze_span(freezes, at) == anew


def test_what_was_found_of_some_windows_is_nothing_to_others():
    days = at_utc("2026-11-18T12:00:00Z")  # a Wednesday
    hours = {"from": "08:00", "until": "16:00"}
    one, other = window(days=["wed"], **hours), window(days=["thu"], **hours)
    asked = [(one, "Etc/UTC"), (other, "Etc/UTC"), (one, "Asia/Tokyo"), (one, "Etc/UTC")]
    found = [window_span([each], zone, at=days, downtime=False).open for each, zone in asked]
    assert found == [True, False, False, True]
    slot = {"timezone": "Etc/UTC", "at": days, "downtime": False}
    booked = window(booked=True)
    assert [window_span([booked], **slot, booked=each).open for each in (None, days)] == [
        False,
        True,
    ]


def test_m8_windows_depend_on_the_downtime_of_the_release():
    windows = [
        window(**{"from": "00:00", "until": "15:00", "downtime": "none"}),
        window(booked=True),
    ]
    now = at_utc("2026-11-24T12:00:00Z")
    without = window_span(windows, "Europe/London", at=now, downtime=False)
    assert without == Span(True, at_utc("2026-11-24T00:00:00Z"), at_utc("2026-11-24T15:00:00Z"))
    assert window_span(windows, "Europe/London", at=now, downtime=True) == Span(open=False)
    booked = at_utc("2026-11-24T19:00:00Z")
    span = window_span(windows, "Europe/London", at=now, downtime=True, booked=booked)
    assert span == Span(False, None, booked)
    span = window_span(windows, "Europe/London", at=booked, downtime=True, booked=booked)
    assert span == Span(True, booked, booked + BOOKED)


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins():
    windows = [window(**{"days": ["fri"], "from": "22:00", "until": "04:00"})]
    span = window_span(windows, "Africa/Nairobi", at=at_utc("2026-11-28T00:30:00Z"), downtime=True)
    assert span == Span(True, at_utc("2026-11-27T19:00:00Z"), at_utc("2026-11-28T01:00:00Z"))
    span = window_span(windows, "Africa/Nairobi", at=at_utc("2026-11-27T00:30:00Z"), downtime=True)
    assert span == Span(False, at_utc("2026-11-21T01:00:00Z"), at_utc("2026-11-27T19:00:00Z"))


def test_windows_without_an_end_within_the_horizon_say_so():
    whole = [
        window(**{"from": "00:00", "until": "12:00"}),
        window(**{"from": "12:00", "until": "00:00"}),
    ]
    now = at_utc("2026-11-24T12:00:00Z")
    assert window_span(whole, "Europe/Madrid", at=now, downtime=False) == Span(open=True)
    assert window_span([], "Europe/Madrid", at=now, downtime=False) == Span(open=False)
    assert window_span(None, "Europe/Madrid", at=now, downtime=True) == Span(open=True)


HOURS = st.integers(0, 40)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
STRETCHES = st.lists(
    st.tuples(HOURS, HOURS).map(
        lambda each: Interval(
            EPOCH + each[0] * timedelta(hours=1), EPOCH + each[1] * timedelta(hours=1)
        )
    ),
    max_size=6,
)


@given(STRETCHES, HOURS)
def test_stretches_and_what_is_between_them_share_out_the_time(stretches, hour):
    within = around(EPOCH + timedelta(hours=20), timedelta(hours=18))
    now = EPOCH + timedelta(hours=hour)
    between = inverted(stretches, within)
    if now in within:
        assert any(now in each for each in between) is not any(now in each for each in stretches)
        assert span_at(now, stretches, within=within).open is any(now in each for each in stretches)


@pytest.mark.parametrize(
    "zone",
    ["Europe/London", "America/New_York", "Australia/Sydney", "Africa/Nairobi", "Asia/Kolkata"],
)
def test_f38_a_nightly_window_is_as_long_as_the_night_is(zone):
    windows = [window(**{"from": "22:00", "until": "06:00"})]
    there = ZoneInfo(zone)
    lengths = {
        (each.end - each.begin).total_seconds() / 3600
        for each in open_intervals(
            windows, zone, within=around(at_utc("2026-07-01T12:00:00Z"), 180 * DAY), downtime=False
        )[1:-1]
    }
    moves = (
        len({at_utc(f"2026-{m:02d}-01T00:00:00Z").astimezone(there).utcoffset() for m in (1, 7)})
        > 1
    )
    assert lengths == ({7, 8, 9} if moves else {8})
