"""Questions of deployments with real git: seen by all, answered once, by those who may (P14)."""

import pytest
from daemon_office import Office, answers

from reconciler.model.place import Place
from reconciler.model.records import End, Inquiry, Outcome, Verification
from reconciler.system.spool import Spool

SMOKE = "pipeline: {smoke: {look: {manual: {by: [role/admin], ask: 'Good?'}, timeout: 30m}}}\n"
TESTS = SMOKE.replace("smoke:", "tests:")
PLACE = Place("dev", "shop")


def office_with(make_world, text) -> Office:
    """An office whose place is to get its first version, and asks people in its pipeline."""
    world = make_world("dev", version="")
    path = "environments/dev/environment.yaml"
    text = world.git.tell(["show", f"main:{path}"]) + "\n" + text
    world.root = world.commit({path: text}, onto=[world.tip], by="ana")
    world.push(world.root)
    world.promote("1.1.0", "dev")
    return Office(world)


def until(daemon, holds) -> None:
    """Let the daemon look until something holds."""
    for _ in range(300):
        daemon.look()
        if holds():
            return
        daemon.wake.wait(0.1)
    raise AssertionError("not in 30 s")


def questions(daemon) -> list[str]:
    return [each.step for each in daemon.view.ledger.at(PLACE).questions]


def asking(daemon):
    until(daemon, lambda: questions(daemon))
    return daemon


def of_kind(daemon, kind):
    return [each for each in daemon.view.records if isinstance(each, kind)]


def test_p14_a_question_is_a_record_that_everybody_sees_and_only_those_named_may_answer(make_world):
    office = office_with(make_world, SMOKE)
    daemon = asking(office.world.daemon())
    (decision,) = daemon.look().decisions
    (note,) = decision.notes
    assert note.startswith("smoke/look asks role/admin until ")
    assert "tagboat confirm dev/shop --question smoke/look" in note
    office.ask("ben", "confirm", question="look")
    until(daemon, lambda: answers(daemon))
    assert answers(daemon)[0].why == "ben may not confirm in dev/shop: role/admin may"
    office.ask("ana", "confirm", question="look", said="no", reason="the basket is empty")
    until(daemon, lambda: of_kind(daemon, End))
    end = of_kind(daemon, End)[-1]
    assert end.outcome is Outcome.ROLLED_BACK
    assert end.why == "smoke/look: ana said no: the basket is empty"
    assert office.world.running("dev") == ""
    assert answers(daemon)[-1].subject == "dev/shop smoke/look: no by ana (the basket is empty)"
    assert len(of_kind(daemon, Inquiry)) == 1


def test_f9_p14_an_answer_given_while_no_daemon_lives_is_obeyed_by_the_next(make_world):
    office = office_with(make_world, SMOKE)
    first = asking(office.world.daemon())
    first.workers.park(within=20)
    office.ask("ana", "confirm", question="smoke/look")
    office.ask("ana", "confirm", question="smoke/look", said="no")
    daemon = office.world.daemon()
    daemon.run_once()
    assert office.world.running("dev") == "1.1.0"
    assert [(each.granted, each.said) for each in answers(daemon)].count((True, "yes")) == 1
    (refused,) = [each for each in answers(daemon) if not each.granted]
    assert refused.why == "ana answered yes to that already"
    assert len(of_kind(daemon, Inquiry)) == 1
    assert questions(daemon) == []


def test_f25_p14_with_the_remote_away_somebody_on_the_host_can_answer(make_world):
    office = office_with(make_world, SMOKE)
    world = office.world
    daemon = world.daemon()
    until(daemon, lambda: daemon.claims.held)
    away = world.remote.rename(world.folder / "away.git")
    until(daemon, lambda: daemon.board.unrecorded(daemon.view.ledger) or questions(daemon))
    request = office.request("confirm", question="look", said="yes")
    Spool(world.configuration().state).ask(request.id_for(""), request.statement.decode())
    until(daemon, lambda: daemon.claims.ends)
    away.rename(world.remote)
    daemon.run_once()
    assert of_kind(daemon, End)[-1].outcome is Outcome.SUCCEEDED
    assert [(each.by, each.said) for each in answers(daemon)] == [("host", "yes")]
    assert len(of_kind(daemon, Inquiry)) == 1
    again = world.daemon()
    again.run_once()
    assert again.view.ledger.broken == {}


def test_t15_f54_what_was_changed_by_hand_is_not_tested_until_it_is_over(make_world):
    office = office_with(make_world, TESTS)
    there = office.world.places
    asking(office.world.daemon()).verifications.park(within=5)
    before = there.places["dev", "shop"].current
    there.places["dev", "shop"].current = None
    daemon = office.world.daemon()
    until(daemon, lambda: daemon.view.ledger.at(PLACE).drifted)
    until(daemon, lambda: not daemon.verifications.deployments)
    there.places["dev", "shop"].current = before
    again = office.world.daemon()
    until(again, lambda: again.verifications.deployments)
    again.verifications.park(within=5)


def test_t9_t15_a_question_of_the_long_tests_is_asked_once_and_anew_when_they_are(make_world):
    office = office_with(make_world, TESTS)
    asking(office.world.daemon()).verifications.park(within=5)
    daemon = asking(office.world.daemon())
    assert questions(daemon) == ["tests/look"]
    office.ask("ana", "confirm", said="no")
    until(daemon, lambda: of_kind(daemon, Verification))
    (said,) = of_kind(daemon, Verification)
    assert (said.passed, said.why) == (False, "ana said no")
    assert office.world.running("dev") == "1.1.0"
    assert len(of_kind(daemon, Inquiry)) == 1
    office.ask("ana", "verify")
    asking(daemon)
    office.ask("ana", "confirm", question="tests/look")
    until(daemon, lambda: len(of_kind(daemon, Verification)) == 2)
    assert of_kind(daemon, Verification)[-1].passed
    first, second = of_kind(daemon, Inquiry)
    assert first.id != second.id


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"question": "other"}, "no question other is open there"),
        ({"said": "no", "content": "0" * 40}, "no question is open there"),
    ],
)
def test_p14_what_nobody_asks_is_not_answered(make_world, more, why):
    office = office_with(make_world, SMOKE)
    daemon = asking(office.world.daemon())
    office.ask("ana", "confirm", **more)
    until(daemon, lambda: answers(daemon))
    (answer,) = answers(daemon)
    assert (answer.granted, answer.why) == (False, why)
    assert questions(daemon) == ["smoke/look"]
    daemon.workers.park(within=20)
