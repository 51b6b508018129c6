"""Which version comes next, whatever is there already."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.errors import UsageError
from reconciler.model.app import Versions
from reconciler.versions import Step, next_hotfix, next_version, rank
from reconciler.versions.pattern import Pattern, Reading

PATTERNS = [
    *("3.YYYY.0W.0N", "YYYY.0M.0D.N", "YYYY.WW.N", "YY.MM.DD-N", "0Y.0M.0N", "YYYY0M0D.N"),
    *("N.YYYY", "0D-0M-YYYY.0N", "rel-YYYY.N", "YYYY.MM"),
]
days = st.dates(min_value=date(2001, 1, 1), max_value=date(2099, 12, 31))
patterns = st.sampled_from(PATTERNS)
counters = st.integers(0, 999)
junk = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,4}(-(rc|x)\.?[0-9]{0,2})?", fullmatch=True)


def calver(pattern, first=1):
    return Versions(scheme="calver", pattern=pattern, first=first)


@given(patterns, days, counters)
def test_what_a_pattern_writes_it_reads_back(pattern, day, counter):
    known = Pattern.of(pattern)
    reading = Reading(known.period_of(day), counter if known.counts else 0)
    assert known.read(known.write(reading)) == reading
    assert known.read_loosely(known.write(reading)) == reading


@given(
    patterns, days, counters, st.integers(0, 12), st.sampled_from(["", "0", "00", "5", ".", "x"])
)
def test_what_a_pattern_reads_it_writes_the_same(pattern, day, counter, position, slip):
    known = Pattern.of(pattern)
    text = known.write(Reading(known.period_of(day), counter))
    text = text[:position] + slip + text[position:]
    reading = known.read(text)
    assert reading is None or known.write(reading) == text


@given(patterns, st.lists(st.tuples(days, counters), max_size=8), days, st.sampled_from([0, 1]))
def test_the_next_calendar_version_is_above_all_M6(pattern, earlier, day, first):
    versions, known = calver(pattern, first), Pattern.of(pattern)
    existing = [known.write(Reading(known.period_of(each), number)) for each, number in earlier]
    try:
        found = next_version(versions, existing, day=day, step=Step.PATCH)
    except UsageError:
        assert not known.counts
        return
    assert known.read(found) is not None
    assert all(rank(versions, found) > rank(versions, each) for each in existing)


@given(st.lists(junk, max_size=8), st.sampled_from(Step))
def test_the_next_semantic_version_is_above_all_however_they_were_written(existing, step):
    versions = Versions(scheme="semver")
    found = next_version(versions, existing, day=date(2026, 11, 24), step=step)
    assert all(rank(versions, found) > rank(versions, each) for each in existing)


@given(patterns, days, counters, st.sets(counters, max_size=6))
def test_a_hotfix_is_the_next_of_its_own_line_T10(pattern, day, counter, others):
    known = Pattern.of(pattern)
    assume(known.counts)
    period = known.period_of(day)
    of = known.write(Reading(period, counter))
    existing = [known.write(Reading(period, each)) for each in others]
    later = known.write(Reading(known.period_of(day + timedelta(days=366)), 1))
    found = known.read(next_hotfix(calver(pattern), [*existing, later], of=of))
    assert found == Reading(period, max({counter, *others}) + 1)


@pytest.mark.parametrize(
    ("day", "existing", "expected"),
    [
        ("2026-11-16", [], "3.2026.47.00"),
        ("2026-11-17", ["3.2026.47.00"], "3.2026.47.01"),
        ("2026-11-22", ["3.2026.47.09"], "3.2026.47.10"),
        ("2026-11-23", ["3.2026.47.10"], "3.2026.48.00"),
        ("2026-11-23", ["3.2026.47.99"], "3.2026.48.00"),
        ("2026-11-22", ["3.2026.47.99"], "3.2026.47.100"),
        # The last days of a year may be in the first week of the next, and the other way round.
        ("2024-12-30", ["3.2024.52.03"], "3.2025.01.00"),
        ("2027-01-01", ["3.2026.53.00"], "3.2026.53.01"),
        ("2027-01-04", ["3.2026.53.01"], "3.2027.01.00"),
        # A clock that is behind never makes a lower version.
        ("2026-11-16", ["3.2026.48.00"], "3.2026.48.01"),
        # Versions of before the pattern don't count.
        ("2026-11-16", ["9.1.0", "3.2026.54.00"], "3.2026.47.00"),
    ],
)
def test_numbers_start_at_00_each_week_of_the_weeks_year_M6_M19(day, existing, expected):
    versions = calver("3.YYYY.0W.0N", 0)
    assert (
        next_version(versions, existing, day=date.fromisoformat(day), step=Step.MAJOR) == expected
    )


@pytest.mark.parametrize(
    ("existing", "step", "expected"),
    [
        ([], Step.MAJOR, "1.0.0"),
        (["1.9.9", "1.10.0"], Step.PATCH, "1.10.1"),
        (["1.9.9", "1.10.0"], Step.MINOR, "1.11.0"),
        (["1.9.9", "1.10.4"], Step.MAJOR, "2.0.0"),
        (["0.3.1"], Step.MAJOR, "0.4.0"),
        (["1.0.0-rc.1"], Step.MAJOR, "1.0.0"),
        (["1.4.0-rc.1"], Step.MINOR, "1.4.0"),
        (["1.4.1-rc.1"], Step.MINOR, "1.5.0"),
        (["1.4.1-rc.1"], Step.PATCH, "1.4.1"),
        (["v1.4"], Step.PATCH, "1.4.1"),
    ],
)
def test_a_semantic_version_goes_on_by_its_step(existing, step, expected):
    found = next_version(Versions(scheme="semver"), existing, day=date(2026, 1, 1), step=step)
    assert found == expected


def test_a_first_semantic_version_may_start_below_1():
    versions = Versions(scheme="semver", first=0)
    assert next_version(versions, [], day=date(2026, 1, 1), step=Step.MAJOR) == "0.1.0"


@pytest.mark.parametrize(
    ("versions", "of", "existing", "expected"),
    [
        (calver("YYYY.0M.0D.N"), "2024.10.02.1", ["2024.10.02.1"], "2024.10.02.2"),
        (calver("YYYY.0M.0D.N"), "2024.10.02.1", ["2024.10.03.1"], "2024.10.02.2"),
        (Versions(scheme="semver"), "1.4.2", ["1.4.2", "1.5.0"], "1.4.3"),
        (Versions(scheme="semver"), "1.4.2", ["1.4.2", "1.4.3", "1.40.9"], "1.4.4"),
    ],
    ids=str,
)
def test_a_hotfix_counts_up_from_the_release_it_mends_T10(versions, of, existing, expected):
    assert next_hotfix(versions, existing, of=of) == expected


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("", "a year"),
        ("N", "a year"),
        ("0M.N", "a year"),
        ("YYYY.DD.N", "a year"),
        ("YYYY.MM.WW.N", "a year"),
        ("YYYY.YY.N", "each sort of token once"),
        ("YYYY.MMDD.N", "something between MM"),
        ("YYYY.MM.N0", "something between N"),
        ("YYYY0M0D", "would be no version"),
        (".YYYY", "would be no version"),
        ("YYYY.MAJOR", "MAJOR is neither"),
        ("YYYY/N", "/ is neither"),
        ("{version}", "is neither"),
    ],
)
def test_a_pattern_that_says_nothing_clear_is_none(pattern, said):
    with pytest.raises(ValueError, match=said):
        Pattern.of(pattern)


@pytest.mark.parametrize(
    ("versions", "existing", "said"),
    [
        (Versions(scheme="opaque"), [], "don't follow one another"),
        (Versions(scheme="calver"), [], "have no pattern"),
        (calver("YYYY.MM"), ["2026.11"], "2026.11 is there already"),
        (calver("DD"), [], "expected a year"),
    ],
    ids=str,
)
def test_where_nothing_comes_next_by_itself_that_is_said(versions, existing, said):
    with pytest.raises(UsageError, match=said):
        next_version(versions, existing, day=date(2026, 11, 24), step=Step.PATCH)
