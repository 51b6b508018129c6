"""Places at rest: what is kept of one plan for the next is never older than what it rests on."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha1

import pytest

from reconciler.deployer.ledger import Ledger
from reconciler.manifest.loading import advance
from reconciler.manifest.snapshot import Blob
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Outcome
from reconciler.planner.plan import decide, make_plan
from reconciler.signoff import Taint

PLACE = Place("production", "shop")


@pytest.fixture
def resting(scene):
    """Inputs whose one place is in sync, planned once."""
    scene.runs("1.1.0")
    inputs = scene.inputs()
    assert decide(inputs, PLACE).verdict is Verdict.IN_SYNC
    return inputs


def test_a_place_at_rest_is_not_decided_again(resting):
    first, second = make_plan(resting), make_plan(replace(resting, alarms=()))
    assert first == second
    assert first.decisions[0] is second.decisions[0]


def test_a_record_of_the_place_ends_its_rest(scene, resting):
    claim = scene.claimed("1.0.0", by="two")
    resting.ledger.apply(claim)
    assert decide(resting, PLACE).verdict is Verdict.BUSY
    scene.ended(claim, Outcome.SUCCEEDED, "1.0.0")
    resting.ledger.apply(scene.records[-1])
    assert decide(resting, PLACE).verdict is Verdict.DEPLOY


def test_another_history_ends_it(resting):
    assert decide(replace(resting, ledger=Ledger()), PLACE).verdict is Verdict.DEPLOY


def test_another_judgement_of_the_same_files_ends_it(resting):
    found = Taint("environments/people.yaml", "TB451", "3" * 40, "ben", "ben merged it", "revert")
    tainted = replace(resting, judgement=replace(resting.judgement, taints=(found,)))
    assert decide(tainted, PLACE).sentence.endswith("ben merged it")


def test_another_branch_over_the_same_files_ends_it(scene, resting):
    gone = scene.snapshot({path: text for path, text in scene.files.items() if "blog" not in path})
    assert decide(replace(resting, tip=gone), PLACE) == decide(resting, PLACE)
    shown = scene.files["environments/production/shop.yaml"]
    added = scene.snapshot({**scene.files, "environments/dev/shop.yaml": shown})
    assert len(make_plan(replace(resting, tip=added)).decisions) == 2


def test_what_is_there_for_a_while_never_rests(scene):
    scene.runs("1.0.0")
    scene.files["environments/production/shop.yaml"] += (
        'temporary: {release: "1.0.0", owner: ana, expires: "2026-11-20T13:00:00Z", reason: demo}\n'
    )
    inputs = scene.inputs()
    assert decide(inputs, PLACE).verdict is Verdict.IN_SYNC
    later = replace(inputs, now=inputs.now + timedelta(hours=2))
    assert decide(later, PLACE).wanted == "1.1.0"


def test_a_broken_policy_is_no_place(scene):
    scene.files["environments/policies/base.yaml"] = "kind: [\n"
    assert [str(each.place) for each in make_plan(scene.inputs()).decisions] == ["production/shop"]


def blob_of(text):
    return Blob("100644", sha1(text.encode()).hexdigest(), text.encode())


CHANGES = {
    "another release of the same app": {"releases/shop/1.2.0/release.yaml": "1.2.0"},
    "the release that runs": {"releases/shop/1.1.0/release.yaml": "1.1.0"},
    "the app": {"releases/shop/app.yaml": "[./serve]"},
    "the promotion": {"environments/production/shop.yaml": "1.1.0"},
    "the environment": {"environments/production/environment.yaml": "kind: Environment"},
    "who is who": {"environments/people.yaml": "kind: People"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_m2_what_is_handed_on_to_other_files_is_what_those_files_say(scene, change):
    scene.runs("1.1.0")
    scene.files["environments/dev/shop.yaml"] = scene.files["environments/production/shop.yaml"]
    before = scene.inputs()
    before = replace(before, tip=before.snapshot)
    make_plan(before)
    for path, word in CHANGES[change].items():
        for text in (f"# more\n{scene.files[path]}", scene.files[path].replace(word, "x y", 1)):
            files, scene.files = scene.files, {**scene.files, path: text}
            fresh = scene.inputs()
            after = advance(before.snapshot, "5" * 40, {path: blob_of(text)}, {})
            judged = replace(before.judgement, tip="5" * 40, admitted=fresh.judgement.admitted)
            fresh = replace(fresh, judgement=judged, ledger=before.ledger)
            handed = replace(fresh, snapshot=after, tip=after)
            assert make_plan(handed) == make_plan(fresh)
            scene.files = files


TIMES = {
    "a vacation": ("environments/calendars/own.yaml", "2026-11-20", "2026-11-23"),
    "a weekend": ("environments/calendars/own.yaml", "[wed]", "[sun]"),
    "a window": ("environments/production/environment.yaml", "08:00", "13:00"),
    "a zone": ("environments/production/environment.yaml", "Europe/Madrid", "Asia/Tokyo"),
    "a schedule": ("environments/production/shop.yaml", "17:00", "18:00"),
}


@pytest.mark.parametrize("change", TIMES)
def test_p3_m8_what_was_found_of_times_goes_when_the_files_change(scene, change):
    scene.files["environments/calendars/own.yaml"] = (
        "apiVersion: tagboat/v1\nkind: Calendar\nname: own\nweekend: [wed]\n"
        'vacations: [{title: Away, from: "2026-11-20", until: "2026-11-24"}]\n'
    )
    scene.files["environments/production/environment.yaml"] += (
        'timezone: Europe/Madrid\ncalendar: own\nwindows: [{from: "08:00", until: "16:00"}]\n'
    )
    scene.files["environments/production/shop.yaml"] = (
        "apiVersion: tagboat/v1\nkind: Promotion\napp: shop\n"
        'follow: {releases: "*", schedule: {time: "17:00"}}\n'
    )
    before = scene.inputs()
    kept = make_plan(before)
    path, old, new = TIMES[change]
    scene.files[path] = scene.files[path].replace(old, new)
    fresh = scene.inputs()
    after = advance(before.snapshot, "5" * 40, {path: blob_of(scene.files[path])}, {})
    handed = replace(fresh, snapshot=after, tip=after, ledger=before.ledger)
    assert make_plan(handed) == make_plan(fresh)
    assert make_plan(handed) != kept


def test_an_assignment_goes_when_what_it_is_made_of_does(scene):
    scene.runs("1.0.0")
    inputs = scene.inputs()
    first, again = (decide(inputs, PLACE).assignment for _ in range(2))
    assert first is not None
    assert first is again
    scene.runs("1.2.0")
    inputs.ledger.apply(scene.records[-2])
    inputs.ledger.apply(scene.records[-1])
    later = decide(inputs, PLACE).assignment
    assert later is not None
    assert later.previous is not None
    assert later.previous.version == "1.2.0"
    assert later == decide(scene.inputs(), PLACE).assignment


def test_a_copy_of_content_has_a_digest_of_its_own(scene):
    content = decide(scene.inputs(), PLACE).assignment.content
    kept, same = content.digest, content.model_copy()
    assert content == same
    assert content.model_copy(update={"version": "1.0.0"}).digest != kept
    assert content.model_copy(update={"version": "1.0.0"}, deep=True).digest != kept
    assert type(content).model_validate(content.model_dump()) == content
    assert "digest" not in content.model_dump_json()


def test_a_change_elsewhere_leaves_a_place_at_rest(scene):
    scene.runs("1.1.0")
    before = scene.inputs()
    before = replace(before, tip=before.snapshot)
    at_rest = decide(before, PLACE)
    path = "releases/shop/1.2.0/release.yaml"
    text = f"# more\n{scene.files[path]}"
    after = advance(before.snapshot, "5" * 40, {path: blob_of(text)}, {})
    judged = replace(before.judgement, tip="5" * 40)
    assert decide(replace(before, snapshot=after, tip=after, judgement=judged), PLACE) is at_rest
    found = Taint(PLACE.promotion_path, "TB451", "3" * 40, "ben", "ben merged it", "revert")
    tainted = replace(judged, taints=(found,))
    held = replace(before, snapshot=after, tip=after, judgement=tainted)
    assert decide(held, PLACE).sentence != at_rest.sentence
