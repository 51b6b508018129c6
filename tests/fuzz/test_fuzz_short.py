"""A short run of the fuzz; `make fuzz` runs a million cases."""

import io
import json
from collections import Counter
from time import process_time

import pytest
from fuzz_mutator import FLOODS, case
from fuzz_oracle import SLOWEST, Outcome, Sort, equal, judge, unwrapped
from fuzz_run import Tally, main, run, smaller
from fuzz_seeds import TRAPS, seeds
from ruamel.yaml import YAML

from reconciler.manifest.characters import LARGEST
from reconciler.manifest.document import read_document
from reconciler.manifest.secrets import secrets_in

CASES = 3_000


def test_what_is_accepted_is_what_the_referee_reads():
    texts = seeds()
    failed = []
    sorts: Counter[Sort] = Counter()
    for number in range(CASES):
        outcome = judge(case(0, number, texts))
        sorts[outcome.sort] += 1
        if outcome.sort.failed:
            failed.append((number, outcome))
    assert failed == []
    assert sorts[Sort.ACCEPTED] > CASES // 6
    assert sorts[Sort.REFUSED] > CASES // 3


@pytest.mark.parametrize("number", range(len(TRAPS)))
def test_traps_are_refused_or_read_as_the_referee_does(number):
    assert not judge(TRAPS[number].encode()).sort.failed


@pytest.mark.parametrize("piece", FLOODS)
@pytest.mark.parametrize("start", [b"", b"a: ", b"a: !", b"a:\n"])
def test_the_largest_file_full_of_one_thing_is_judged_in_a_second(piece, start):
    data = start + piece * ((LARGEST - len(start)) // len(piece))
    began = process_time()
    read_document("a.yaml", data)
    list(secrets_in(data.decode()))
    assert process_time() - began < SLOWEST


def test_a_case_depends_on_seed_and_number_only():
    some = [case(7, number, seeds()) for number in range(50)]
    assert some == [case(7, number, seeds()) for number in range(50)]
    assert some != [case(8, number, seeds()) for number in range(50)]


def test_a_run_is_the_same_whatever_the_number_of_jobs(tmp_path, capsys):
    one = run(3, 120, 1, tmp_path / "one")
    two = run(3, 120, 2, tmp_path / "two")
    assert one.digest == two.digest
    assert one.cases == two.cases == 120
    assert one.failures == 0
    summary = json.loads((tmp_path / "two" / "summary.json").read_text())
    assert summary["failures"] == 0
    assert {name: count for name, count in summary["sorts"].items() if count} == dict(one.sorts)
    assert "120 cases" in capsys.readouterr().out


def test_the_command_ends_with_0_when_nothing_failed(tmp_path):
    assert main(["--cases=10", "--jobs=1", f"--out={tmp_path}"]) == 0


@pytest.mark.parametrize("sort", Sort)
def test_only_two_outcomes_are_no_failure(sort):
    tally = Tally()
    tally.count(1, Outcome(sort, 0.0))
    assert tally.failures == (sort not in {Sort.ACCEPTED, Sort.REFUSED})


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"a": 1}, "a: true"),
        ({"a": 1}, "a: 1.0"),
        ({"a": "1"}, "a: 1"),
        ({"a": "2026-11-24"}, "a: 2026-11-24"),
        ({"a": None}, "a: ''"),
        ({"a": ("b",)}, "a: [b, c]"),
        ({"a": "b"}, "a: b\nc: d"),
        ({"a": "b", "c": "d"}, "c: d\na: b"),
        ({"1": "b"}, "1: b"),
        ({"a": {}}, "a: []"),
        ({"a": 1e-1}, "a: 0.10000000000000002"),
    ],
)
def test_values_that_differ_a_little_differ(ours, theirs):
    assert not equal(ours, unwrapped(YAML(typ="rt", pure=True).load(io.StringIO(theirs))))


def test_a_failure_is_made_smaller():
    assert smaller(b"a: b\nc: !d\ne: f\n", lambda less: b"!" in less) == b"!"
