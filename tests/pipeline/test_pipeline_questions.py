"""A test that a person answers: asked last, in its own time, once, also across restarts (P14)."""

import pytest
from pipeline_bench import Killed, Points, answer, settled

from reconciler.deployer.fold import fold
from reconciler.deployer.progress import Stage, progress
from reconciler.model.records import Outcome

TEXT = """
smoke:
  look: {manual: {by: [initiator, role/qa], ask: "Good?"}, timeout: 30m, help: "https://h.example"}
  home: {http: {url: /}}
"""


@pytest.fixture
def bench(make_bench):
    return make_bench(text=TEXT, migration="none", reply="")


def test_p14_a_person_is_asked_once_the_tests_have_passed_and_yes_is_success(bench):
    bench.reply = "yes"
    end = bench.carry()
    assert end.outcome is Outcome.SUCCEEDED
    assert bench.steps(end) == ["prepare", "apply", "rollout", "smoke", "smoke/look", "cleanup"]
    assert end.steps[4].detail == "ana said yes"
    (asked,) = bench.asked
    assert (asked.step, asked.by, asked.ask) == ("smoke/look", ("initiator", "role/qa"), "Good?")
    assert (asked.at, asked.until) == ("2026-11-20T10:00:00.000Z", "2026-11-20T10:30:00.000Z")


def test_p14_no_is_a_failed_test_and_going_back_asks_nobody(bench):
    bench.reply = "no"
    end = bench.carry()
    assert end.outcome is Outcome.ROLLED_BACK
    assert end.why == "smoke/look: ana said no (help: https://h.example)"
    assert "back/smoke" in bench.steps(end)
    assert "back/smoke/look" not in bench.steps(end)
    assert len(bench.asked) == 1
    settled(bench, end)


def test_p14_a_question_that_nobody_answers_in_its_time_has_failed(bench):
    end = bench.carry()
    assert end.why == "smoke/look: nobody answered in time: Good? (help: https://h.example)"
    assert end.outcome is Outcome.ROLLED_BACK
    assert 1800 <= bench.time.passed < 1810


def test_p14_nobody_is_asked_about_what_machines_have_refused(bench):
    bench.answers.no = {"2.0.0"}
    assert bench.carry().outcome is Outcome.ROLLED_BACK
    assert bench.asked == []


def killed_while_asking(bench, after):
    """The bench, its daemon killed after so many seconds of waiting."""
    sleep = bench.time.sleep

    def dies(seconds):
        sleep(seconds)
        if bench.time.passed >= after:
            bench.time.sleep = sleep
            raise Killed("while it waits")

    bench.time.sleep = dies
    with pytest.raises(Killed):
        bench.carry()
    return bench


def test_f9_p14_a_restart_goes_on_with_the_same_question_and_does_not_extend_its_time(bench):
    killed_while_asking(bench, 1000)
    end = bench.carry()
    assert end.why.startswith("smoke/look: nobody answered in time")
    assert 1800 <= bench.time.passed < 1810
    assert len({each.id for each in bench.asked}) == 1
    assert bench.answers.asked == ["2.0.0", "1.0.0"], "what machines had said is not asked again"


def test_p14_an_answer_that_came_while_nobody_was_there_counts(bench):
    killed_while_asking(bench, 1000)
    bench.said.append(answer(bench.asked[0]))
    bench.time.passed = 7200
    assert bench.carry().outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("other", [{"inquiry": "0" * 32}, {"inquiry": "", "question": ""}])
def test_p14_an_answer_to_something_else_is_no_answer(bench, other):
    killed_while_asking(bench, 1)
    bench.said.append(answer(bench.asked[0]).model_copy(update=other))
    assert bench.carry().outcome is Outcome.ROLLED_BACK


def test_t7_where_nothing_goes_back_from_smoke_no_calls_an_operator(make_bench):
    text = f"{TEXT}rollback: {{after: [apply]}}\n"
    bench = make_bench(text=text, migration="none", reply="no")
    assert bench.carry().outcome is Outcome.STUCK


def test_d8_progress_says_whom_a_step_asks_what(bench):
    killed_while_asking(bench, 1)
    shown = {each.name: each for each in progress(fold(bench.journal(Points()).events()))}
    asked = shown["smoke/look"]
    assert (asked.stage, asked.detail) == (Stage.RUNNING, "asks initiator, role/qa: Good?")
