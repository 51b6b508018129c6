"""Gate ``tickets``: which tickets there are, where they stand, and when that was looked at (S11)."""

from datetime import UTC, datetime, timedelta

import pytest
from planner_town import ENVIRONMENT, PLACE, PROMOTION, gate, gates, ran, saw

from reconciler.canonical import canonical_json
from reconciler.names import instant_text
from reconciler.planner.departures import PATIENCE
from reconciler.planner.evidence import Witness
from reconciler.planner.plan import make_plan
from reconciler.planner.questions import questions
from reconciler.planner.scribe import Scribe

APP = "releases/shop/app.yaml"
CONNECTIONS = "environments/connections.yaml"
RELEASE = "releases/shop/1.1.0/release.yaml"
TRACKER = "{type: jira, url: 'https://jira.example', secret: JIRA_TOKEN}"
AT = "shop jira https://jira.example"
HERE = frozenset({"shop", "secret JIRA_TOKEN"})
HEAD, TREE = "c" * 40, "d" * 40
MINUTE = timedelta(minutes=1)


@pytest.fixture
def scene(scene):
    gates(scene, "{tickets: {state: Staging}}")
    scene.files[APP] += 'tracker: {name: jira, pattern: "SHOP-[0-9]+"}\n'
    connect(scene, TRACKER)
    scene.known["repositories"] = HERE
    saw(scene, "tag", "shop v1.1.0", commit="a" * 40, kind="lightweight")
    saw(scene, "artifacts", "shop 1.1.0", there="yes")
    return scene


def connect(scene, tracker):
    scene.files[CONNECTIONS] = (
        f"apiVersion: tagboat/v1\nkind: Connections\ntrackers:\n  jira: {tracker}\n"
    )


def names(scene, *tickets):
    scene.files[RELEASE] += f"tickets: [{', '.join(tickets)}]\n"


def stands(scene, ticket, state="", *, ago=timedelta()):
    """Somebody looked where a ticket stands."""
    facts = {"state": state} if state else {}
    saw(scene, "ticket", f"{AT} {ticket}", **facts)
    seen = instant_text(scene.now - ago)
    scene.records[-1] = scene.records[-1].model_copy(update={"at": seen})


def mute(scene, why="jira.example doesn't answer"):
    saw(scene, "tracker", "jira", answers="no", why=why)
    scene.records[-1] = scene.records[-1].model_copy(update={"at": instant_text(scene.now)})


def asked(scene):
    found = questions(scene.inputs(), [PLACE])
    return {each.about: each for each in found if each.sort in {"ticket", "tickets", "tracker"}}


def test_s11_a_ticket_that_nobody_has_seen_is_unknown_and_is_asked_for(scene):
    names(scene, "SHOP-1", "SHOP-2")
    assert gate(scene, "tickets").state == "unknown"
    found = asked(scene)
    assert found.keys() == {f"{AT} SHOP-1", f"{AT} SHOP-2", "jira"}
    assert {(each.source, each.tracker.secret) for each in found.values()} == {
        ("tracker jira", "JIRA_TOKEN")
    }


@pytest.mark.parametrize(
    ("app", "tracker"),
    [("jira", TRACKER.replace("jira.example", "new.example")), ("desk", TRACKER)],
)
def test_s11_what_another_tracker_said_of_a_ticket_does_not_count(scene, app, tracker):
    names(scene, "SHOP-1")
    stands(scene, "SHOP-1", "Staging")
    assert gate(scene, "tickets").state == "open"
    scene.files[APP] = scene.files[APP].replace("name: jira", f"name: {app}")
    connect(scene, tracker)
    scene.files[CONNECTIONS] = scene.files[CONNECTIONS].replace("  jira:", f"  {app}:")
    assert gate(scene, "tickets").state == "unknown"
    assert any(each.endswith(" SHOP-1") for each in asked(scene))


def test_s11_all_tickets_have_to_stand_there_and_the_newest_sighting_counts(scene):
    names(scene, "SHOP-1", "SHOP-2")
    stands(scene, "SHOP-1", "Staging")
    stands(scene, "SHOP-2", "Doing")
    found = gate(scene, "tickets")
    assert (found.state, found.why) == (
        "closed",
        "SHOP-2 stands in Doing, and Staging is asked for",
    )
    assert found.remedy == "move SHOP-2 to Staging"
    stands(scene, "SHOP-2", "Staging")
    found = gate(scene, "tickets")
    assert (found.state, found.why) == ("open", "in Staging: SHOP-1, SHOP-2")
    stands(scene, "SHOP-1")
    assert gate(scene, "tickets").why.startswith("SHOP-1 isn't there")


def test_s11_a_release_that_names_no_ticket_waits_for_none(scene):
    found = gate(scene, "tickets")
    assert (found.state, found.why) == ("open", "the release names no ticket")
    assert asked(scene) == {}


def test_s11_tickets_of_commits_since_what_runs_count_like_those_that_the_release_names(scene):
    scene.files[RELEASE] = scene.files[RELEASE].replace("a" * 40, HEAD)
    saw(scene, "tag", "shop v1.1.0", commit=HEAD, kind="lightweight")
    names(scene, "SHOP-1")
    ran(scene, "production", "1.0.0", ago=60)
    about = f"shop {HEAD} {'a' * 40}"
    assert gate(scene, "tickets").why == "nobody has looked yet which tickets its commits name"
    assert asked(scene)[about].app.name == "shop"
    found = canonical_json(["SHOP-1", "SHOP-7"])
    saw(scene, "tickets", about, tickets=found, pattern="OLD-[0-9]+")
    assert gate(scene, "tickets").state == "unknown"
    saw(scene, "tickets", about, tickets=found, pattern="SHOP-[0-9]+")
    stands(scene, "SHOP-1", "Staging")
    stands(scene, "SHOP-7", "Review")
    assert gate(scene, "tickets").why == "SHOP-7 stands in Review, and Staging is asked for"


def test_s11_s13_content_of_a_branch_has_the_tickets_of_its_commits(scene):
    scene.files[PROMOTION] = (
        "apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nfollow: {branch: dev}\n"
    )
    saw(scene, "branch", "shop dev", **{"commit": HEAD, "tree web": TREE})
    about = f"shop {HEAD} all"
    assert about in asked(scene)
    saw(scene, "tickets", about, tickets="[]", pattern="SHOP-[0-9]+")
    assert gate(scene, "tickets").why == f"dev@{HEAD[:12]} names no ticket"
    saw(scene, "tickets", about, tickets='["SHOP-3"]', pattern="SHOP-[0-9]+")
    stands(scene, "SHOP-3", "Staging")
    assert gate(scene, "tickets").state == "open"


@pytest.mark.parametrize(
    ("tracker", "here", "why"),
    [
        ("{type: zammad, url: 'https://desk.example', secret: KEY}", HERE, "of type zammad"),
        ("{type: jira, url: 'https://jira.example'}", HERE, "jira has no secret"),
        ("{type: jira, secret: JIRA_TOKEN}", HERE, "jira has no url"),
        (TRACKER, frozenset({"shop"}), "this host has no secret JIRA_TOKEN"),
    ],
)
def test_s11_what_nobody_can_ask_is_unknown_with_its_reason_and_is_not_asked(
    scene, tracker, here, why
):
    connect(scene, tracker)
    names(scene, "SHOP-1")
    scene.known["repositories"] = here
    found = gate(scene, "tickets")
    assert (found.state, why in found.why) == ("unknown", True)
    assert found.remedy
    assert asked(scene) == {}


def test_s11_an_app_without_a_tracker_has_to_name_one(scene):
    scene.files[APP] = scene.files[APP].partition("tracker:")[0]
    names(scene, "SHOP-1")
    found = gate(scene, "tickets")
    assert (found.state, found.remedy) == ("unknown", f"add 'tracker:' to {APP}")


def test_s11_a_tracker_that_does_not_answer_says_so_and_when_it_was_last_asked(scene):
    names(scene, "SHOP-1")
    mute(scene)
    found = gate(scene, "tickets")
    assert found.state == "unknown"
    assert found.why.startswith(
        "jira was last asked Fri 2026-11-20 12:00 UTC and didn't answer: jira.example doesn't answer"
    )
    stands(scene, "SHOP-1", "Staging")
    saw(scene, "tracker", "jira", answers="yes")
    assert gate(scene, "tickets").state == "open"


def test_s11_what_was_seen_long_ago_is_looked_at_once_more_before_a_start(scene):
    names(scene, "SHOP-1")
    stands(scene, "SHOP-1", "Staging", ago=6 * MINUTE)
    found = gate(scene, "tickets")
    assert found.why == "where SHOP-1 stands has to be looked at once more before it starts"
    assert asked(scene)[f"{AT} SHOP-1"].since == scene.now - 5 * MINUTE
    scene.known["repositories"] = None
    assert gate(scene, "tickets").state == "open"
    scene.known["repositories"] = HERE
    stands(scene, "SHOP-1", "Staging", ago=5 * MINUTE)
    assert gate(scene, "tickets").state == "open"


def test_s11_nobody_is_pressed_while_something_else_is_in_the_way(scene):
    names(scene, "SHOP-1", "SHOP-2")
    stands(scene, "SHOP-1", "Staging", ago=60 * MINUTE)
    stands(scene, "SHOP-2", "Doing", ago=60 * MINUTE)
    assert asked(scene)[f"{AT} SHOP-1"].since is None
    stands(scene, "SHOP-2", "Staging", ago=60 * MINUTE)
    scene.files[ENVIRONMENT] += 'windows: [{days: [sat], from: "09:00", until: "10:00"}]\n'
    assert asked(scene)[f"{AT} SHOP-1"].since is None
    assert gate(scene, "tickets").why == "in Staging: SHOP-1, SHOP-2"


SLOT = datetime(2026, 11, 25, 11, tzinfo=UTC)


@pytest.fixture
def train(scene):
    """A follower that leaves on Wednesdays, and whose release has a ticket."""
    names(scene, "SHOP-1")
    scene.files[PROMOTION] = (
        "apiVersion: tagboat/v1\nkind: Promotion\napp: shop\n"
        "follow: {releases: '1.1.*', schedule: {days: [wed], time: '11:00'}}\n"
    )
    (first,) = departures(scene)
    scene.departs(first)
    return scene


def refused(scene):
    """What holds it now is written down."""
    inputs = scene.inputs()
    scribe = Scribe(
        Witness(inputs, {}), make_plan(inputs), "one", lambda: "r", lambda: instant_text(scene.now)
    )
    for each in scribe.refusals(inputs.ledger):
        scene.add(each)


def departures(scene):
    return next(each for each in make_plan(scene.inputs()).decisions).departures


def test_s11_before_the_slot_tickets_are_looked_at_seldom_and_at_it_at_once(train):
    assert asked(train)[f"{AT} SHOP-1"].again == 600
    train.now = SLOT
    found = asked(train)[f"{AT} SHOP-1"]
    assert (found.again, found.since) == (60, SLOT)


def test_s11_a_ticket_in_another_column_at_the_slot_makes_it_miss_that_one(train):
    stands(train, "SHOP-1", "Staging")
    train.now = SLOT
    assert (gate(train, "tickets").state, departures(train)) == ("unknown", ())
    stands(train, "SHOP-1", "Doing")
    (missed,) = departures(train)
    assert (missed.fate, missed.why) == (
        "missed",
        "tickets: SHOP-1 stands in Doing, and Staging is asked for",
    )


def test_s11_a_tracker_that_is_away_at_the_slot_has_patience_and_then_is_the_reason(train):
    stands(train, "SHOP-1", "Staging")
    train.now = SLOT
    mute(train)
    assert departures(train) == ()
    refused(train)
    train.now = SLOT + PATIENCE
    stands(train, "SHOP-1", "Staging")
    assert gate(train, "tickets").state == "open"
    train.records.pop()
    train.now += MINUTE
    (missed,) = departures(train)
    assert missed.why.startswith("tickets: jira was last asked Wed 2026-11-25 11:00 UTC")
