"""Which facts from outside a plan asks for: what the gates of waiting places have to know."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from reconciler.manifest.layering import resolve
from reconciler.model.place import Place
from reconciler.model.promotion import Promotion
from reconciler.model.question import Question
from reconciler.model.records.sighting import Sort
from reconciler.names import instant_of
from reconciler.planner import leaving
from reconciler.planner.answering import answers
from reconciler.planner.asking import ask_of
from reconciler.planner.consents import questions as of_approvals
from reconciler.planner.gates import requirements, tag, tickets
from reconciler.planner.inputs import Ask, Inputs
from reconciler.planner.tags import tag_questions
from reconciler.planner.temporary import questions as of_temporary

_ASKING = (tag.questions, requirements.questions, of_approvals)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def questions(inputs: Inputs, places: Iterable[Place]) -> frozenset[Question]:
    """Everything that the answers about these places depend on and that has to be looked at.

    Nothing of a place that is being deployed, or whose driver this host doesn't have; and of one
    that goes back to what has run there before only what its data need.
    """
    found: dict[Question, Question] = {}
    for place in places:
        for each in _of_place(inputs, place):
            found[each] = max(found.get(each, each), each, key=_haste)
    return frozenset(found.values())


def _haste(question: Question) -> tuple[datetime, float]:
    """How much a question presses, of those that several places have."""
    return question.since or _LONG_AGO, -question.again


def _of_place(inputs: Inputs, place: Place) -> Iterator[Question]:
    if inputs.ledger.open_claim(place) is not None:
        return
    ask = ask_of(inputs, place)
    if ask.assignment is None:
        return
    if inputs.drivers is None or ask.assignment.target.driver in inputs.drivers:
        # Also before going back, since data may have to be migrated back.
        yield from leaving.questions(ask)
        for asking in () if ask.goes_back else _ASKING:
            yield from asking(ask)
        if ask.gates.tickets is not None and not (ask.goes_back or ask.mends):
            yield from tickets.questions(ask, alone=_only_tickets_are_left(ask))


def _only_tickets_are_left(ask: Ask) -> bool:
    """Whether nothing is in the way of a start but that nobody has looked where tickets stand."""
    said = answers(ask)
    return all(
        each.state == "open" or (each.gate == tickets.NAME and each.state == "unknown")
        for each in said
    )


def open_questions(inputs: Inputs, places: Iterable[Place]) -> frozenset[Question]:
    """Those of these places, of what promotions follow, and of tags that were pushed by hand."""
    return questions(inputs, places) | of_branches(inputs) | tag_questions(inputs)


def of_branches(inputs: Inputs) -> frozenset[Question]:
    """Where the branches lead that promotions follow, and what the commits hold that they name.

    Of temporary places also whether a release holds what runs there.

    Of places that run what they shall, too: a branch moves. Nothing where this host doesn't have
    the driver.
    """
    return frozenset(
        each
        for (environment, app), promotion in inputs.snapshot.promotions.items()
        if promotion.release is None or promotion.temporary is not None
        for each in _of_promotion(inputs, Place(environment, app), promotion)
    )


def _of_promotion(inputs: Inputs, place: Place, promotion: Promotion) -> Iterator[Question]:
    app = inputs.snapshot.apps.get(place.app)
    here = resolve(inputs.snapshot, place.environment, place.app).environment
    if app is None or here is None:
        return
    if inputs.drivers is not None and here.target.driver not in inputs.drivers:
        return
    if here.temporary is not None:
        yield from of_temporary(ask_of(inputs, place))
    folders = tuple(
        (each.name, each.artifact["tree"]) for each in app.components if "tree" in each.artifact
    )
    temporary, follow = promotion.temporary, promotion.follow
    if temporary is not None and inputs.now >= instant_of(temporary.expires):
        temporary = None
    branches = (temporary.branch if temporary else None, follow.branch if follow else None)
    commits = (temporary.commit if temporary else None, promotion.commit)
    named: tuple[tuple[Sort, tuple[str | None, ...]], ...] = (
        ("branch", branches),
        ("commit", commits),
    )
    for sort, names in named:
        for name in filter(None, names):
            source = app.repository or app.name
            about = f"{app.name} {name}"
            yield Question(sort, about, source, revision=name, folders=folders)
