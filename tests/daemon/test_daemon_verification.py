"""Long tests after a success: recorded, asked again after a restart, never a reason to go back."""

from collections import Counter

from reconciler.drivers.memory import MemoryDriver
from reconciler.errors import StepFailedError
from reconciler.model.place import Place
from reconciler.model.records import Outcome, Verification
from reconciler.registry import build_reconciler

TESTS = (
    "pipeline: {tests: {e2e: {tcp: {address: 'shop.example:1'}}, other: {tcp: {address: 'a:1'}}}}\n"
)


class Opinion:
    """Says no to the addresses that are named."""

    def __init__(self, *no: str) -> None:
        self.no = no
        self.asked: list[str] = []

    def check(self, test, folder, *, timeout):
        self.asked.append(test.name)
        if test.settings["address"] in self.no:
            raise StepFailedError("it is broken")


def world_with_tests(make_world):
    world = make_world("dev")
    path = "environments/dev/environment.yaml"
    text = world.git.tell(["show", f"main:{path}"]) + "\n" + TESTS
    world.root = world.commit({path: text}, onto=[world.tip], by="ana")
    world.push(world.root)
    return world


def daemon(world, opinion):
    return build_reconciler(
        world.configuration(),
        lambda _: None,
        drivers={"memory": MemoryDriver(places=world.places)},
        probes={"tcp": opinion},
    )


def test_t15_f10_tests_that_pass_are_recorded_once_and_asked_anew_after_the_next_deployment(
    make_world,
):
    world = world_with_tests(make_world)
    opinion = Opinion()
    one = daemon(world, opinion)
    one.run_once()
    (said,) = [each for each in one.view.records if isinstance(each, Verification)]
    assert said.passed
    assert [each.name for each in said.tests] == ["e2e", "other"]
    again = daemon(world, opinion)
    again.run_once()
    assert opinion.asked == ["e2e", "other"]
    world.promote("1.1.0", "dev")
    after = daemon(world, opinion)
    after.run_once()
    kinds = Counter(each.kind for each in after.view.records)
    assert kinds["Verification"] == kinds["End"] == 2


def test_t15_a_test_that_fails_goes_back_from_nothing_and_the_others_are_asked_too(make_world):
    world = world_with_tests(make_world)
    one = daemon(world, Opinion("shop.example:1"))
    one.run_once()
    (said,) = [each for each in one.view.records if isinstance(each, Verification)]
    assert (said.passed, said.why) == (False, "e2e: it is broken")
    assert [each.result.value for each in said.tests] == ["failed", "passed"]
    standing = one.view.ledger.at(Place("dev", "shop"))
    assert standing.last_end.outcome is Outcome.SUCCEEDED
    assert world.running("dev") == "1.0.0"
