"""Asking the gates of one place, each in its turn."""

from reconciler.model.records import Reason
from reconciler.planner.gates import ALWAYS, FORWARD
from reconciler.planner.inputs import Ask
from reconciler.planner.overrides import unless_set_aside
from reconciler.planner.reasons import opened


def answers(ask: Ask) -> tuple[Reason, ...]:
    """Every gate's answer, in the order in which they are shown.

    Going back (`Ask.goes_back`) asks the gates `ALWAYS`, and none of those that stand before
    something new.
    """
    always = tuple(each for gate in ALWAYS if (each := gate(ask)) is not None)
    if ask.goes_back:
        why = f"{ask.wanted} has run here before: going back asks for nothing more"
        return (*always, opened("settled", why))
    asked = (each for gate in FORWARD if (each := gate(ask)) is not None)
    return (*always, *(unless_set_aside(ask, each) for each in asked))
