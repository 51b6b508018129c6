"""A short walk of the state machine; `make states` is the long one."""

import shutil

import pytest
from daemon_states import Attempt, Town, play

pytestmark = pytest.mark.timeout(400)


def test_i1_to_i15_hold_while_people_and_crashes_do_as_they_like(world_in):
    def make(folder):
        return world_in(folder, "dev", version="")

    visits, moves = play(make, examples=3, steps=12, number=1)
    assert visits.total() == moves.total() > 20


def test_the_model_sees_a_deployment_that_was_never_to_be(world_in):
    class Machine(Town):
        make_world = staticmethod(lambda folder: world_in(folder, "dev", version=""))

    machine = Machine()
    try:
        machine.tick("one")
        machine.model.attempts.append(Attempt("9.9.9", "", "one", "succeeded"))
        with pytest.raises(AssertionError, match=r"9\.9\.9"):
            machine.tick("two")
    finally:
        machine.teardown()
        shutil.rmtree(machine.folder, ignore_errors=True)
