"""Asking the gates of one place, each in its turn."""

from collections.abc import Iterator

from reconciler.model.records import Reason
from reconciler.planner.gates import (
    ALWAYS,
    AT_THE_START,
    FORWARD,
    MENDING,
    OF_PLACE,
    adopted,
)
from reconciler.planner.inputs import Ask
from reconciler.planner.overrides import unless_set_aside
from reconciler.planner.reasons import opened


def answers(ask: Ask) -> tuple[Reason, ...]:
    """Every gate's answer, in the order in which they are shown.

    Putting back what was changed by hand (`Ask.mends`) asks the gates `MENDING` alone. Going back
    (`Ask.goes_back`) and taking over what runs already (`Ask.adopts`) ask the gates
    `ALWAYS`, and none of those that stand before something new. Where the promotion itself isn't
    signed off only the gates `OF_PLACE` are asked: all others speak of what is in force. Nothing
    is asked where no file asks for anything.
    """
    answered = _rehearsed(ask) if ask.inputs.rehearsal else _asked(ask)
    return tuple(answered)


_OF_THIS_HOST = frozenset({"disk", "driver", "supported"})
"""Gates that a rehearsal doesn't ask: they speak of a host and of this version."""


def _rehearsed(ask: Ask) -> Iterator[Reason]:
    for each in _asked(ask):
        if each.state == "unknown" or each.gate in _OF_THIS_HOST:
            yield opened(each.gate, f"taken to be so; {each.why}")
        else:
            yield each


def _asked(ask: Ask) -> Iterator[Reason]:
    if not ask.asked_for:
        return
    first = MENDING if ask.mends else ALWAYS if ask.in_force else OF_PLACE
    before = [each for gate in first if (each := gate(ask)) is not None]
    yield from before
    if not ask.in_force or ask.mends:
        return
    if ask.adopts:
        yield adopted.answer(ask)
        return
    if ask.goes_back:
        why = f"{ask.wanted} has run here with success: nothing more is asked"
        yield opened("settled", why)
        return
    asked = (each for gate in FORWARD if (each := gate(ask)) is not None)
    forward = [unless_set_aside(ask, each) for each in asked]
    if all(each.state == "open" for each in (*before, *forward)):
        forward = [_at_the_start(ask, each) for each in forward]
    yield from forward


def _at_the_start(ask: Ask, reason: Reason) -> Reason:
    again = AT_THE_START.get(reason.gate)
    return again(ask, reason) if again and reason.aside is None else reason
