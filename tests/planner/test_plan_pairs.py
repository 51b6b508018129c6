"""Gates that meet: ``pairs.yaml`` says of every two gates what they have to do with each other.

A new gate needs a row there, with the scenario in which it is closed, and a word on each gate
before it. What the row says is tried: every two such scenarios are laid over each other, and unless
the row says otherwise both gates have to say there what they say alone.
"""

import re
from functools import partial
from pathlib import Path
from sys import modules
from typing import Any

import pytest
import yaml
from scenario import FOLDER, Scenario

from reconciler.model.plan import Decision, Verdict
from reconciler.planner.gates import ALWAYS, FORWARD
from reconciler.planner.overrides import GATES

PAIRS = yaml.safe_load((Path(__file__).parent / "pairs.yaml").read_text())
ROWS = PAIRS["gates"]
NOW = "2026-11-24T12:00:00Z"
QUIET = {Verdict.BUSY, Verdict.IN_SYNC}
NUMBER = re.compile(r"\d+")


def named(gate: Any) -> str:
    """The name that a gate's answers carry."""
    if isinstance(gate, partial):
        return f"require/{gate.args[0]}"
    return modules[gate.__module__].NAME


def kinds(row: dict[str, Any]) -> dict[str, list[str]]:
    """How a row speaks of other gates → those."""
    found = {name: list(row.get(name, {})) for name in ("meets", "hidden", "never")}
    return {**found, "apart": row.get("apart", "").split()}


def decided(scene: Any, *names: str) -> Decision:
    """What is decided of production/shop in these situations, laid over each other."""
    first, *others = (FOLDER / f"{name}.yaml" for name in names)
    scenario = Scenario(first, type(scene)())
    for each in others:
        scenario.read(yaml.safe_load(each.read_text()))
    return next(each for each in scenario.plan().decisions if str(each.place) == "production/shop")


def shut(decision: Decision) -> dict[str, tuple[str, str, str]]:
    """Gate → what it says, of those that aren't open; records have other numbers together."""
    return {
        each.gate: (each.state, NUMBER.sub("#", each.why), each.opens) for each in decision.closed
    }


def test_every_gate_has_a_row_and_every_row_speaks_of_each_gate_before_it():
    assert [each["gate"] for each in ROWS] == [named(each) for each in (*ALWAYS, *FORWARD)]
    for number, row in enumerate(ROWS):
        spoken = [name for names in kinds(row).values() for name in names]
        assert sorted(spoken) == sorted(each["gate"] for each in ROWS[:number]), row["gate"]


@pytest.mark.parametrize("row", ROWS, ids=lambda each: each["gate"])
def test_a_gate_is_closed_in_its_scenario(row, scene):
    path = FOLDER / f"{row['alone']}.yaml"
    assert yaml.safe_load(path.read_text())["now"] == NOW
    if row["gate"] != "claim":  # while something is under way, that is all there is to say
        assert row["gate"] in shut(decided(scene, row["alone"]))


@pytest.fixture(scope="module")
def alone():
    """Scenario → what it leads to by itself."""
    return {}


@pytest.mark.parametrize("row", ROWS, ids=lambda each: each["gate"])
def test_i10_two_gates_say_what_they_say_alone_unless_the_row_says_otherwise(row, scene, alone):
    for kind, names in kinds(row).items():
        for name in names:
            other = next(each for each in ROWS if each["gate"] == name)
            said = {}
            for each in (other["alone"], row["alone"]):
                if each not in alone:
                    alone[each] = shut(decided(scene, each))
                said |= alone[each]
            both = shut(decided(scene, other["alone"], row["alone"]))
            if kind == "apart":
                assert both == said, f"{name} and {row['gate']}"
            elif kind in {"hidden", "never"}:
                assert both != said, f"{name} and {row['gate']} are told side by side"


def scenarios() -> list[tuple[tuple[str, ...], str]]:
    """The gates that a scenario is about, and its name, for each that the table has."""
    found = [
        ((name, row["gate"]), each)
        for row in ROWS
        for name, told in row.get("meets", {}).items()
        for each in told.split()
    ]
    return found + [
        ((gate,), each) for gate, told in PAIRS["override"].items() for each in told.split()
    ]


@pytest.mark.parametrize(("gates", "name"), scenarios(), ids=str)
def test_a_scenario_of_the_table_is_about_its_gates(gates, name, scene):
    """Nothing is asked while a deployment is under way, nor where what shall run there runs."""
    decisions = Scenario(FOLDER / f"{name}.yaml", scene).plan().decisions
    asked = {reason.gate for each in decisions for reason in each.reasons}
    assert asked & set(gates) or {each.verdict for each in decisions} <= QUIET


def test_no_scenario_of_two_gates_is_left_out_of_the_table():
    told = {name for _, name in scenarios()} | set(PAIRS["going back"].split())
    assert {each.stem for each in FOLDER.glob("*-x-*.yaml")} == told


def test_t8_the_table_says_which_gates_can_be_set_aside():
    assert set(PAIRS["override"]) <= {each["gate"] for each in ROWS}
    assert set(PAIRS["override"]) >= GATES


NAMELESS = {"claim", "files", "follow", "schedule", "require/pinned-artifacts"}
"""Closed where the promotion names no release that there is, or nothing is asked."""


@pytest.mark.parametrize(
    "row", [each for each in ROWS if each["gate"] not in NAMELESS], ids=lambda each: each["gate"]
)
def test_t8_an_override_opens_its_gate_and_no_other(row, scene):
    before = shut(decided(scene, row["alone"]))
    scenario = Scenario(FOLDER / f"{row['alone']}.yaml", type(scene)())
    override = {"override": OVERRIDE | {"gate": row["gate"]}}
    scenario.read({"files": {"environments/production/shop.yaml": override}})
    (after,) = (each for each in scenario.plan().decisions if str(each.place) == "production/shop")
    if row["gate"] in GATES:
        assert shut(after).keys() == before.keys() - {row["gate"]}
    else:
        assert row["gate"] in shut(after) or "files" in shut(after)


OVERRIDE = {
    "release": "1.1.0",
    "reason": "The shop is down",
    "evidence": "https://status.example/1",
    "expires": "2026-11-24T18:00:00Z",
}
