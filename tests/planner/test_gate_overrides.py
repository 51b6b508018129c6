"""One gate set aside, once, for one release, by somebody who may; and what is owed for it."""

from datetime import UTC, datetime, timedelta

import pytest
from planner_town import (
    ENVIRONMENT,
    PROMOTION,
    add_environment,
    approved,
    claimed,
    confirmed,
    decision,
    distinct,
    ended,
    gate,
    gates,
    promotion,
    ran,
    verified,
)

from reconciler.model.plan import Verdict
from reconciler.model.records import Outcome

REASON = "Two failures are a time-out"


def override(name="after", *, release="1.1.0", expires="2026-11-20T18:00:00+00:00", review=""):
    more = f'  review_by: "{review}"\n' if review else ""
    return promotion(
        "1.1.0",
        f'override:\n  gate: {name}\n  release: "{release}"\n  reason: {REASON}\n'
        f'  evidence: "https://ci.example/1"\n  expires: "{expires}"\n{more}',
    )


@pytest.fixture
def scene(scene):
    distinct(scene)
    add_environment(scene, "staging", version="1.1.0")
    gates(scene, "{after: {environment: staging}}")
    scene.files[PROMOTION] = override()
    return scene


def test_t8_a_gate_that_is_set_aside_is_open_and_its_own_answer_stays_visible(scene):
    verified(scene, ran(scene, "staging", "1.1.0", ago=5, tested=True), ago=4, passed=False)
    found = gate(scene, "after")
    assert found.state == "open"
    assert found.why == (
        f"set aside by ana until 2026-11-20T18:00:00.000Z: {REASON}"
        " (it says: the tests of 1.1.0 in staging/shop failed: e2e: 2 of 80 failed)"
    )
    assert found.aside.evidence == "https://ci.example/1"
    assert decision(scene).verdict is Verdict.DEPLOY


def test_t8_a_gate_that_is_open_anyway_is_not_set_aside_and_owes_nothing(scene):
    ran(scene, "staging", "1.1.0", ago=5)
    assert gate(scene, "after").aside is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (override(expires="2026-11-20T12:00:00+00:00"), "it expired on 2026-11-20T12:00:00+00:00"),
        (override(release="1.2.0"), ""),
        (override("attended"), ""),
    ],
    ids=["expired", "another-release", "another-gate"],
)
def test_t8_an_override_is_of_one_gate_for_one_release_until_it_expires(scene, text, why):
    scene.files[PROMOTION] = text
    found = gate(scene, "after")
    assert found.state == "closed"
    assert why in found.why


def test_t8_who_may_not_override_can_merge_the_promotion_and_not_the_override(scene):
    scene.files[ENVIRONMENT] += "permissions: {override: [role/qa]}\n"
    found = gate(scene, "after")
    assert found.state == "closed"
    assert found.why.endswith(
        "the override isn't in force: ana merged it and may not override here"
    )


def test_t8_it_is_good_for_one_promotion(scene):
    reasons = (gate(scene, "after"),)
    claim = claimed(scene, "production", "1.1.0", ago=3, merge="8" * 40, reasons=reasons)
    ended(scene, claim, ago=3, outcome=Outcome.ROLLED_BACK)
    assert "used up by an earlier promotion" in gate(scene, "after").why


def overdue(scene, *, review="2026-11-19"):
    """An earlier override in production, to be looked at by a day."""
    scene.files[PROMOTION] = override(review=review).replace("1.1.0", "1.0.0")
    reasons = (gate(scene, "after"),)
    assert reasons[0].aside
    claim = claimed(scene, "production", "1.0.0", ago=40, reasons=reasons, merge="8" * 40)
    ended(scene, claim, ago=40)
    scene.files[PROMOTION] = override()
    return claim


def test_break_glass_a_debt_that_is_overdue_closes_the_place_to_further_overrides(scene):
    path = "releases/shop/1.0.0/release.yaml"
    scene.files[path] = scene.files[path].replace("b" * 40, "e" * 40).replace("a" * 40, "e" * 40)
    claim = overdue(scene)
    found = gate(scene, "after")
    assert found.state == "closed"
    assert found.why.endswith(
        f"the one of {claim.deployment} was to be looked at by 2026-11-19;"
        f" then run: tagboat confirm {claim.deployment}"
    )
    confirmed(scene, deployment=claim.deployment, by="ana")
    assert gate(scene, "after").state == "closed", "whoever set it aside can't look back at it"
    confirmed(scene, deployment=claim.deployment, by="cara")
    assert gate(scene, "after").state == "open"


@pytest.mark.parametrize(("day", "state"), [("2026-11-20", "open"), ("2026-11-19", "closed")])
def test_break_glass_the_day_itself_is_still_in_time_in_the_places_zone(scene, day, state):
    path = "releases/shop/1.0.0/release.yaml"
    scene.files[path] = scene.files[path].replace("b" * 40, "e" * 40).replace("a" * 40, "e" * 40)
    overdue(scene, review=day)
    scene.files[ENVIRONMENT] += "timezone: Pacific/Auckland\n"
    scene.now = datetime(2026, 11, 20, 10, 59, tzinfo=UTC)
    assert gate(scene, "after").state == state
    scene.now += timedelta(hours=1)
    assert gate(scene, "after").state == "closed"


def test_break_glass_no_start_is_promised_beyond_the_day_on_which_a_debt_is_due(scene):
    path = "releases/shop/1.0.0/release.yaml"
    scene.files[path] = scene.files[path].replace("b" * 40, "e" * 40).replace("a" * 40, "e" * 40)
    overdue(scene, review="2026-11-20")
    scene.files[PROMOTION] = override(expires="2026-11-29T18:00:00+00:00")
    scene.files[ENVIRONMENT] += 'windows: [{days: [sat], from: "09:00", until: "10:00"}]\n'
    start = decision(scene).start
    assert (start.at, start.gate, start.other) == ("", "after", "windows")
    assert start.closes == "2026-11-21T00:00:00.000Z"


def test_a_debt_does_not_keep_what_passes_by_itself(scene):
    overdue(scene)
    ran(scene, "staging", "1.1.0", ago=1)
    scene.files[PROMOTION] = promotion("1.1.0")
    assert gate(scene, "after").state == "open"


@pytest.mark.parametrize("name", ["approvals", "quarantine", "tag", "sign-off", "hold", "needs"])
def test_what_can_not_be_set_aside_is_refused_in_the_file(scene, name):
    scene.files[PROMOTION] = override(name)
    assert decision(scene).verdict is not Verdict.DEPLOY


def test_a_quarantine_stands_whatever_is_set_aside(scene):
    scene.files["releases/shop/1.1.0/quarantine.yaml"] = (
        "apiVersion: tagboat/v1\nkind: Quarantine\napp: shop\n"
        'version: "1.1.0"\nreason: It loses orders\nby: ana\nuntil: "2026-11-21T00:00:00+00:00"\n'
    )
    assert gate(scene, "after").state == "open"
    assert [each.gate for each in decision(scene).closed] == ["quarantine"]


def test_approvals_are_still_asked_for_and_cover_the_override(scene):
    scene.files[ENVIRONMENT] = scene.files[ENVIRONMENT].replace(
        "{after: {environment: staging}}",
        "{after: {environment: staging}, approvals: [{role: qa}]}",
    )
    plain = dict(scene.files)
    scene.files[PROMOTION] = promotion("1.1.0")
    approved(scene, "cara", "qa")
    scene.files[PROMOTION] = plain[PROMOTION]
    assert "TB475" in gate(scene, "approvals").why
    approved(scene, "cara", "qa")
    assert decision(scene).verdict is Verdict.DEPLOY
