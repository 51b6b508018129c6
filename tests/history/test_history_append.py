"""Appending records: one commit each, one push for a chain, found again after lost answers."""

import json
import signal
import subprocess
import sys
import textwrap

import pytest
from history_world import World, a_claim, a_refusal, a_restart, an_end

from reconciler.errors import ConfigurationError, RewoundError, UnreachableError
from reconciler.model.records import Claim, End
from reconciler.repository.git import EMPTY_TREE
from reconciler.repository.history import BRANCH, FOLLOWED, Appended, HistoryBranch, Lost


def appended(outcome: Appended | Lost) -> Appended:
    assert isinstance(outcome, Appended), outcome
    return outcome


def ids(world: World) -> list[str]:
    return [json.loads(body)["id"] for body in world.bodies()]


def test_one_commit_is_one_record_with_a_sentence_and_a_canonical_body(world: World) -> None:
    one = world.writer()
    first = appended(one.append([a_claim("1.0.0")], onto=None)).entries[0]
    assert isinstance(first.record, Claim)
    done = an_end(first.record)
    one.append_facts([done])

    commit = world.remote.tell(["cat-file", "commit", BRANCH])
    assert f"tree {EMPTY_TREE}\nparent {first.commit}\n" in commit
    assert "author one <one@localhost> 1795168800 +0000\n" in commit
    assert "gpgsig -----BEGIN SSH SIGNATURE-----" in commit
    subject, blank, body = commit.partition("\n\n")[2].removesuffix("\n").split("\n")
    assert (subject, blank) == ("dev/shop 1.0.0 succeeded in 0s", "")
    value = json.loads(body)
    assert body == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert (value["sequence"], value["id"], value["deployment"]) == (2, done.id, "dev.shop.1")


def test_a_writer_reads_its_own_records_once_and_in_order(world: World) -> None:
    one = world.writer()
    entries = appended(one.append([a_claim(), a_claim(app="blog")], onto=None)).entries
    assert one.refresh() == entries
    assert one.refresh() == ()
    assert (one.tip, one.sequence) == (entries[-1].commit, 2)


def test_forty_claims_go_in_one_push_as_a_chain(world: World) -> None:
    world.hook("post-receive", 'cat >> "$GIT_DIR/pushes"\n')
    one = world.writer()
    claims = [a_claim(app=f"app{number}") for number in range(40)]
    entries = appended(one.append(claims, onto=one.tip)).entries
    assert len((world.folder / "remote.git/pushes").read_text().splitlines()) == 1
    assert [each.record.sequence for each in entries] == list(range(1, 41))
    assert world.reader().refresh() == entries
    deployment = entries[39].record
    assert isinstance(deployment, Claim)
    assert deployment.deployment == "dev.app39.40"


def test_f29_a_claim_on_an_old_tip_is_lost_and_leaves_nothing(world: World) -> None:
    one, two = world.writer("one"), world.writer("two")
    appended(one.append([a_claim()], onto=one.tip))
    lost = two.append([a_claim(by="two")], onto=two.tip)
    assert isinstance(lost, Lost)
    assert "stale info" in lost.why
    assert len(world.bodies()) == 1
    assert [each.record.sequence for each in two.refresh()] == [1], "the winner's record is here"


def test_f29_a_race_lost_inside_the_remote_is_a_loss_too(world: World) -> None:
    """Git's other text: the lease held when the push began, the remote's lock said no."""
    one, two = world.writer("one"), world.writer("two")
    winner = appended(one.append([a_claim()], onto=None)).tip
    world.move(None)
    world.hook(
        "pre-receive",
        f"unset GIT_QUARANTINE_PATH\nexec git update-ref {BRANCH} {winner}\n",
    )
    lost = two.append([a_claim(by="two")], onto=None)
    assert isinstance(lost, Lost)
    assert "[remote rejected]" in lost.why
    assert [each.commit for each in two.refresh()] == [winner]


def test_a_tip_decided_on_before_the_last_refresh_is_lost_without_asking(world: World) -> None:
    one, two = world.writer("one"), world.writer("two")
    decided_on = two.tip
    appended(one.append([a_claim()], onto=one.tip))
    two.fetch()
    two.refresh()
    assert isinstance(two.append([a_claim(by="two")], onto=decided_on), Lost)


def test_facts_that_lose_are_appended_again_with_their_ids_and_new_sequences(
    world: World,
) -> None:
    one, two = world.writer("one"), world.writer("two")
    facts = [a_restart(by="two"), a_restart(by="two", app="blog")]
    appended(one.append([a_claim()], onto=one.tip))
    two.append_facts(facts)
    assert [(each.record.sequence, each.record.id) for each in two.refresh()][1:] == [
        (2, facts[0].id),
        (3, facts[1].id),
    ]
    assert ids(world)[1:] == [each.id for each in facts]


def test_a_claim_is_never_taken_for_a_fact(world: World) -> None:
    one = world.writer()
    with pytest.raises(TypeError, match="decided again"):
        one.append_facts([a_restart(), a_claim()])
    assert world.tip() is None


DEAD_RECEIVER = 'if [ "$1" = committed ]; then kill -9 $PPID; fi\n'


def test_a_push_whose_answer_got_lost_counts_when_the_remote_has_it(world: World) -> None:
    one = world.writer()
    appended(one.append([a_claim()], onto=None))
    one.refresh()
    world.hook("reference-transaction", DEAD_RECEIVER)
    claim = a_claim(app="blog")
    outcome = appended(one.append([claim], onto=one.tip))
    assert outcome.entries[0].record.id == claim.id
    assert one.refresh() == outcome.entries
    one.append_facts([a_restart()])
    assert len(ids(world)) == len(set(ids(world))) == 3


def test_f26_a_push_that_stalls_after_the_remote_took_it_counts_too(world: World) -> None:
    """The receiver hangs before it answers: the deadline ends the push, the remote is asked."""
    one = world.writer(timeout=2.0)
    world.hook(
        "reference-transaction",
        'if [ "$1" = committed ]; then exec tail -f /dev/null --pid=$PPID; fi\n',
    )
    claim = a_claim()
    outcome = appended(one.append([claim], onto=None))
    assert ids(world) == [claim.id]
    assert one.refresh() == outcome.entries


def test_a_push_that_died_before_the_remote_took_it_is_lost(world: World) -> None:
    one = world.writer()
    world.hook("pre-receive", "kill -9 $PPID\n")
    outcome = one.append([a_claim()], onto=None)
    assert isinstance(outcome, Lost)
    assert world.tip() is None


def test_an_unknown_push_to_a_remote_that_vanished_is_neither_yes_nor_no(world: World) -> None:
    one = world.writer()
    (world.folder / "remote.git").rename(world.folder / "away.git")
    with pytest.raises(UnreachableError, match="nobody can tell"):
        one.append([a_claim()], onto=None)
    with pytest.raises(UnreachableError):
        one.append_facts([a_restart()])
    (world.folder / "away.git").rename(world.folder / "remote.git")
    fact = a_restart()
    one.append_facts([fact])
    assert ids(world) == [fact.id]


def test_a_remote_that_takes_nothing_is_told_from_lost_races(world: World) -> None:
    one = world.writer()
    world.hook("pre-receive", "exit 1\n")
    with pytest.raises(UnreachableError, match=r"doesn't take .*pre-receive hook declined"):
        one.append_facts([a_restart()])


def test_f15_killed_between_push_and_noting_it_appends_nothing_twice(world: World) -> None:
    """A process of its own pushes an End and dies by SIGKILL inside the push's answer."""
    one = world.writer()
    claim = appended(one.append([a_claim()], onto=None)).entries[0].record
    assert isinstance(claim, Claim)
    end: End = an_end(claim)
    git = world.clone()
    script = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        from reconciler.model.records import record_of
        from reconciler.repository import history
        from reconciler.repository.git import Git
        folder, home, url, key, public, scratch, body = sys.argv[1:]
        push = history.push_leased
        def push_and_die(*arguments, **named):
            push(*arguments, **named)
            os.kill(os.getpid(), signal.SIGKILL)
        history.push_leased = push_and_die
        branch = history.HistoryBranch(Git(Path(folder), Path(home)), remote=url,
            reconcilers={"one": (public,)}, scratch=Path(scratch), key=Path(key))
        branch.fetch()
        branch.refresh()
        branch.append_facts([record_of(body)])
        """
    )
    died = subprocess.run(
        [
            sys.executable,
            "-c",
            script,
            str(git.folder),
            str(git.home),
            world.url,
            str(world.keys["one"]),
            world.public("one")["one"][0],
            str(world.folder / "scratch"),
            end.model_dump_json(),
        ],
        check=False,
        timeout=60,
    )
    assert died.returncode == -signal.SIGKILL
    assert ids(world) == [claim.id, end.id], "the remote has it"
    assert git.resolve(FOLLOWED) != world.tip(), "the host doesn't know"

    again = world.writer(git=git)
    again.append_facts([end])
    assert ids(world) == [claim.id, end.id]


def test_f15_an_end_that_only_the_remote_has_is_found_before_any_retry(world: World) -> None:
    """The restarted process hasn't fetched yet: the lease stops it, the id is found."""
    one = world.writer()
    git = world.clone()
    stale = world.writer(git=git)
    fact = a_restart()
    one.append_facts([fact])
    stale.append_facts([fact, a_restart(app="blog")])
    assert len(ids(world)) == 2


def test_b113_appending_to_a_rewound_history_is_refused_by_the_lease(world: World) -> None:
    one = world.writer()
    first = appended(one.append([a_claim()], onto=None)).tip
    appended(one.append([a_claim(app="blog")], onto=one.tip))
    world.move(first)
    with pytest.raises(RewoundError):
        one.append([a_claim(app="news")], onto=one.tip)
    with pytest.raises(RewoundError):
        one.append_facts([a_restart()])
    assert world.tip() == first, "nothing was put over it"


def test_b113_appending_to_a_deleted_history_does_not_bring_it_back(world: World) -> None:
    one = world.writer()
    appended(one.append([a_claim()], onto=None))
    world.move(None)
    with pytest.raises(RewoundError):
        one.append_facts([a_restart()])
    assert world.tip() is None


def test_a_sentence_stays_one_harmless_line(world: World) -> None:
    one = world.writer()
    why = "line\nSigned-off-by: nobody\x1b[31m \u202egnp.exe é"
    one.append_facts([a_restart(why)])
    said = world.remote.tell(["log", "-1", "--format=%s", BRANCH])
    assert said == (
        "dev/shop 1.0.0 started again: "
        r"line\nSigned-off-by: nobody\x1b[31m \u202egnp.exe é"
    )
    record = world.reader().refresh()[0].record
    assert record.kind == "Restart"
    assert record.why == why


def test_without_a_key_nothing_can_be_appended(world: World) -> None:
    with pytest.raises(ConfigurationError, match="no key"):
        world.reader().append([a_refusal(("hold", "closed"))], onto=None)


def test_a_key_that_cannot_sign_is_told_with_its_file(world: World) -> None:
    broken = world.folder / "broken"
    broken.write_text("not a key\n")
    broken.chmod(0o600)
    branch = HistoryBranch(
        world.clone(),
        remote=world.url,
        reconcilers=world.public(),
        scratch=world.folder / "scratch",
        key=broken,
    )
    with pytest.raises(ConfigurationError, match="broken can't sign"):
        branch.append([a_claim()], onto=None)
