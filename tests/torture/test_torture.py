"""A short torture of the real daemon: `make torture` is the long one."""

import json
import random

import pytest
from torture_attempt import STEPS, Scene, Torturer, aims_of, scenes
from torture_laws import Visitor
from torture_world import build


@pytest.fixture(scope="module")
def tortured(tmp_path_factory):
    """An attempt that was killed in its migration, in its smoke test, and on its way back."""
    world = build(tmp_path_factory.mktemp("torture"))
    with Visitor(world.port) as visitor:
        torturer = Torturer(world, visitor, random.Random(3), wild=0)
        try:
            torturer.begin()
            torturer.attempt(Scene("1.3.0", ("1.3.0",)), ["backup", "smoke", "back/apply"])
            yield torturer
        finally:
            world.end()


def test_i1_to_i15_hold_after_three_kills_of_the_real_daemon(tortured):
    assert tortured.laws.broken == []
    assert tortured.figures.outcomes == {"rolled-back": 1}
    assert tortured.figures.kills.total() == 3
    assert "at rest" not in tortured.figures.kills
    _every_step_is_one_that_is_aimed_at(tortured)
    _the_laws_are_seen_to_be_broken_when_they_are(tortured)


def _every_step_is_one_that_is_aimed_at(tortured):
    claims = [each for each in tortured.world.records if each["kind"] == "Claim"]
    lanes = json.loads(json.dumps(claims[-1]["assignment"]["lanes"]))
    names = {each["name"] for lane in lanes.values() for each in lane}
    assert names - {"tests"} <= set(STEPS)


def _the_laws_are_seen_to_be_broken_when_they_are(tortured):
    world, laws = tortured.world, tortured.laws
    told = (world.data / "ran").read_text()
    again = next(each for each in told.splitlines() if '"migrate", "attempt": "dev.shop' in each)
    (world.data / "ran").write_text(f"{told}{again}\n")
    (world.data / "schema").write_text("half")
    world.records.append({**world.records[-1], "sequence": 99})
    laws.visitor.ask()
    laws.ended()
    laws.killed()
    numbers = {each.split()[0] for each in laws.broken}
    assert {"I2", "I3", "I7"} <= numbers, laws.broken


def test_every_step_is_reached_by_some_scene_and_has_points():
    reached = set()
    for running in ("1.0.0", "1.2.0", "1.4.0"):
        for each in scenes(running, "1.1.0", stuck=False):
            reached |= set(each.steps)
    assert reached == set(STEPS)
    assert all(aims_of(step) for step in STEPS)
