"""Over a place that was stuck: going back is going back as a whole, or it calls an operator."""

import pytest
from pipeline_bench import NEW, OLD, TARGET, Ran

from reconciler.deployer.doubt import in_doubt
from reconciler.deployer.lanes import Before
from reconciler.drivers.memory import MemoryDriver
from reconciler.model.deployment import Page, Result, StepOutcome, Work
from reconciler.model.records import Outcome

AT = "2026-11-20T10:00:00.000Z"


@pytest.fixture
def make_stuck(make_bench):
    """A place that a deployment of 3.0.0 left stuck, with visitors kept out."""

    def make(*, doubtful: bool, **more):
        before = Before(content=OLD, maintained=True, stuck=True, doubtful=doubtful)
        bench = make_bench(before=before, **more)
        driver = MemoryDriver(places=bench.places)
        other = OLD.model_copy(update={"version": "3.0.0"})
        driver.apply(TARGET, other, fence=2, timeout=1)
        driver.maintain(TARGET, Page(title="shop", retry_after=60), fence=2, timeout=1)
        return bench

    return make


def test_i3_with_data_of_unknown_version_a_failure_calls_an_operator(make_stuck):
    bench = make_stuck(doubtful=True)
    bench.answers.no = {NEW.version}
    end = bench.carry()
    assert end.outcome is Outcome.STUCK
    assert bench.page
    assert "load" not in bench.programs.names
    assert "nobody can tell of which version its data are" in end.steps[-2].detail


def test_i3_so_does_one_that_has_begun_nothing_yet(make_stuck):
    bench = make_stuck(doubtful=True, failing={NEW.version: Work.PREPARE})
    assert bench.carry().outcome is Outcome.STUCK
    assert bench.page


@pytest.mark.parametrize("failing", [{}, {NEW.version: Work.PREPARE}], ids=["smoke", "prepare"])
def test_i4_with_untouched_data_what_was_proven_last_is_put_back_as_a_whole(make_stuck, failing):
    bench = make_stuck(doubtful=False, failing=failing)
    bench.answers.no = {NEW.version}
    end = bench.carry()
    assert end.outcome is Outcome.ROLLED_BACK
    assert (bench.running, end.running) == (OLD.version, OLD)
    assert not bench.page
    assert OLD.version in bench.answers.asked


def test_i4_a_success_over_data_in_doubt_stands(make_stuck):
    bench = make_stuck(doubtful=True)
    assert bench.carry().outcome is Outcome.SUCCEEDED
    assert (bench.running, bench.page) == (NEW.version, False)


def step(name: str, result: Result = Result.PASSED, *, begun: bool = True) -> StepOutcome:
    return StepOutcome(name=name, result=result, started=AT, ended=AT, begun=begun)


def test_data_are_in_doubt_once_changed_and_not_taken_back(make_bench):
    breaking = make_bench().claim.assignment.lanes
    compatible = make_bench(migration="compatible").claim.assignment.lanes
    plain = make_bench(text="migrate: {run: [migrate]}", migration="compatible")
    migrated, errored = step("migrate"), step("migrate", Result.ERRORED)
    rows = [
        (breaking, [step("backup")], False),
        (breaking, [step("migrate", Result.FAILED, begun=False)], False),
        (breaking, [migrated], True),
        (breaking, [migrated, step("back/restore", Result.ERRORED)], True),
        (breaking, [errored, step("back/restore")], False),
        (compatible, [migrated], True),
        (compatible, [migrated, step("back/unmigrate")], False),
        (compatible, [step("unmigrate"), migrated, step("back/unmigrate")], True),
        (
            compatible,
            [step("unmigrate"), migrated, step("back/unmigrate"), step("back/migrate")],
            False,
        ),
        (plain.claim.assignment.lanes, [migrated], False),
        (plain.claim.assignment.lanes, [errored], True),
    ]
    for number, (lanes, steps, expected) in enumerate(rows):
        assert in_doubt(lanes, steps) is expected, number


def test_the_ledger_remembers_the_doubt_until_something_succeeds(make_bench):
    from reconciler.deployer.ledger import Ledger
    from reconciler.model.place import Place

    place, ledger = Place("dev", "shop"), Ledger()
    bench = make_bench()
    bench.programs.ends["load"] = Ran(1)
    bench.answers.no = {NEW.version}
    stuck = bench.carry()
    ledger.apply(bench.claim)
    ledger.apply(stuck.model_copy(update={"id": "e7", "sequence": 8}))
    assert ledger.at(place).doubtful
    assert Before.of(ledger.at(place), leaves=False).doubtful
    again = make_bench(sequence=9, before=Before(content=OLD, stuck=True, doubtful=True))
    again.programs.ends["code"] = Ran(1)
    ledger.apply(again.claim)
    ledger.apply(again.carry().model_copy(update={"id": "e9", "sequence": 10}))
    assert ledger.at(place).doubtful
    good = make_bench(sequence=11)
    ledger.apply(good.claim)
    ledger.apply(good.carry().model_copy(update={"id": "e11", "sequence": 12}))
    assert not ledger.at(place).doubtful
