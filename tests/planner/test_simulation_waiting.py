"""Places that wait: a timetable passes them over, and is the same as if it didn't."""

from datetime import UTC, datetime, timedelta

import pytest
from scenario import SCENARIOS, Scenario
from test_simulation import CORPUS
from test_simulation import inputs as process

from reconciler.planner.plan import make_plan
from reconciler.planner.simulation import simulate

TICK = {
    "releases/tick/app.yaml": (
        "apiVersion: tagboat/v1\nkind: App\nname: tick\nversions: {scheme: semver}\n"
        'components:\n  - {name: web, artifact: {tree: "."}, run: [./serve], listens: socket}\n'
    ),
    "environments/tick/environment.yaml": (
        "apiVersion: tagboat/v1\nkind: Environment\nname: tick\ntarget: {driver: memory}\n"
    ),
    "environments/tick/tick.yaml": (
        "apiVersion: tagboat/v1\nkind: Promotion\napp: tick\nfollow: {branch: main}\n"
    ),
}
"""Something else that happens every day: a play looks at every place then."""


MONDAY = {"days": ["mon"], "from": "22:00", "until": "23:00"}
TIMED = [
    each
    for each in SCENARIOS
    if any(
        word in each.read_text() for word in ("expires", "max_age", "until:", "soak", "schedule")
    )
]


def every_place(inputs):
    return make_plan(inputs).decisions


LATER = {"environments/production/environment.yaml": {"windows": [MONDAY]}}


@pytest.mark.parametrize("path", TIMED, ids=lambda each: each.stem)
def test_a_timetable_is_the_same_whether_waiting_places_are_passed_over_or_not(path, scene):
    scene.runs("1.0.0")
    scenario = Scenario(path, scene)
    scenario.read({"files": LATER})
    scenario.seal()
    scene.files |= TICK
    known = scene.inputs()
    until = known.now + timedelta(days=12)
    expected = list(simulate(known, until=until, planner=every_place))
    assert list(simulate(known, until=until)) == expected


def test_what_runs_out_while_a_place_waits_is_told_when_it_does(scene):
    path = next(each for each in TIMED if each.stem == "override-attended-x-window")
    scene.runs("1.0.0")
    Scenario(path, scene).read({"files": LATER})
    scene.files |= TICK
    known = scene.inputs()
    found = simulate(known, until=known.now + timedelta(days=8))
    waits = [each for each in found if each.what == "waits" and "attended: " in each.why]
    assert [each.at for each in waits] == [datetime(2026, 11, 25, 12, tzinfo=UTC)]


@pytest.mark.parametrize("name", sorted(each.name for each in CORPUS.glob("process-*")))
def test_so_are_two_weeks_of_every_process(name):
    known = process(name, start=datetime(2027, 3, 22, tzinfo=UTC))
    until = known.now + timedelta(days=14)
    expected = list(simulate(known, until=until, planner=every_place))
    assert expected
    assert list(simulate(known, until=until)) == expected
