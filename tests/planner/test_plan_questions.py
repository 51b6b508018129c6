"""Which question somebody means who confirms something, and how long one is open (P14)."""

from datetime import timedelta

import pytest
from planner_town import ENVIRONMENT, PLACE, claimed, confirmed, decision, ended, gates, verified

from reconciler.model.records import Inquiry, Reason, record_of
from reconciler.model.records.base import body_of
from reconciler.model.records.reason import Aside
from reconciler.model.request import Received, Request
from reconciler.names import instant_text
from reconciler.planner.inquiries import inquiry_meant
from reconciler.planner.requests import judged_answer

PIPELINE = """pipeline:
  smoke:
    look: {manual: {by: [role/qa], ask: "Good?"}, timeout: 1h}
    taste: {manual: {by: [role/qa], ask: "Sweet?"}, timeout: 1h}
"""


@pytest.fixture
def town(scene):
    """1.0.0 is being deployed, and asks what it looks like."""
    gates(scene, "{attended: true}")
    scene.files[ENVIRONMENT] += PIPELINE
    scene.claim = claimed(scene, "production", "1.0.0", ago=1)
    ask(scene, "smoke/look")
    return scene


def ask(scene, step, **more) -> Inquiry:
    at = instant_text(scene.now)
    inquiry = Inquiry(
        id=Inquiry.id_of(scene.claim.deployment, step, at),
        at=at,
        reconciler="one",
        environment="production",
        app="shop",
        deployment=scene.claim.deployment,
        step=step,
        ask="Good?",
        by=("role/qa",),
        until=instant_text(scene.now + timedelta(hours=1)),
    ).model_copy(update=more)
    scene.add(inquiry)
    return inquiry


def meant(scene, **more) -> str:
    found = inquiry_meant(scene.inputs(), PLACE, **more)
    return found.step if found else ""


def judged(scene, **more):
    """What becomes of a request by the reconciler's host."""
    request = Request(
        repository=scene.inputs().judgement.root,
        verb="confirm",
        environment="production",
        app="shop",
        at=instant_text(scene.now),
        expires=instant_text(scene.now + timedelta(hours=1)),
        nonce="0" * 32,
        **more,
    )
    return judged_answer(scene.inputs(), Received(request), reconciler="one")


@pytest.mark.parametrize("question", ["", "look", "smoke/look"])
def test_p14_a_question_is_named_by_its_step_its_test_or_as_the_only_one(town, question):
    assert meant(town, question=question) == "smoke/look"
    answer = judged(town, question=question or None, said="no")
    assert (answer.granted, answer.question, answer.said) == (True, "smoke/look", "no")


def test_p14_of_several_questions_one_has_to_be_named(town):
    ask(town, "smoke/taste")
    assert meant(town) == ""
    assert meant(town, question="taste") == "smoke/taste"
    answer = judged(town, said="yes")
    assert not answer.granted
    assert answer.why == "several questions are open there: smoke/look, smoke/taste"


def test_p14_once_time_is_up_no_answer_is_granted(town):
    town.now += timedelta(hours=1)
    answer = judged(town, question="look")
    assert (answer.granted, answer.why[:14]) == (False, "time was up at")


def test_d17_a_start_that_waits_for_somebody_is_meant_before_a_question_of_long_tests(town):
    ended(town, town.claim, ago=0.5)
    lanes = town.claim.assignment.lanes
    step = next(each for each in lanes.forward if each.name == "smoke/look")
    tests = (step.model_copy(update={"name": "tests/look"}),)
    lanes = lanes.model_copy(update={"verification": tests})
    made = town.claim.assignment.model_copy(update={"lanes": lanes})
    at = town.records.index(town.claim)
    town.records[at] = town.claim.model_copy(update={"assignment": made})
    ask(town, "tests/look")
    assert meant(town) == ""
    assert meant(town, question="look") == "tests/look"
    confirmed(town, content=decision(town).assignment.content.digest)
    assert meant(town) == "tests/look"
    verified(town, town.claim, ago=0)
    assert meant(town, question="look") == ""


def test_t8_p14_a_look_back_at_an_override_is_never_taken_for_an_answer(town):
    aside = Aside(by="ana", version="1.0.0", until="", reason="now", evidence="", said="no")
    open_anyway = Reason(gate="after", state="open", why="set aside", aside=aside)
    at = town.records.index(town.claim)
    town.records[at] = town.claim.model_copy(update={"reasons": (open_anyway,)})
    deployment = town.claim.deployment
    for said in (None, "no"):
        answer = judged(town, deployment=deployment, said=said)
        assert (answer.granted, answer.question) == (False, "")
        assert answer.why.startswith(f"{deployment} asks smoke/look, and waits for somebody")
        assert answer.remedy.endswith("tagboat confirm production/shop --question smoke/look")
    assert meant(town, deployment=deployment) == ""
    assert judged(town, deployment=deployment, question="look").granted
    town.now += timedelta(hours=1)
    answer = judged(town, deployment=deployment)
    assert (answer.granted, answer.question) == (True, "")


def test_p14_a_question_of_what_has_ended_or_was_overtaken_is_open_no_more(town):
    ended(town, town.claim, ago=0.5)
    assert meant(town, question="look") == ""
    ask(town, "smoke/look", at="2026-11-20T11:59:00.000Z", id="late")
    assert meant(town, question="look") == ""
    claimed(town, "production", "1.1.0", ago=0)
    assert meant(town, question="look") == ""


def test_p14_the_place_says_whom_it_asks_and_with_which_command_to_answer(town):
    (note,) = decision(town).notes
    assert note == (
        "smoke/look asks role/qa until 2026-11-20T13:00:00.000Z: Good?"
        " (yes: tagboat confirm production/shop --question smoke/look; no: the same with --no)"
    )


def test_what_was_asked_and_answered_before_there_were_questions_reads_as_it_did(town):
    answer = judged(town, content="0" * 40)
    assert {"inquiry", "question", "said"}.isdisjoint(answer.model_dump(mode="json"))
    assert body_of(record_of(body_of(answer))) == body_of(answer)
    request = Request(
        repository="0" * 40,
        verb="pause",
        environment="production",
        at=instant_text(town.now),
        expires=instant_text(town.now),
        nonce="0" * 32,
    )
    assert b"question" not in request.statement
    assert b"said" not in request.statement
