"""Whole situations, each in a file of ``scenarios/``, and the plan that people read."""

import os

import pytest
from scenario import SCENARIOS, Scenario


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda each: each.stem)
def test_a_scenario_leads_to_the_plan_that_its_file_has(path, scene):
    scenario = Scenario(path, scene)
    if os.environ.get("TAGBOAT_WRITE_SCENARIOS"):
        scenario.write()
        scenario = Scenario(path, type(scene)())
    assert scenario.text() == scenario.said["expect"]


def test_scenarios_are_there():
    assert len(SCENARIOS) > 10
