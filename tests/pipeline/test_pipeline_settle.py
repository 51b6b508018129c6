"""Settling: what came up has to stay up for a while before anything else is asked of it."""

from dataclasses import dataclass

from pipeline_bench import OLD, Bench, Killed, settled

from reconciler.drivers.memory import MemoryDriver
from reconciler.model.observation import Rollout, RolloutState
from reconciler.model.records import Outcome

TEXT = "settle: 2m\nsmoke: {home: {http: {url: /}}}\n"


@dataclass
class Watched:
    """What a driver says of a version at each look, by the seconds that have passed."""

    bench: Bench
    falls: float = float("inf")
    kills: float = float("inf")
    looks: int = 0

    def driver(self) -> MemoryDriver:
        outer = self

        class Falling(MemoryDriver):
            def rollout(self, target, content):
                found = super().rollout(target, content)
                if content is None or content == OLD:
                    return found
                outer.looks += 1
                passed = outer.bench.time.passed
                if passed >= outer.kills:
                    outer.kills = float("inf")
                    raise Killed("in the midst of settling")
                if passed >= outer.falls:
                    return Rollout(RolloutState.RUNNING, "web ended with exit code 7")
                return found

        return Falling(places=self.bench.places)


def watched(bench: Bench, **more: float) -> Watched:
    found = Watched(bench, **more)
    bench.driver = found.driver()
    return found


def test_what_came_up_is_tested_once_it_has_stayed_up_for_as_long_as_it_must(make_bench):
    bench = make_bench(text=TEXT, migration="none")
    found = watched(bench)
    asked: list[float] = []
    bench.answers.place = lambda: asked.append(bench.time.passed) or "2.0.0"
    end = bench.carry()
    assert end.outcome is Outcome.SUCCEEDED, end.why
    assert bench.steps(end) == ["prepare", "apply", "rollout", "settle", "smoke", "cleanup"]
    assert 120 <= asked[0] < 121
    assert found.looks > 100


def test_m9_what_does_not_stay_up_goes_back_and_is_never_tested(make_bench):
    bench = make_bench(text=TEXT, migration="none")
    watched(bench, falls=60)
    end = bench.carry()
    assert end.outcome is Outcome.ROLLED_BACK
    assert end.why == "settle: it did not stay up: web ended with exit code 7"
    assert bench.answers.asked == ["1.0.0"]
    assert "back/settle" not in bench.steps(end)
    assert 60 <= bench.time.passed < 62
    settled(bench, end)


def test_f9_a_restart_does_not_extend_the_time_of_settling(make_bench):
    bench = make_bench(text=TEXT, migration="none")
    watched(bench, kills=100)
    try:
        bench.carry()
    except Killed:
        assert 100 <= bench.time.passed < 101
    end = bench.carry()
    assert end.outcome is Outcome.SUCCEEDED, end.why
    assert 120 <= bench.time.passed < 122


def test_f9_after_a_long_absence_one_look_is_enough_and_has_to_be_taken(make_bench):
    for falls, outcome in ((float("inf"), Outcome.SUCCEEDED), (3600, Outcome.ROLLED_BACK)):
        bench = make_bench(text=TEXT, migration="none")
        found = watched(bench, kills=100, falls=falls)
        try:
            bench.carry()
        except Killed:
            bench.time.passed = 3600
        looks = found.looks
        assert bench.carry().outcome is outcome
        assert found.looks == looks + 1


def test_t7_where_nothing_goes_back_from_a_rollout_nothing_goes_back_from_settling(make_bench):
    text = f"{TEXT}rollback: {{after: [apply, smoke]}}\n"
    bench = make_bench(text=text, migration="none")
    watched(bench, falls=60)
    assert bench.carry().outcome is Outcome.STUCK
