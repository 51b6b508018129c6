"""Requests with real git: judged by permissions, answered once in the history, then gone."""

from base64 import b64encode
from datetime import timedelta

import pytest
from daemon_office import Office, answers

from reconciler.errors import UnreachableError
from reconciler.model.deployment import Work
from reconciler.model.plan import Verdict
from reconciler.model.records import Claim
from reconciler.model.request import Request
from reconciler.repository.request_refs import Sealed
from reconciler.system.spool import Spool


@pytest.fixture
def make_office(make_world):
    """An office of a world with these environments."""
    return lambda *environments: Office(make_world(*environments))


def said(daemon):
    return [(each.verb, each.by, each.granted) for each in answers(daemon)]


def verdict(plan):
    (found,) = {each.verdict for each in plan.decisions}
    return found


def test_t5_a_pause_holds_the_place_until_somebody_resumes_it_and_says_who_and_why(make_office):
    office = make_office("dev")
    world = office.world
    daemon = world.daemon()
    daemon.run_once()
    office.ask("ana", "pause", reason="the database moves")
    world.promote("1.1.0", "dev")
    plan = daemon.run_once()
    assert verdict(plan) is Verdict.HOLD
    (closed,) = plan.decisions[0].closed
    assert closed.gate == "pause"
    assert "paused by ana" in closed.why
    assert "the database moves" in closed.why
    assert office.waiting() == []
    office.ask("ana", "resume")
    daemon.run_once()
    assert world.running("dev") == "1.1.0"
    assert said(daemon) == [("pause", "ana", True), ("resume", "ana", True)]


def test_t5_a_pause_of_the_environment_ends_at_its_own_end(make_office):
    office = make_office("dev")
    daemon = office.world.daemon()
    daemon.run_once()
    soon = office.request("pause", app=None)
    until = soon.model_copy(update={"until": soon.expires})
    office.post(office.seal("ana", until))
    office.world.promote("1.1.0", "dev")
    plan = daemon.run_once()
    (closed,) = plan.decisions[0].closed
    assert closed.opens == soon.expires


def test_t6_a_retry_releases_the_same_promotion_exactly_once(make_office):
    office = make_office("dev")
    world = office.world
    world.daemon().run_once()
    world.promote("2.0.0", "dev")
    failing = {"2.0.0": Work.ROLLOUT}
    daemon = world.daemon(failing=failing)
    daemon.run_once()
    first = next(iter(reversed(daemon.view.ledger.claims)))
    office.ask("ben", "retry", deployment=first)
    again = world.daemon(failing=failing)
    assert verdict(again.run_once()) is Verdict.HOLD
    claims = [each for each in again.view.records if isinstance(each, Claim)]
    assert [each.assignment.content.version for each in claims] == ["1.0.0", "2.0.0", "2.0.0"]
    office.ask("ben", "retry", deployment=first)
    again.run_once()
    assert said(again) == [("retry", "ben", True), ("retry", "ben", False)]
    assert (
        answers(again)[-1].why
        == f"{first} is not the last deployment there, dev.shop.{claims[-1].sequence} is"
    )
    office.ask("ana", "retry")
    mended = world.daemon()
    mended.run_once()
    assert world.running("dev") == "2.0.0"


REFUSED = {
    "unauthorised": ("ben", {"verb": "pause"}, "ben may not pause in dev/shop: role/admin may"),
    "unlisted": ("eve", {"verb": "pause"}, "is nobody's in environments/people.yaml"),
    "late": ("ana", {"verb": "pause", "ago": timedelta(hours=2)}, "it came too late"),
    "stale": ("ana", {"verb": "retry", "deployment": "dev.shop.9"}, "is not the last deployment"),
    "done": ("ana", {"verb": "retry"}, "has succeeded"),
    "nothing": ("ana", {"verb": "resume"}, "dev/shop is not paused"),
    "endless": ("ana", {"verb": "maintenance-on"}, "maintenance needs a reason and an end"),
    "elsewhere": ("ana", {"verb": "pause", "repository": "0" * 40}, "it is for trust root"),
    "nowhere": ("ana", {"verb": "pause", "app": "blog"}, "there is no place dev/blog"),
    "untested": ("ana", {"verb": "verify"}, "no long tests are declared there"),
    "unasked": ("ana", {"verb": "confirm"}, "nothing there waits for a confirmation"),
}


@pytest.mark.parametrize(("by", "asked", "why"), REFUSED.values(), ids=REFUSED)
def test_a_request_that_may_not_be_granted_gets_a_recorded_refusal(make_office, by, asked, why):
    office = make_office("dev")
    daemon = office.world.daemon()
    daemon.run_once()
    name = office.ask(by, **asked)
    daemon.run_once()
    (answer,) = answers(daemon)
    assert (answer.request, answer.granted) == (name, False)
    assert why in answer.why
    assert answer.remedy
    assert office.waiting() == []


def test_of_two_equal_requests_in_one_look_the_second_is_refused(make_office):
    office = make_office("dev")
    daemon = office.world.daemon()
    daemon.run_once()
    office.ask("ana", "pause")
    office.ask("ana", "pause")
    daemon.run_once()
    assert sorted(each.granted for each in answers(daemon)) == [False, True]
    assert {each.why for each in answers(daemon)} == {"", "dev/shop is paused by ana already"}


def test_a_replayed_request_keeps_its_one_answer_and_does_nothing(make_office):
    office = make_office("dev")
    daemon = office.world.daemon()
    daemon.run_once()
    pause = office.seal("ana", office.request("pause"))
    office.post(pause)
    daemon.run_once()
    office.ask("ana", "resume")
    daemon.run_once()
    office.post(pause)
    daemon.run_once()
    assert said(daemon) == [("pause", "ana", True), ("resume", "ana", True)]
    assert daemon.view.ledger.pauses == ()
    assert office.waiting() == []


def test_whoever_force_pushes_a_request_can_neither_forge_it_nor_use_up_its_answer(make_office):
    office = make_office("dev")
    daemon = office.world.daemon()
    daemon.run_once()
    mine = office.seal("ana", office.request("pause"))
    theirs = office.seal("eve", office.request("pause"))
    edited = mine.message.replace('"app":"shop"', '"app":null ')
    for junk in (theirs.message, edited, "hello\n", mine.message.replace("SIGNATURE", "NONSENSE")):
        office.post(type(mine)(mine.id, junk))
        daemon.run_once()
    assert answers(daemon) == []
    assert office.waiting() == []
    office.post(mine)
    daemon.run_once()
    assert said(daemon) == [("pause", "ana", True)]


def untold(office: Office, request: Request) -> Sealed:
    """A request with a signature of a sort that no verifier knows: it says neither yes nor no."""

    def part(data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + data

    key, made = (part(b"ssh-none") + part(each) for each in (b"key", b"signature"))
    parts = (key, b"tagboat-request", b"", b"sha512", made)
    blob = b64encode(b"SSHSIG" + (1).to_bytes(4, "big") + b"".join(map(part, parts))).decode()
    armour = f"-----BEGIN SSH SIGNATURE-----\n{blob}\n-----END SSH SIGNATURE-----"
    sealed = office.seal("ana", request)
    said = sealed.message.partition("-----BEGIN")[0]
    return Sealed(sealed.id, f"{said}{armour}\n")


def test_requests_of_which_nobody_can_tell_who_asks_keep_no_other_one_waiting(make_office):
    office = make_office("dev")
    daemon = office.world.daemon()
    daemon.run_once()
    one = untold(office, office.request("pause", ago=timedelta(minutes=30)))
    for number in range(60):
        office.post(Sealed(f"{number:032x}", one.message))
    office.ask("ana", "pause")
    daemon.look()
    assert said(daemon) == []
    office.ask("ana", "resume")
    daemon.look()
    assert said(daemon) == [("pause", "ana", True), ("resume", "ana", True)]
    assert len(office.waiting()) == 60


def test_a_signature_of_a_commit_is_no_request(make_office):
    office = make_office("dev")
    daemon = office.world.daemon()
    request = office.request("pause")
    sealed = office.seal("ana", request)
    subject, _, statement = sealed.message.split("\n")[:3]
    commit = office.world.commit({}, onto=[], by="ana", message=f"{subject}\n\n{statement}")
    office.world.git.tell(["update-ref", sealed.ref, commit])
    daemon.run_once()
    assert answers(daemon) == []


def test_a_pause_is_granted_while_the_branch_itself_was_force_pushed(make_office):
    office = make_office("dev")
    world = office.world
    daemon = world.daemon()
    daemon.run_once()
    world.promote("1.1.0", "dev")
    daemon.look()
    world.push(world.commit({"x": "y"}, onto=[], by="eve"))
    office.ask("ana", "pause")
    daemon.look()
    assert daemon.view.alarms
    assert said(daemon) == [("pause", "ana", True)]


def test_two_daemons_give_one_answer(make_office):
    office = make_office("dev")
    world = office.world
    one, two = world.daemon("one"), world.daemon("two")
    one.run_once()
    office.ask("ana", "pause")
    one.view.refresh()
    two.view.refresh()
    one.look()
    two.look()
    two.view.read_history()
    assert said(two) == [("pause", "ana", True)]
    assert office.waiting() == []


def host_asks(office, request: Request) -> tuple[Spool, str]:
    spool = Spool(office.world.configuration().state)
    name = request.id_for("")
    spool.ask(name, request.statement.decode())
    return spool, name


def test_f25_on_the_host_itself_a_pause_is_answered_with_the_remote_away_and_recorded_later(
    make_office,
):
    office = make_office("dev")
    world = office.world
    daemon = world.daemon()
    daemon.run_once()
    away = world.remote.rename(world.folder / "away.git")
    spool, name = host_asks(office, office.request("pause", reason="no network"))
    assert daemon.look() is None
    assert '"by":"host"' in spool.answered()[name]
    assert answers(daemon) == []
    away.rename(world.remote)
    world.promote("1.1.0", "dev")
    assert verdict(daemon.run_once()) is Verdict.HOLD
    assert said(daemon) == [("pause", "host", True)]
    assert (spool.asked(), spool.answered()) == ({}, {})


def test_what_is_put_into_the_spool_under_another_name_is_thrown_away(make_office):
    office = make_office("dev")
    daemon = office.world.daemon()
    daemon.run_once()
    spool, _ = host_asks(office, office.request("pause"))
    text = next(iter(spool.asked().values()))
    spool.ask("other", text)
    spool.ask("junk", "{")
    daemon.run_once()
    assert said(daemon) == [("pause", "host", True)]
    assert spool.asked() == {}


def test_a_remote_that_refuses_to_remove_refs_is_told_once_and_stops_nothing(make_office):
    office = make_office("dev")
    daemon = office.world.daemon()
    daemon.run_once()
    office.world.git.tell(["config", "receive.denyDeletes", "true"])
    office.ask("ana", "pause")
    for _ in range(3):
        daemon.run_once()
    assert said(daemon) == [("pause", "ana", True)]
    assert len([each for each in office.world.said if "keeps requests" in each]) == 1


def test_an_answer_that_no_remote_takes_is_given_at_the_next_look(make_office):
    office = make_office("dev")
    daemon = office.world.daemon()
    daemon.run_once()
    office.ask("ana", "pause")
    daemon.view.refresh()
    away = office.world.remote.rename(office.world.folder / "away.git")
    with pytest.raises(UnreachableError):
        daemon.run_once()
    away.rename(office.world.remote)
    daemon.run_once()
    assert said(daemon) == [("pause", "ana", True)]
