"""Closed days: what calendars add up to, and that nobody guesses where it can't be told."""

import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.calendar import Calendar
from reconciler.timetable.almanac import Almanac
from reconciler.timetable.holidays import UnknownDaysError
from reconciler.timetable.ics import BrokenFileError, days_of_file
from reconciler.timetable.moments import day_at, start_of
from reconciler.timetable.spans import HORIZON

DAY = timedelta(days=1)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def calendar(name, **fields):
    lists = {key: tuple(each) for key, each in fields.items() if isinstance(each, list)}
    return Calendar.model_validate(
        {"apiVersion": "tagboat/v1", "kind": "Calendar", "name": name, **fields, **lists}
    )


def almanac(*calendars, **files):
    return Almanac({each.name: each for each in calendars}, files)


def closed(book, name, *, year=2026, month=12):
    return [day.day for day in book.closed_days(name, year) if day.month == month]


def event(*lines, summary="Stock-taking"):
    return "\n".join(
        [
            "BEGIN:VEVENT",
            "UID:1",
            "DTSTAMP:20260101T000000Z",
            f"SUMMARY:{summary}",
            *lines,
            "END:VEVENT",
        ]
    )


def file(*events):
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *events, "END:VCALENDAR", ""])


CATALONIA = calendar(
    "catalonia", holidays={"country": "ES", "region": "CT"}, weekend=["sat", "sun"]
)


def test_p3_public_holidays_are_those_of_the_region():
    spain = calendar("spain", holidays={"country": "ES"})
    assert closed(almanac(spain), "spain", month=12) == [8, 25]
    assert set(closed(almanac(CATALONIA), "catalonia")) >= {8, 25, 26}
    assert (
        almanac(CATALONIA).why_closed("catalonia", date(2026, 9, 11)) == "National Day of Catalonia"
    )


def test_p3_days_of_the_calendars_that_are_extended_add_up_with_the_day_before():
    own = calendar(
        "diba",
        extends="catalonia",
        vacations=[{"title": "Christmas", "from": "2026-12-24", "until": "2027-01-06"}],
        day_before=True,
    )
    book = almanac(CATALONIA, own)
    assert closed(book, "diba") == [4, 5, 6, 7, 8, 11, 12, 13, 18, 19, 20, *range(23, 32)]
    assert closed(book, "diba", year=2027, month=1)[:8] == [1, 2, 3, 4, 5, 6, 8, 9]
    assert book.why_closed("diba", date(2026, 12, 23)) == "the day before Christmas"
    assert book.why_closed("diba", date(2026, 12, 11)) == "the day before Saturday"


def test_f38_the_day_before_new_year_is_in_the_year_before():
    book = almanac(calendar("spain", holidays={"country": "ES"}, day_before=True))
    assert book.why_closed("spain", date(2026, 12, 31)) == "the day before New Year's Day"


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261204"], [1, 2, 3]),
        (["DTSTART;VALUE=DATE:20261201"], [1]),
        (["DTSTART:20261201T220000Z", "DTEND:20261202T020000Z"], [1, 2]),
        (["DTSTART:20261201T220000Z", "DTEND:20261202T000000Z"], [1]),
        (["DTSTART;TZID=Europe/Madrid:20261201T220000", "DURATION:PT1H"], [1]),
        (["DTSTART;VALUE=DATE:20261201", "STATUS:CANCELLED"], []),
        (["DTSTART;VALUE=DATE:20151224", "RRULE:FREQ=YEARLY"], [24]),
        (["DTSTART;VALUE=DATE:20151224", "RRULE:FREQ=YEARLY;COUNT=11"], []),
        (["DTSTART;VALUE=DATE:20151224", "RRULE:FREQ=YEARLY;UNTIL=20251231T000000Z"], []),
        (["DTSTART;VALUE=DATE:20261102", "RRULE:FREQ=WEEKLY;INTERVAL=2"], [14, 28]),
        (
            [
                "DTSTART;VALUE=DATE:20261102",
                "RRULE:FREQ=WEEKLY;INTERVAL=2",
                "EXDATE;VALUE=DATE:20261214",
            ],
            [28],
        ),
        (["DTSTART;VALUE=DATE:20261101", "RDATE;VALUE=DATE:20261205,20261207"], [5, 7]),
        (["DTSTART;VALUE=DATE:20261101", "RRULE:FREQ=MONTHLY;BYDAY=-1FR"], [25]),
        # The 30th of February never comes, and looking for it ends.
        (["DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], []),
        (
            ["DTSTART;VALUE=DATE:20251228", "DTEND;VALUE=DATE:20260103", "RRULE:FREQ=YEARLY"],
            [28, 29, 30, 31],
        ),
    ],
)
def test_p3_events_of_a_calendar_file_close_the_days_that_they_touch(lines, days):
    found = days_of_file(file(event(*lines)), 2026)
    assert [each.day for each in found if each.month == 12] == days


def test_p3_an_event_that_was_moved_closes_its_new_day_only():
    series = event("DTSTART;VALUE=DATE:20261102", "RRULE:FREQ=WEEKLY;COUNT=3")
    moved = event("DTSTART;VALUE=DATE:20261111", "RECURRENCE-ID;VALUE=DATE:20261109")
    assert [each.day for each in days_of_file(file(series, moved), 2026)] == [2, 11, 16]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BEGIN:VCALENDAR",
        "Monday, Tuesday",
        file(event()),
        file(event("DTSTART:some day")),
        file(event("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261101")),
        file(event("DTSTART:20261201T000000Z", "RRULE:FREQ=SECONDLY")),
        file(event("DTSTART;VALUE=DATE:20261201", "RRULE:FREQ=DAILY;INTERVAL=0")),
        file(event("DTSTART;VALUE=DATE:00010101", "RRULE:FREQ=DAILY")),
    ],
)
def test_b106_a_calendar_file_that_says_nothing_that_can_be_followed_is_no_open_year(text):
    with pytest.raises(BrokenFileError) as caught:
        days_of_file(text, 2026)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("book", "said"),
    [
        (almanac(), "there is no good file environments/calendars/own.yaml"),
        (
            almanac(calendar("own", extends="gone")),
            "there is no good file environments/calendars/gone.yaml",
        ),
        (
            almanac(calendar("own", ics="calendars/acme.ics")),
            "there is no good file calendars/acme.ics",
        ),
        (
            almanac(calendar("own", holidays={"country": "QQ"})),
            "the library holidays doesn't know QQ",
        ),
        (
            almanac(calendar("own", holidays={"country": "ES", "region": "XX"})),
            "the library holidays doesn't know ES-XX",
        ),
    ],
)
def test_what_nobody_can_tell_is_said_and_never_taken_for_an_open_day(book, said):
    with pytest.raises(UnknownDaysError) as caught:
        book.span("own", "Etc/UTC", at=NOW)
    assert caught.value.message == said
    assert caught.value.hint


def test_a_year_beyond_the_data_of_the_library_is_unknown():
    with pytest.raises(UnknownDaysError, match="doesn't know ES-CT in 2500"):
        almanac(CATALONIA).closed_days("catalonia", 2500)


@pytest.mark.parametrize("library", ["holidays", "icalendar"])
def test_without_the_optional_libraries_the_remedy_names_the_extra(library, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    own = calendar("own", holidays={"country": "ES"}, ics="calendars/acme.ics")
    book = Almanac({"own": own}, {"calendars/acme.ics": file(event("DTSTART;VALUE=DATE:20261201"))})
    with pytest.raises(UnknownDaysError) as caught:
        book.closed_days("own", 2026)
    assert library in caught.value.message
    assert caught.value.hint == "install tagboat[calendar] on this host"


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])),
    st.integers(-300, 300),
    st.integers(0, 40),
    st.booleans(),
    st.sampled_from(
        ["Europe/Madrid", "America/New_York", "Asia/Beirut", "Africa/Nairobi", "Etc/UTC"]
    ),
)
def test_a_span_has_one_answer_on_each_of_its_days_and_another_beyond(
    weekend, start, length, before, zone
):
    first = (NOW + timedelta(days=start)).date()
    vacation = {
        "title": "Away",
        "from": first.isoformat(),
        "until": (first + length * DAY).isoformat(),
    }
    book = almanac(
        calendar("own", weekend=sorted(weekend), vacations=[vacation], day_before=before)
    )
    span = book.span("own", zone, at=NOW)
    day = day_at(NOW, zone)
    low = day_at(span.since, zone) if span.since else day - HORIZON
    high = day_at(span.until, zone) - DAY if span.until else day + HORIZON
    while low <= high:
        assert (book.why_closed("own", low) == "") is span.open
        low += DAY
    for edge, beyond in ((span.since, -DAY), (span.until, timedelta())):
        if edge:
            assert start_of(day_at(edge, zone), zone) == edge
            assert (book.why_closed("own", day_at(edge, zone) + beyond) == "") is not span.open


@settings(max_examples=30, deadline=None)
@given(
    st.sets(st.sampled_from(["mon", "sat", "sun"])),
    st.lists(st.integers(-60, 60), min_size=1, max_size=12),
    st.sampled_from(["Europe/Madrid", "Asia/Beirut", "Etc/UTC"]),
)
def test_days_that_were_looked_at_before_are_what_they_are_anew(weekend, hours, zone):
    given = calendar("own", weekend=sorted(weekend), holidays={"country": "ES"})
    book = almanac(given)
    for at in (NOW + timedelta(hours=7 * each) for each in hours):
        assert book.span("own", zone, at=at) == almanac(given).span("own", zone, at=at)


def test_the_digest_changes_with_the_closed_days_and_with_nothing_else():
    def digest(*calendars, at=NOW):
        return almanac(*calendars).digest("own", "Europe/Madrid", at=at)

    own = calendar("own", weekend=["sat", "sun"])
    assert digest(own) == digest(calendar("own", weekend=["sun", "sat"]), CATALONIA)
    assert digest(own) == digest(own, at=NOW + timedelta(hours=3))
    longer = calendar(
        "own",
        weekend=["sat", "sun"],
        vacations=[{"title": "A day", "from": "2026-03-03", "until": "2026-03-03"}],
    )
    assert digest(longer) != digest(own)
