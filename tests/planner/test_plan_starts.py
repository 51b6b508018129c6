"""The earliest start that a plan promises: planned at that instant it starts, and not before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from planner_town import PROMOTION, approved, gates
from scenario import SCENARIOS, Scenario

from reconciler.model.plan import Verdict
from reconciler.names import instant_of
from reconciler.planner.plan import make_plan

SECOND = timedelta(seconds=1)
SAMPLES = 12


def at(scenario, place, instant):
    """What is decided of a place at another instant, if nothing else happens."""
    scenario.scene.now = instant
    decisions = make_plan(scenario.scene.inputs()).decisions
    return next(each for each in decisions if each.place == place)


def test_m5_an_approval_that_stands_for_the_merge_has_to_last_until_the_start(scene):
    gates(scene, '{approvals: [{role: qa}]}\nwindows: [{from: "22:00", until: "23:00"}]')
    path = approved(scene, "cara", "qa", more='expires: "2026-11-20T18:00:00Z"\n')
    judgement = scene.inputs().judgement
    word = replace(judgement.admissions[PROMOTION], word=f"{path} {judgement.admitted[path].id}")
    scene.known["judgement"] = replace(judgement, admissions={PROMOTION: word})
    found = scene.decision()
    assert [each.gate for each in found.closed] == ["windows"]
    assert (found.start.at, found.start.gate, found.start.other) == ("", "sign-off", "windows")
    assert found.start.closes == "2026-11-20T18:00:00.000Z"
    assert (found.sign_off.merged_by, found.sign_off.approval) == ("ana", path)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda each: each.stem)
def test_m8_s4_what_is_promised_is_the_first_start_there_is(path, scene):
    scenario = Scenario(path, scene)
    begin = scene.now
    for decision in [each for each in scenario.plan().decisions if each.start]:
        start = decision.start
        if start.at:
            first = instant_of(start.at)
            then = at(scenario, decision.place, first)
            assert {each.gate for each in then.closed} == set(start.waits)
            assert bool(start.earliest) is (then.verdict is Verdict.DEPLOY)
            last = first - SECOND
            before = at(scenario, decision.place, last)
            assert before.verdict is Verdict.HOLD
            assert {each.gate for each in before.closed} > set(start.waits)
            continue
        closes = instant_of(start.closes) if start.closes else begin
        instants = (begin + each * timedelta(hours=17) for each in range(SAMPLES))
        for instant in (*instants, closes + SECOND, closes - SECOND):
            then = at(scenario, decision.place, max(instant, begin))
            assert then.verdict is Verdict.HOLD, instant
        if start.closes:
            around = (at(scenario, decision.place, closes + each) for each in (-SECOND, SECOND))
            assert [start.gate in {one.gate for one in each.closed} for each in around] == [
                False,
                True,
            ]
