"""The whole line with public commands: promoted, answered, gone back, written down."""

import json
import signal
import subprocess
from collections import Counter
from datetime import UTC, datetime

import pytest
from acceptance_story import Load, Story, until

from reconciler.tutorial.tour import TRAIN, merge, train

pytestmark = pytest.mark.timeout(400)

PLACES = tuple(f"{e}/{a}" for e in ("dev", "staging", "production") for a in ("shop", "blog"))
GOOD = (("shop", "1.1.0"), ("blog", "2026.43.1"), ("shop", "1.2.0"))


def test_m9_t7_good_releases_arrive_without_a_refused_request_and_a_bad_one_goes_back(
    story: Story,
) -> None:
    story.start()
    for place in PLACES:
        story.arrives(place, "1.0.0" if place.endswith("shop") else "2026.41.1")
    with Load(story, PLACES) as load:
        for app, version in GOOD:
            for environment in ("dev", "staging", "production"):
                story.promote(app, version, environment)
                story.arrives(f"{environment}/{app}", version)
        story.promote("shop", "1.3.0", "staging")
        until(
            lambda: story.status()["staging/shop"]["verdict"] == "hold",
            "the bad release is held",
        )
    assert load.answered > 200
    assert load.refused == []
    assert story.version("staging/shop") == "1.2.0"
    told = json.loads(story.tagboat("status", "-o", "json", code=1))
    assert {each["place"]: each["running"] for each in told} == {
        place: story.version(place) for place in PLACES
    }
    records = story.history()
    claims = [each["deployment"] for each in records if each["kind"] == "Claim"]
    ends = [each["deployment"] for each in records if each["kind"] == "End"]
    assert len(claims) == 6 + 9 + 1
    assert sorted(claims) == sorted(ends)
    assert len(set(claims)) == len(claims)
    outcomes = Counter(each["outcome"] for each in records if each["kind"] == "End")
    assert outcomes == {"succeeded": 15, "rolled-back": 1}
    bad = next(each for each in records if each.get("outcome") == "rolled-back")
    assert bad["running"]["version"] == "1.2.0"
    assert "health" in bad["why"]
    story.tagboat("site", "build")
    shown = story.layout.site / "current"
    pages = [shown / "deployments" / f"{each}.html" for each in claims]
    assert [each.name for each in pages if not each.is_file()] == []
    assert "1.3.0" in (shown / "index.html").read_text()
    assert story.stop() == 0
    assert story.version("production/shop") == "1.2.0", "a bare reconcile leaves the apps running"


def test_the_engineers_own_merge_is_held_and_the_way_out_works(story: Story) -> None:
    story.start()
    story.arrives("production/blog", "2026.41.1")
    story.promote("blog", "2026.43.1", "production", by="engineer")
    until(lambda: story.status()["production/blog"]["verdict"] == "hold", "held")
    told = story.status()["production/blog"]
    assert told["wanted"] == "2026.43.1"
    assert told["running"] == "2026.41.1"
    remedy = next(each["remedy"] for each in told["reasons"] if each["state"] == "closed")
    assert "git revert -m 1" in remedy
    clone = story.layout.clone("engineer")
    line = f"cd {clone} && git revert --no-edit -m 1 HEAD && git push -q origin main"
    done = subprocess.run(["bash", "-c", line], env=story.environment, capture_output=True)
    assert done.returncode == 0, done.stderr
    until(lambda: story.status()["production/blog"]["verdict"] == "in-sync", "healed")
    story.promote("blog", "2026.43.1", "production")
    story.arrives("production/blog", "2026.43.1")


def test_t1_t2_a_train_of_the_tour_leaves_and_dev_takes_what_it_brings(story: Story) -> None:
    story.start()
    story.arrives("dev/blog", "2026.41.1")
    began = datetime.now(UTC)
    soon = train(story.layout).replace("2 minutes", "80 seconds")
    for line in (soon, merge(story.layout, "approver", TRAIN)):
        subprocess.run(["bash", "-ec", line], env=story.environment, check=True)
    until(lambda: story.version("dev/blog") > "2026.47", "the train has left", patience=200)
    cut = next(each for each in story.history() if each.get("sort") == "train")
    assert cut["facts"]["version"] in {f"{each:%G.%V}.1" for each in (began, datetime.now(UTC))}
    # Old and new share the socket for a moment, so both may answer before it has settled.
    story.arrives("dev/blog", cut["facts"]["version"])
    assert story.version("staging/blog") == "2026.41.1"
    assert "say when the tide turns" in str(cut["facts"])


def test_the_daemon_goes_on_where_it_was_after_a_stop_and_after_a_kill(story: Story) -> None:
    story.start()
    story.arrives("dev/shop", "1.0.0")
    story.promote("shop", "1.1.0", "dev")
    story.arrives("dev/shop", "1.1.0")
    story.stop(signal.SIGKILL)
    story.promote("shop", "1.2.0", "dev")
    assert story.version("dev/shop") == "1.1.0"
    story.start()
    story.arrives("dev/shop", "1.2.0")
