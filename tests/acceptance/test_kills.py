"""kill -9 of the real daemon, aimed by failpoint: nothing lost, nothing doubled, same end state."""

from collections import Counter

import pytest
from acceptance_story import Story, until

pytestmark = pytest.mark.timeout(400)

GOOD = (
    "journal.claiming.after",
    "history.claim.after",
    "journal.step-started.after",
    "step.prepare.after",
    "step.apply.after",
    "step.smoke.before",
    "journal.finished.after",
    "history.end.after",
)
"""Of each sort one; `make torture` kills in all steps and `make crashes` at all points."""
BAD = ("step.back/apply.before", "step.back/apply.after", "step.back/smoke.before")


def test_f1_f16_kills_at_8_different_steps_change_nothing_in_the_end(story: Story) -> None:
    story.start()
    story.arrives("dev/shop", "1.0.0")
    story.stop()
    for number, point in enumerate(GOOD):
        version = ("1.1.0", "1.2.0")[number % 2]
        story.promote("shop", version, "dev")
        story.start(point)
        assert story.daemon
        until(lambda: story.daemon.poll() is not None, f"killed at {point}")
        assert story.daemon.returncode == -9, point
        story.start()
        story.arrives("dev/shop", version)
        until(lambda: story.status()["dev/shop"]["verdict"] == "in-sync", point)
        story.stop()
    records = [
        each
        for each in story.history()
        if (each.get("environment"), each.get("app")) == ("dev", "shop")
    ]
    claims = [each["deployment"] for each in records if each["kind"] == "Claim"]
    ends = [each for each in records if each["kind"] == "End"]
    assert len(claims) == len(GOOD) + 1
    assert sorted(claims) == sorted(each["deployment"] for each in ends)
    assert Counter(each["outcome"] for each in ends) == {"succeeded": len(GOOD) + 1}


def test_f14_kills_on_the_way_back_end_on_the_previous_version(story: Story) -> None:
    story.start()
    story.arrives("dev/shop", "1.0.0")
    for point in BAD:
        story.stop()
        story.promote("shop", "1.3.0", "dev")
        story.start(point)
        assert story.daemon
        until(lambda: story.daemon.poll() is not None, f"killed at {point}")
        story.start()
        until(lambda: story.status()["dev/shop"]["verdict"] == "hold", f"held after {point}")
        assert story.version("dev/shop") == "1.0.0"
        story.promote("shop", "1.0.0", "dev")
        until(lambda: story.status()["dev/shop"]["verdict"] == "in-sync", "released")
    outcomes = Counter(
        each["outcome"]
        for each in story.history()
        if each["kind"] == "End" and each["environment"] == "dev" and each["app"] == "shop"
    )
    assert outcomes == {"succeeded": 1, "rolled-back": len(BAD)}
