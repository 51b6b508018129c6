"""Gates ``require/<word>``: what must be true of the content, where ``gates.require`` says so."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from reconciler.model.gates import Requirement
from reconciler.model.question import Question
from reconciler.model.records import Reason
from reconciler.planner.gates.requirements import (
    annotated_tag,
    not_behind,
    pinned_artifacts,
    rollback_ready,
    signed_tag,
    smoke_tests,
    way_back,
)
from reconciler.planner.inputs import Ask

_ANSWERS: Mapping[Requirement, Callable[[Ask], Reason]] = {
    "not-behind": not_behind.answer,
    "way-back": way_back.answer,
    "pinned-artifacts": pinned_artifacts.answer,
    "annotated-tag": annotated_tag.answer,
    "signed-tag": signed_tag.answer,
    "smoke-tests": smoke_tests.answer,
    "rollback-ready": rollback_ready.answer,
}


def _if_required(word: Requirement, ask: Ask) -> Reason | None:
    return _ANSWERS[word](ask) if word in ask.gates.require else None


GATES: tuple[Callable[[Ask], Reason | None], ...] = tuple(
    partial(_if_required, word) for word in _ANSWERS
)
"""One gate for each word, in the order in which they are shown."""


def questions(ask: Ask) -> Iterator[Question]:
    """What those that are required have to know; where the tag leads is asked anyway."""
    if "not-behind" in ask.gates.require:
        yield from not_behind.questions(ask)
    if "rollback-ready" in ask.gates.require:
        yield from rollback_ready.questions(ask)
