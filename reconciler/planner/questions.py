"""Which facts from outside a plan asks for: what the gates of waiting places have to know."""

from collections.abc import Iterable, Iterator

from reconciler.model.place import Place
from reconciler.model.question import Question
from reconciler.planner.asking import ask_of
from reconciler.planner.consents import questions as of_approvals
from reconciler.planner.gates import requirements, tag, tickets
from reconciler.planner.inputs import Inputs

_ASKING = (tag.questions, requirements.questions, tickets.questions, of_approvals)


def questions(inputs: Inputs, places: Iterable[Place]) -> frozenset[Question]:
    """Everything that the answers about these places depend on and that has to be looked at.

    Nothing of a place that is being deployed, that goes back to what has run there before, or whose
    driver this host doesn't have.
    """
    return frozenset(each for place in places for each in _of_place(inputs, place))


def _of_place(inputs: Inputs, place: Place) -> Iterator[Question]:
    if inputs.ledger.open_claim(place) is not None:
        return
    ask = ask_of(inputs, place)
    if ask.assignment is None or ask.goes_back:
        return
    if inputs.drivers is None or ask.assignment.target.driver in inputs.drivers:
        for asking in _ASKING:
            yield from asking(ask)
