"""One ordering for all that asks which version is the newer one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.app import App, Versions
from reconciler.versions import newest_first, rank, tag_of, version_of

SEMVER = Versions(scheme="semver")
WEEKS = Versions(scheme="calver", pattern="3.YYYY.0W.0N", first=0)
words = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,20}", fullmatch=True)
schemes = st.sampled_from([SEMVER, WEEKS, Versions(scheme="calver"), Versions(scheme="opaque")])

PRECEDENCE = [
    *("1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"),
    *("1.0.0-beta.11", "1.0.0-rc.1", "1.0.0-rc10", "1.0.0-rc2", "1.0.0", "1.0.1-0", "1.0.1"),
    *("1.2.0", "1.9.0", "1.10.0", "2.0.0", "2.0.10", "10.0.0"),
]
"""As semver.org orders them, section 11."""


def test_semver_is_ordered_as_semver_org_says():
    ranks = [rank(SEMVER, each) for each in PRECEDENCE]
    assert all(before < after for before, after in pairwise(ranks))
    assert newest_first(SEMVER, PRECEDENCE) == PRECEDENCE[::-1]


@pytest.mark.parametrize(
    ("versions", "one", "other"),
    [
        (SEMVER, "1.0.0+a", "1.0.0+b"),
        (SEMVER, "v1.0.0", "1.0.0"),
        (SEMVER, "1.00.0", "1.0.0"),
        (WEEKS, "3.2026.07.01", "3.2026.7.1"),
    ],
    ids=str,
)
def test_two_spellings_of_a_version_have_one_rank_B40(versions, one, other):
    assert rank(versions, one) == rank(versions, other)


def test_calver_is_ordered_by_date_wherever_its_numbers_stand_M6():
    days_first = Versions(scheme="calver", pattern="0D.0M.YYYY-N")
    found = ["31.01.2026-1", "01.02.2026-9", "01.02.2026-10", "01.01.2027-1"]
    assert newest_first(days_first, found) == found[::-1]
    assert newest_first(WEEKS, ["3.2026.47.2", "3.2026.47.10", "3.2026.5.11", "9.1.0"]) == [
        *("3.2026.47.10", "3.2026.47.2", "3.2026.5.11", "9.1.0"),
    ]


@given(schemes, st.lists(words, max_size=12))
def test_the_order_is_total_and_forgets_nobody(versions, found):
    ordered = newest_first(versions, found)
    assert sorted(ordered) == sorted(found)
    assert ordered == newest_first(versions, reversed(found))
    for one, other in pairwise(ordered):
        assert rank(versions, one) >= rank(versions, other)


def app_tagged(tag):
    return App.model_validate(
        {
            "apiVersion": "tagboat/v1",
            "kind": "App",
            "name": "shop",
            "versions": {"scheme": "opaque", "tag": tag},
            "components": [{"name": "web"}],
        }
    )


@pytest.mark.parametrize(
    "tag", ["v{version}", "{version}", "{app}/v{version}", "a{version}-{version}"]
)
@given(version=words)
def test_a_tag_leads_back_to_its_version_D26(tag, version):
    app = app_tagged(tag)
    assert version_of(app, tag_of(app, version)) == version


@pytest.mark.parametrize(
    "tag", ["nightly", "v", "api/v1.0.0", "v1.0.0/x", "v 1", "v-1", "v1.0.0\n"]
)
def test_another_tag_is_of_no_version_D26(tag):
    assert version_of(app_tagged("v{version}"), tag) is None
