"""After a place went back the reconciler asks for its file to be put back too, and git agrees."""

from datetime import UTC, datetime, timedelta

import pytest
from daemon_kills import Kill, Killed
from daemon_office import Office
from daemon_trains import GivenClock

from reconciler.daemon.proving import Agreement, Proving
from reconciler.model.deployment import Work
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Sighting
from reconciler.repository.returns import returns_of
from reconciler.signoff.authority import bare_key
from reconciler.signoff.facts import Commit, Entry, Signed

FAILING = {"1.1.0": Work.ROLLOUT}
FILE = "environments/dev/shop.yaml"


def gone_back(world, **more):
    """A daemon of a place that runs 1.0.0 although its file asks for 1.1.0."""
    world.daemon().run_once()
    world.promote("1.1.0", "dev")
    daemon = world.daemon(failing=FAILING, **more)
    daemon.run_once()
    return daemon


def branches(world):
    said = world.git.tell(["for-each-ref", "--format=%(refname)", "refs/heads/tagboat/return"])
    return said.splitlines()


def offers(daemon):
    """The records of branches that were offered."""
    return [
        each for each in daemon.view.records if isinstance(each, Sighting) and each.sort == "return"
    ]


def text_at(world, revision, path=FILE):
    return world.git.ask(["cat-file", "blob", f"{revision}:{path}"]).stdout.decode()


def merged(world, head, *, by):
    """Somebody merges a branch as it is."""
    world.push(world.commit({FILE: text_at(world, head)}, onto=[world.tip, head], by=by))


def test_d18_a_branch_puts_the_file_back_to_the_byte_and_says_why(make_world):
    world = make_world("dev")
    daemon = gone_back(world)
    (ref,) = branches(world)
    deployment = ref.rpartition("/")[2]
    assert text_at(world, ref) == text_at(world, world.root)
    assert world.git.tell(["diff", "--name-only", f"{ref}~", ref]) == FILE
    said = world.git.tell(["log", "-1", "--format=%B", ref])
    assert "Put dev/shop back to 1.0.0" in said
    assert deployment in said
    assert "1.1.0 doesn't come up" in said
    (decision,) = daemon.run_once().decisions
    told = f"the branch tagboat/return/{deployment} puts the file back to 1.0.0: have it merged"
    assert decision.notes == (told,)


def test_d18_one_person_who_may_promote_merges_it_and_the_branch_says_what_runs(make_world):
    world = make_world("dev")
    daemon = gone_back(world)
    (ref,) = branches(world)
    merged(world, world.git.tell(["rev-parse", ref]), by="ben")
    (decision,) = daemon.run_once().decisions
    assert (decision.verdict, decision.wanted) == (Verdict.IN_SYNC, "1.0.0")
    assert (decision.sign_off.merged_by, decision.sign_off.authors) == ("ben", ())
    assert branches(world) == []
    (after,) = world.daemon("two").run_once().decisions
    assert after.verdict is Verdict.IN_SYNC


def test_d18_what_is_decided_after_such_a_merge_can_be_proved(make_world):
    world = make_world("dev")
    daemon = gone_back(world)
    (ref,) = branches(world)
    merged(world, world.git.tell(["rev-parse", ref]), by="ben")
    daemon.run_once()
    world.promote("1.2.0", "dev")
    daemon.run_once()
    assert world.running("dev") == "1.2.0"
    proofs = list(Proving(daemon.view, daemon.editions).proofs())
    assert {each.agreement for each in proofs} == {Agreement.SAME}


def test_d18_merged_by_somebody_who_may_not_promote_it_counts_for_nothing(make_world):
    world = make_world("dev")
    daemon = gone_back(world)
    (ref,) = branches(world)
    merged(world, world.git.tell(["rev-parse", ref]), by="eve")
    (decision,) = daemon.run_once().decisions
    assert (decision.verdict, decision.sign_off) == (Verdict.HOLD, None)


@pytest.mark.parametrize("key", ["one", "two"])
def test_x9_what_was_never_proven_there_nobody_signs_off_for_a_reconciler(make_world, key):
    world = make_world("dev")
    daemon = gone_back(world)
    text = text_at(world, "main").replace("1.1.0", "1.2.0")
    merged(world, world.commit({FILE: text}, onto=[world.tip], by=key), by="ana")
    (decision,) = daemon.run_once().decisions
    assert decision.verdict is Verdict.HOLD
    assert world.running("dev") == "1.0.0"
    # That stands: it isn't judged again with each look.
    judged = daemon.view.judged()
    assert (judged.judgement.undecided, daemon.view.judged() is judged) == (False, True)


def test_x9_a_success_that_was_decided_on_later_proves_nothing_of_a_commit(make_world):
    world = make_world("dev")
    text = text_at(world, "main").replace("1.0.0", "1.2.0")
    forged = world.commit({FILE: text}, onto=[world.root], by="one")
    later = world.commit({}, onto=[forged], by="ana")
    blob = world.git.tell(["rev-parse", f"{forged}:{FILE}"])
    key = bare_key(world.keys["one"])

    def counting(parent, *successes):
        changes = {FILE: Entry("100644", blob)}
        commit = Commit(forged, (parent,), changes, signature=Signed(key))
        return returns_of(
            world.git, {forged: commit}, keys=frozenset({key}), settled=lambda _: successes
        )

    assert counting(world.root, (later, "1.2.0")) == frozenset()
    assert counting(later, (later, "1.2.0")) == {forged}
    assert counting(later, (later, "1.0.0")) == frozenset()


def test_x9_a_wish_to_go_back_that_brings_something_besides_counts_for_nothing(make_world):
    world = make_world("dev")
    daemon = gone_back(world)
    people = text_at(world, "main", "environments/people.yaml") + "# more\n"
    files = {FILE: text_at(world, world.root), "environments/people.yaml": people}
    forged = world.commit(files, onto=[world.tip], by="one")
    world.push(world.commit(files, onto=[world.tip, forged], by="ana"))
    (decision,) = daemon.run_once().decisions
    assert decision.verdict is Verdict.HOLD


def test_x9_pushed_without_a_merge_it_counts_for_nothing(make_world):
    world = make_world("dev")
    daemon = gone_back(world)
    (ref,) = branches(world)
    world.push(world.git.tell(["rev-parse", ref]))
    (decision,) = daemon.run_once().decisions
    assert decision.verdict is Verdict.HOLD
    assert "TB450" in decision.closed[0].why


def test_d18_after_a_rollback_on_request_too(make_world):
    world = make_world("dev", version="1.0.0")
    path = "environments/dev/environment.yaml"
    window = f"{text_at(world, 'main', path)}pipeline: {{rollback: {{on_request: 1h}}}}\n"
    world.root = world.commit({path: window}, onto=[world.tip], by="ana")
    world.push(world.root)
    daemon = world.daemon()
    daemon.run_once()
    world.promote("1.1.0", "dev")
    daemon.run_once()
    Office(world).ask("ben", "rollback", reason="the basket is empty")
    daemon.run_once()
    (ref,) = branches(world)
    assert "the basket is empty" in world.git.tell(["log", "-1", "--format=%B", ref])


def test_a_first_deployment_that_failed_has_nothing_to_be_put_back_to(make_world):
    world = make_world("dev", version="1.1.0")
    world.daemon(failing=FAILING).run_once()
    assert branches(world) == []


def test_a_branch_that_somebody_removed_is_not_made_again_by_any_host(make_world):
    world = make_world("dev")
    daemon = gone_back(world)
    (ref,) = branches(world)
    commit = world.git.tell(["rev-parse", ref])
    world.git.tell(["update-ref", "-d", ref])
    daemon.run_once()
    other = world.daemon("two", failing=FAILING)
    other.run_once()
    assert branches(world) == []
    (record,) = offers(other)
    assert record.facts == {"branch": ref.removeprefix("refs/heads/"), "commit": commit}


def test_another_host_takes_away_what_this_one_has_offered(make_world):
    world = make_world("dev")
    gone_back(world)
    assert len(branches(world)) == 1
    world.promote("1.2.0", "dev")
    world.daemon("two").run_once()
    assert branches(world) == []


def test_a_branch_that_the_remote_refuses_is_told_and_tried_again_later_each_time(make_world):
    world, clock = make_world("dev"), GivenClock(datetime.now(UTC))
    refused = ["receive.hideRefs", "refs/heads/tagboat/return"]
    world.git.tell(["config", *refused])
    daemon = gone_back(world, clock=clock)
    tries = [each for each in world.said if "isn't taken" in each]
    assert len(tries) == 1
    assert tries[0].startswith("dev/shop: the branch tagboat/return/dev.shop.")
    assert daemon.panel.looked.troubles == tuple(tries)
    assert (branches(world), offers(daemon)) == ([], [])
    (decision,) = daemon.run_once().decisions
    assert decision.notes == ()
    clock.put_on(timedelta(seconds=31))
    daemon.run_once()
    world.git.tell(["config", "--unset", *refused])
    clock.put_on(timedelta(seconds=59))
    daemon.run_once()
    assert branches(world) == [], "after the second failure it waits for a minute"
    clock.put_on(timedelta(seconds=2))
    daemon.run_once()
    assert (len(branches(world)), len(offers(daemon))) == (1, 1)
    assert daemon.panel.looked.troubles == ()


def test_a_branch_that_cannot_be_taken_away_is_told_and_tried_again(make_world):
    world, clock = make_world("dev"), GivenClock(datetime.now(UTC))
    daemon = gone_back(world, clock=clock)
    (ref,) = branches(world)
    world.git.tell(["config", "receive.denyDeletes", "true"])
    world.promote("1.2.0", "dev")
    daemon.run_once()
    assert world.running("dev") == "1.2.0"
    assert any("can't be taken away" in each for each in daemon.panel.looked.troubles)
    world.git.tell(["config", "receive.denyDeletes", "false"])
    daemon.run_once()
    assert branches(world) == [ref]
    clock.put_on(timedelta(seconds=31))
    daemon.run_once()
    assert (branches(world), daemon.panel.looked.troubles) == ([], ())


def test_a_branch_that_somebody_works_on_is_left_to_them(make_world):
    world = make_world("dev")
    daemon = gone_back(world)
    (ref,) = branches(world)
    head = world.git.tell(["rev-parse", ref])
    world.git.tell(["update-ref", ref, world.commit({}, onto=[head], by="ben")])
    world.promote("1.2.0", "dev")
    daemon.run_once()
    assert branches(world) == [ref]


@pytest.mark.parametrize("after", ["one", "two"])
@pytest.mark.parametrize("point", ["return.push.before", "return.push.after"])
def test_a_kill_around_the_push_makes_one_branch_that_is_taken_away(make_world, point, after):
    world = make_world("dev")
    with pytest.raises(Killed):
        gone_back(world, failpoints=Kill(point))
    daemon = world.daemon(after, failing=FAILING)
    daemon.run_once()
    assert (len(branches(world)), len(offers(daemon))) == (1, 1)
    world.promote("1.2.0", "dev")
    daemon.run_once()
    assert branches(world) == []


def test_a_branch_with_which_somebody_was_quicker_is_left_to_them(make_world):
    world = make_world("dev")
    with pytest.raises(Killed):
        gone_back(world, failpoints=Kill("return.push.after"))
    (ref,) = branches(world)
    head = world.git.tell(["rev-parse", ref])
    people = text_at(world, "main", "environments/people.yaml") + "# more\n"
    files = {"environments/people.yaml": people}
    world.git.tell(["update-ref", ref, world.commit(files, onto=[head], by="ben")])
    daemon = world.daemon(failing=FAILING)
    daemon.run_once()
    (record,) = offers(daemon)
    assert "commit" not in record.facts
    world.promote("1.2.0", "dev")
    daemon.run_once()
    assert branches(world) == [ref]


def test_a_newer_promotion_takes_the_branch_away(make_world):
    world = make_world("dev")
    daemon = gone_back(world)
    world.promote("1.2.0", "dev")
    daemon.run_once()
    assert world.running("dev") == "1.2.0"
    assert branches(world) == []


class InThreeDays:
    """A clock that is three days ahead."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=3)


def test_a_branch_is_offered_for_two_days_and_one_that_is_there_stays(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("1.1.0", "dev")
    late = world.daemon(failing=FAILING)
    late.returns.clock = InThreeDays()
    late.run_once()
    assert branches(world) == []
    world.daemon(failing=FAILING).run_once()
    (ref,) = branches(world)
    late.run_once()
    assert branches(world) == [ref]


def test_x9_a_history_that_lies_about_what_succeeded_brings_nothing_that_was_never_in_force(
    make_world,
):
    world = make_world("dev")
    daemon = gone_back(world)
    text = text_at(world, "main").replace("1.1.0", "1.2.0")
    basis = world.commit({FILE: text}, onto=[world.tip], by="one")
    world.push(basis)
    world.promote("1.1.0", "dev")
    claim = daemon.view.ledger.at(Place("dev", "shop")).settled[0]
    content = claim.assignment.content.model_copy(update={"version": "1.2.0"})
    assignment = claim.assignment.model_copy(update={"content": content})
    lie = {"id": "1" * 32, "basis": basis, "assignment": assignment, "deployment": ""}
    history = daemon.view.history
    history.append([claim.model_copy(update=lie)], onto=history.tip)
    daemon.view.read_history()
    claimed = daemon.view.ledger.at(Place("dev", "shop")).open_claim
    end = daemon.view.ledger.ends[claim.deployment]
    told = {"id": "2" * 32, "deployment": claimed.deployment, "version": "1.2.0"}
    history.append([end.model_copy(update={**told, "running": content})], onto=history.tip)
    merged(world, world.commit({FILE: text}, onto=[world.tip], by="one"), by="ana")
    fresh = world.daemon("two")
    fresh.view.refresh()
    (taint,) = fresh.view.judged().judgement.taints
    assert (taint.path, "doesn't follow from what is" in taint.why) == (FILE, True)


def test_somebody_who_goes_on_from_the_branch_is_the_author_of_that(make_world):
    world = make_world("dev")
    daemon = gone_back(world)
    (ref,) = branches(world)
    head = world.git.tell(["rev-parse", ref])
    text = text_at(world, ref).replace("1.0.0", "1.2.0")
    more = world.commit({FILE: text}, onto=[head], by="ben")
    merged(world, more, by="ana")
    daemon.run_once()
    assert world.running("dev") == "1.2.0"


def test_a_passing_fault_of_a_file_does_not_take_the_branch_away(make_world):
    world = make_world("dev")
    daemon = gone_back(world)
    assert len(branches(world)) == 1
    path = "environments/dev/environment.yaml"
    good = text_at(world, "main", path)
    for text in ("kind: nonsense\n", good):
        change = world.commit({path: text}, onto=[world.tip], by="ben")
        world.push(world.commit({path: text}, onto=[world.tip, change], by="ana"))
        daemon.run_once()
        assert len(branches(world)) == 1
