"""A made-up past proved: every decision agrees, and any changed byte of an input is noticed."""

import importlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.daemon.proving import Proving
from reconciler.model.calendar import Calendar
from reconciler.model.records import Claim, Departure, Refusal, body_of, record_of
from reconciler.planner.proof import Agreement, prove
from reconciler.registry import open_view
from reconciler.repository.trees import entries
from reconciler.signoff.facts import Entry
from reconciler.system.editions import editions

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
POLICY = "environments/policies/strict.yaml"
UNDECIDED = {"id", "at", "reconciler", "host", "sequence", "deployment", "plan_digest", "basis"}
"""Fields of a record that no plan decides: its signature keeps them. ``basis`` is in the files."""
HEAD = {"apiVersion", "kind", "environment", "app"}


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        made = importlib.import_module("past").Past
    past = made(tmp_path_factory.mktemp("past") / "world", apps=6)
    past.grow(300)
    past.publish()
    return past


@pytest.fixture(scope="module")
def view(past, tmp_path_factory):
    view = open_view(past.configuration(), tmp_path_factory.mktemp("clone") / "clone", writer=False)
    past.trust(view.git)
    view.refresh()
    assert not view.alarms
    return view


def test_every_decision_of_a_long_past_comes_out_the_same(past, view):
    proofs = list(Proving(view, editions()).proofs())
    assert len(proofs) == past.decisions >= 300
    assert Counter(each.agreement for each in proofs) == {Agreement.SAME: past.decisions}


def leaves(value, path=()):
    match value:
        case dict():
            for name, each in value.items():
                yield from leaves(each, (*path, name))
        case list():
            for number, each in enumerate(value):
                yield from leaves(each, (*path, number))
        case _:
            yield path, value


def other(value):
    """Another value of the same sort, one byte away where it is text."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str() if value and value[-1] in "0123456789abcdef":
            return value[:-1] + ("1" if value[-1] == "0" else "0")
        case str() if value.endswith("Z"):
            return value[:-2] + ("1" if value[-2] == "0" else "0") + "Z"
        case str():
            return f"{value}0"
        case _:
            return None


def flipped(record, path, value):
    body = json.loads(body_of(record))
    inside = body
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return record_of(json.dumps(body))


def chosen(view):
    """One decision of each kind with its inputs, while the history stands where it stood."""
    left = {
        Claim: lambda each: each.environment == "production",
        Refusal: lambda each: any(one.gate == "after" for one in each.reasons),
        Departure: lambda each: each.fate == "missed",
    }
    for record, inputs in Proving(view, editions()).replayed(None):
        if type(record) in left and left[type(record)](record):
            del left[type(record)]
            yield record, inputs
    assert not left


def test_any_changed_byte_of_a_record_or_its_evidence_is_noticed(view):
    unnoticed, tried = [], 0
    for record, inputs in chosen(view):
        assert prove(record, inputs, editions=editions()).agreement is Agreement.SAME
        for path, value in leaves(json.loads(body_of(record))):
            changed = other(value)
            if path[0] in UNDECIDED | HEAD or changed is None or changed == value:
                continue
            try:
                altered = flipped(record, path, changed)
            except ValueError:
                continue  # no reader takes it for a record
            if path[:2] == ("evidence", "inputs") and path[2] in editions():
                continue  # another one does no harm as long as the decision comes out the same
            tried += 1
            proof = prove(altered, inputs, editions=editions())
            if proof.agreement is not Agreement.DIFFERENT or not proof.changed:
                unnoticed.append((record.kind, path, proof))
    assert not unnoticed
    assert tried > 150


def test_any_changed_file_is_noticed_and_closed_days_too(view):
    record, inputs = next(each for each in chosen(view) if isinstance(each[0], Claim))
    for path in inputs.snapshot.blobs:
        blobs = {**inputs.snapshot.blobs, path: "0" * 40}
        changed = replace(inputs, snapshot=replace(inputs.snapshot, blobs=blobs))
        assert "files" in prove(record, changed, editions=editions()).changed, path
        changed = replace(inputs, tip=replace(inputs.snapshot, blobs=blobs))
        assert "branch" in prove(record, changed, editions=editions()).changed, path
    spain = inputs.snapshot.calendars["madrid"]
    more = Calendar.model_validate(
        {**spain.model_dump(exclude_none=True, by_alias=True), "holidays": {"country": "FR"}},
        strict=False,
    )
    changed = replace(inputs, snapshot=replace(inputs.snapshot, calendars={"madrid": more}))
    assert "calendar" in prove(record, changed, editions=editions()).changed


def test_a_stricter_policy_is_tried_on_what_was_deployed(past, view):
    mode, blob = entries(past.git, "main")[POLICY]
    text = past.git.tell(["cat-file", "blob", blob]).replace('"08:00"', '"13:00"')
    entry = Entry(mode, past.git.tell(["hash-object", "-w", "--stdin"], stdin=text.encode()))
    replays = list(Proving(view, editions(), past.git).backtest({POLICY: entry}))
    assert len(replays) == sum(isinstance(each, Claim) for each in view.records)
    assert {gate for each in replays for gate in each.blocked} == {"windows"}
    assert any(each.failed for each in replays)
