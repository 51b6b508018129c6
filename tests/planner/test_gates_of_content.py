"""The gates about content and consent that have one rule each, and pairs that meet."""

from dataclasses import replace

import pytest
from planner_town import (
    ENVIRONMENT,
    PLACE,
    PROMOTION,
    add_environment,
    claimed,
    confirmed,
    decision,
    distinct,
    ended,
    gate,
    gates,
    promotion,
    ran,
    saw,
)

from reconciler.model.people import fingerprint_of
from reconciler.model.plan import Verdict
from reconciler.model.records import Outcome
from reconciler.planner.questions import questions
from reconciler.signoff import Admission

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA0m9mEtrHk1Y7L3r0wQeVPHRLgFvAvRkU0ZcVmyCcdI ana"
QUARANTINE = """apiVersion: tagboat/v1
kind: Quarantine
app: shop
version: "1.1.0"
reason: It loses orders
by: ana
"""


def asked(scene):
    return {(each.sort, each.about) for each in questions(scene.inputs(), [PLACE])}


# Quarantine


@pytest.mark.parametrize(("version", "held"), [("1.1.0", True), ("1.0.0", False)])
def test_b42_a_quarantine_holds_the_release_that_it_names(scene, version, held):
    path = f"releases/shop/{version}/quarantine.yaml"
    until = 'until: "2026-11-21T00:00:00+01:00"\n'
    scene.files[path] = QUARANTINE.replace("1.1.0", version) + until
    assert (decision(scene).verdict is Verdict.HOLD) is held
    if held:
        found = gate(scene, "quarantine")
        assert found.why == "ana put 1.1.0 in quarantine: It loses orders"
        assert found.opens == "2026-11-20T23:00:00.000Z"
        assert path in found.remedy


def test_b42_a_quarantine_ends_by_itself_and_not_before(scene):
    path = "releases/shop/1.1.0/quarantine.yaml"
    scene.files[path] = QUARANTINE + 'until: "2026-11-20T13:00:00+01:00"\n'
    assert decision(scene).verdict is Verdict.DEPLOY
    scene.files[path] = QUARANTINE + 'until: "2026-11-20T13:00:01+01:00"\n'
    assert decision(scene).verdict is Verdict.HOLD


def test_b42_going_back_to_what_is_in_quarantine_is_held_and_what_runs_is_left_alone(scene):
    distinct(scene)
    scene.files["releases/shop/1.1.0/quarantine.yaml"] = QUARANTINE
    ran(scene, "production", "1.1.0", ago=9)
    assert decision(scene).verdict is Verdict.IN_SYNC
    ran(scene, "production", "1.2.0", ago=5)
    assert gate(scene, "quarantine").state == "closed"


# Attended


def test_d17_it_starts_when_somebody_attends_and_the_command_is_named(scene):
    gates(scene, "{attended: true}")
    found = gate(scene, "attended")
    assert found.remedy == "tagboat confirm production/shop"
    assert found.who == ("initiator", "role/admin")
    confirmed(scene, content=decision(scene).assignment.content.digest)
    assert gate(scene, "attended").why == "ana attends to it"


def test_d17_attending_to_something_else_or_to_the_start_before_is_not_enough(scene):
    gates(scene, "{attended: true}")
    digest = decision(scene).assignment.content.digest
    confirmed(scene, content=f"sha256:{'0' * 64}")
    assert gate(scene, "attended").state == "closed"
    confirmed(scene, content=digest)
    claim = claimed(scene, "production", "1.1.0", ago=1, merge="8" * 40)
    ended(scene, claim, ago=1, outcome=Outcome.ROLLED_BACK)
    assert gate(scene, "attended").state == "closed"


# Requirements


def test_m2_what_lacks_commits_of_what_runs_is_closed_once_that_is_known(scene):
    distinct(scene)
    gates(scene, "{require: [not-behind]}")
    assert gate(scene, "require/not-behind").why == "nothing runs here that it could lack"
    ran(scene, "production", "1.2.0", ago=9)
    about = f"shop {'a' * 40} {'c' * 40}"
    assert gate(scene, "require/not-behind").state == "unknown"
    assert ("ancestry", about) in asked(scene)
    saw(scene, "ancestry", about, contains="no")
    found = gate(scene, "require/not-behind")
    assert found.why == "TB424 lacks commits of 1.2.0, which runs"
    assert found.remedy == "merge v1.2.0 into main, release that, and promote it"
    saw(scene, "ancestry", about, contains="yes")
    assert gate(scene, "require/not-behind").state == "open"


def test_m2_the_same_commit_is_never_behind_itself_and_nobody_is_asked(scene):
    gates(scene, "{require: [not-behind]}")
    ran(scene, "production", "1.0.0", ago=9)
    scene.files[ENVIRONMENT] = scene.files[ENVIRONMENT].replace(
        "    target:", "    config: {A: b}\n    target:"
    )
    assert gate(scene, "require/not-behind").state == "open"
    assert "ancestry" not in {sort for sort, _ in asked(scene)}


def test_p5_a_release_without_a_way_back_is_closed_where_one_is_required(scene):
    gates(scene, "{require: [way-back]}")
    assert gate(scene, "require/way-back").state == "closed"
    scene.files["releases/shop/1.1.0/release.yaml"] += "way_back: Release 1.0.0\n"
    assert gate(scene, "require/way-back").why == "Release 1.0.0"


def test_p6_artifacts_of_a_release_are_pinned(scene):
    gates(scene, "{require: [pinned-artifacts]}")
    assert gate(scene, "require/pinned-artifacts").state == "open"


def test_b53_a_place_without_smoke_tests_is_closed_where_they_are_required(scene):
    gates(scene, "{require: [smoke-tests]}")
    assert gate(scene, "require/smoke-tests").why == "there are smoke tests: version"
    scene.files[ENVIRONMENT] += "pipeline: {smoke: {version: null}}\n"
    assert gate(scene, "require/smoke-tests").state == "closed"


def test_p17_what_runs_has_to_be_at_hand_for_going_back(scene):
    distinct(scene)
    gates(scene, "{require: [rollback-ready]}")
    assert gate(scene, "require/rollback-ready").state == "open"
    content = ran(scene, "production", "1.2.0", ago=9).assignment.content
    about = f"shop production {content.digest}"
    assert ("readiness", about) in asked(scene)
    assert gate(scene, "require/rollback-ready").state == "unknown"
    saw(scene, "readiness", about, ready="no", why="there is no artifact dist/web.tar.gz")
    assert gate(scene, "require/rollback-ready").why == (
        "1.2.0 could not be put back: there is no artifact dist/web.tar.gz"
    )
    saw(scene, "readiness", about, ready="yes")
    assert gate(scene, "require/rollback-ready").state == "open"


def test_d19_a_plain_tag_is_closed_and_an_annotated_one_says_who_made_it(scene):
    gates(scene, "{require: [annotated-tag]}")
    assert gate(scene, "require/annotated-tag").state == "unknown"
    saw(scene, "tag", "shop v1.1.0", commit="a" * 40, kind="lightweight")
    assert gate(scene, "require/annotated-tag").why == "v1.1.0 is a plain tag"
    saw(scene, "tag", "shop v1.1.0", commit="a" * 40, kind="annotated", tagger="Ana")
    assert gate(scene, "require/annotated-tag").why == "v1.1.0 is annotated by Ana"


SIGNED = {
    "none": ({}, "v1.1.0 carries no signature"),
    "bad": ({"signature": "bad"}, "the signature of v1.1.0 isn't right"),
    "gpg": ({"signature": "other"}, "v1.1.0 is signed in another way than by an ssh key"),
    "stranger": ({"signature": "good", "key": "SHA256:other"}, "is signed by a key that"),
    "ana": ({"signature": "good", "key": fingerprint_of(KEY)}, "v1.1.0 is signed by ana"),
}


@pytest.mark.parametrize("case", SIGNED)
def test_d19_a_tag_is_signed_by_somebody_who_is_listed(scene, case):
    facts, why = SIGNED[case]
    gates(scene, "{require: [signed-tag]}")
    path = "environments/people.yaml"
    scene.files[path] = scene.files[path].replace("{name: Ana}", f'{{name: Ana, keys: ["{KEY}"]}}')
    saw(scene, "tag", "shop v1.1.0", commit="a" * 40, kind="annotated", **facts)
    found = gate(scene, "require/signed-tag")
    assert why in found.why
    assert (found.state == "open") is (case == "ana")


def test_d19_a_key_that_two_persons_share_is_nobodys(scene):
    gates(scene, "{require: [signed-tag]}")
    path = "environments/people.yaml"
    for name in ("Ana", "Ben"):
        scene.files[path] = scene.files[path].replace(
            f"{{name: {name}}}", f'{{name: {name}, keys: ["{KEY}"]}}'
        )
    facts = {"signature": "good", "key": fingerprint_of(KEY)}
    saw(scene, "tag", "shop v1.1.0", commit="a" * 40, kind="annotated", **facts)
    assert scene.files[path].count(KEY) == 2
    assert gate(scene, "require/signed-tag").state == "closed"


# Integrity


def test_b114_a_tag_that_was_moved_or_taken_away_closes_and_no_override_helps(scene):
    saw(scene, "tag", "shop v1.1.0", commit="d" * 40, kind="lightweight")
    assert gate(scene, "tag").why == f"v1.1.0 leads to {'d' * 12}, the release says {'a' * 12}"
    saw(scene, "tag", "shop v1.1.0")
    assert gate(scene, "tag").why == f"v1.1.0 is gone, the release says {'a' * 12}"


def test_p6_an_artifact_that_is_gone_or_differs_closes(scene):
    saw(scene, "tag", "shop v1.1.0", commit="a" * 40, kind="lightweight")
    saw(scene, "artifacts", "shop 1.1.0", there="no", why="there is no artifact web.tar.gz")
    assert gate(scene, "tag").why == "there is no artifact web.tar.gz"
    saw(scene, "artifacts", "shop 1.1.0", there="yes")
    assert gate(scene, "tag").state == "open"


@pytest.mark.parametrize(
    ("known", "state"),
    [(None, "open"), (frozenset(), "unknown"), (frozenset({"shop"}), "unknown")],
    ids=["a-laptop", "a-host-without-the-repository", "a-host-with-it"],
)
def test_b114_a_tag_that_nobody_has_looked_at_is_in_the_way_on_every_host(scene, known, state):
    scene.known["repositories"] = known
    assert gate(scene, "tag").state == state
    assert {("tag", "shop v1.1.0"), ("artifacts", "shop 1.1.0")} <= asked(scene)


def test_b114_a_host_that_does_not_know_the_repository_says_where_to_name_it(scene):
    scene.known["repositories"] = frozenset({"blog"})
    found = gate(scene, "tag")
    assert found.why == "this host doesn't know the repository shop"
    assert found.remedy == "name it in [repositories.shop] of the reconciler's host"


@pytest.mark.parametrize(("known", "state"), [("blog", "open"), ("shop", "unknown")])
def test_where_nothing_is_put_anywhere_a_host_may_do_without_the_repository(scene, known, state):
    scene.known["repositories"] = frozenset({known})
    add_environment(scene, "staging", version="1.1.0")
    assert gate(scene, "tag", "staging/shop").state == state


def test_a_tag_that_was_seen_to_have_moved_closes_on_a_laptop_too(scene):
    scene.known["repositories"] = None
    saw(scene, "tag", "shop v1.1.0", commit="d" * 40)
    assert gate(scene, "tag").state == "closed"


def test_going_back_to_what_ran_asks_nobody_about_its_tag(scene):
    distinct(scene)
    ran(scene, "production", "1.1.0", ago=9)
    ran(scene, "production", "1.2.0", ago=5)
    saw(scene, "tag", "shop v1.1.0", commit="d" * 40)
    assert decision(scene).verdict is Verdict.DEPLOY
    assert asked(scene) == set()


def test_nobody_is_asked_about_what_runs_already_or_is_under_way_or_another_hosts(scene):
    ran(scene, "production", "1.1.0", ago=9)
    assert asked(scene) == set()
    scene.records.clear()
    claimed(scene, "production", "1.1.0", ago=9)
    assert asked(scene) == set()
    scene.records.clear()
    assert asked(scene) != set()
    scene.known["drivers"] = frozenset({"memory"})
    assert asked(scene) == set()


# Needs


def with_blog(scene, *, version="1.0.0"):
    """A second app in production, which shop needs."""
    for path in [each for each in scene.files if each.startswith("releases/shop/")]:
        text = (
            scene.files[path].replace("app: shop", "app: blog").replace("name: shop", "name: blog")
        )
        scene.files[path.replace("/shop/", "/blog/")] = text
    scene.files[ENVIRONMENT] += (
        '  blog:\n    url: "http://127.0.0.1:8102"\n    target: {listen: "127.0.0.1:8102"}\n'
    )
    path = "environments/production/blog.yaml"
    scene.files[path] = promotion(version).replace("shop", "blog")
    scene.files[PROMOTION] = promotion("1.1.0", "needs: [blog]\n")
    return path


def brought(scene, *, together):
    """Let one merge bring both promotions, or two merges."""
    blog = "1" * 40 if together else "3" * 40
    admit(scene, {PROMOTION: "1" * 40, "environments/production/blog.yaml": blog})


def admit(scene, merges):
    """Let these merges have brought these files."""
    judgement = scene.inputs().judgement
    admissions = {path: Admission(each, "ana", ("ben",), ()) for path, each in merges.items()}
    scene.known["judgement"] = replace(judgement, admissions=admissions)


def blog_claimed(scene, version):
    """A claim of blog, by the merge that brings everything."""
    shop = claimed(scene, "production", version, ago=5, merge="1" * 40)
    made = decision(scene, "production/blog").assignment
    old = made.content.components[0].model_copy(update={"version": version})
    changes = {"version": version, "tag": f"v{version}", "components": (old,)}
    blog = made.model_copy(update={"content": made.content.model_copy(update=changes)})
    scene.records.pop()
    scene.add(shop.model_copy(update={"app": "blog", "assignment": blog}))
    return scene.records[-1]


def blog_ran(scene, version):
    ended(scene, blog_claimed(scene, version), ago=5)


def test_b50_an_app_that_runs_nothing_yet_is_waited_for(scene):
    with_blog(scene)
    found = gate(scene, "needs")
    assert found.why == "production/blog runs nothing yet"
    assert decision(scene).verdict is Verdict.HOLD
    blog_ran(scene, "1.0.0")
    assert gate(scene, "needs").why == "blog came first"


def test_b50_an_app_under_way_is_waited_for(scene):
    with_blog(scene)
    blog_claimed(scene, "1.0.0")
    assert "is being deployed as production.blog.1" in gate(scene, "needs").why


@pytest.mark.parametrize(("together", "state"), [(True, "closed"), (False, "open")])
def test_b50_what_one_merge_brings_is_one_group(scene, together, state):
    with_blog(scene, version="1.1.0")
    blog_ran(scene, "1.0.0")
    brought(scene, together=together)
    found = gate(scene, "needs")
    assert found.state == state
    if together:
        assert found.why == ("production/blog doesn't run 1.1.0 yet, which the same merge brings")


def test_needs_and_hold_an_app_of_the_group_that_failed_holds_what_needs_it(scene):
    with_blog(scene, version="1.1.0")
    brought(scene, together=True)
    blog_ran(scene, "1.0.0")
    ended(scene, blog_claimed(scene, "1.1.0"), ago=4, outcome=Outcome.STUCK)
    assert gate(scene, "needs").why == "production/blog can't be told from its history"
    assert decision(scene, "production/blog").verdict is Verdict.HOLD


# Mass change


def many(scene, count):
    for number in range(count):
        add_environment(scene, f"place-{number}", version="1.1.0")
    paths = [each for each in scene.files if each.endswith("/shop.yaml")]
    admit(scene, dict.fromkeys(paths, "1" * 40))


def test_b122_a_merge_that_moves_more_places_than_the_host_allows_is_confirmed_first(scene):
    gates(scene, "{}")
    many(scene, 3)
    scene.known["places_at_once"] = 4
    assert gate(scene, "mass-change") is None
    scene.known["places_at_once"] = 3
    found = gate(scene, "mass-change")
    assert found.why == f"merge {'1' * 12} changes 4 places at once, and this host allows 3"
    assert found.remedy == f"tagboat confirm production --change {'1' * 12}"
    confirmed(scene, app=None, content="3" * 40)
    assert gate(scene, "mass-change").state == "closed"
    confirmed(scene, app=None, content="1" * 40)
    assert gate(scene, "mass-change").why == "ana confirmed that 4 places change at once"
    assert gate(scene, "mass-change", "place-1/shop").state == "closed"


def test_b122_the_trust_root_moves_as_many_as_it_likes(scene):
    gates(scene, "{}")
    many(scene, 3)
    scene.known["places_at_once"] = 1
    assert gate(scene, "mass-change").state == "closed"
    del scene.known["judgement"]
    scene.merged = False
    assert gate(scene, "mass-change") is None
