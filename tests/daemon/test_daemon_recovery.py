"""A daemon that comes back: from its journal, from a wish, or with nothing but the history."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from daemon_kills import Kill, Killed

from reconciler.journal.jsonl import FileJournal
from reconciler.model.plan import Verdict
from reconciler.model.records import End, Outcome
from reconciler.system.failpoints import NoFailpoints


def kinds(reconciler):
    return Counter(each.kind for each in reconciler.view.records)


@pytest.mark.parametrize(
    "point",
    [
        "journal.claiming.before",
        "journal.claiming.after",
        "history.claim.before",
        "history.claim.after",
    ],
)
def test_f1_f15_a_kill_around_the_claim_starts_once_and_ends_once(make_world, point):
    world = make_world("dev")
    killed = world.daemon()
    kill = Kill(point)
    killed.claims.failpoints = kill
    killed.claims.journals._failpoints = kill
    with pytest.raises(Killed):
        killed.run_once()
    after = world.daemon()
    after.run_once()
    assert world.running("dev") == "1.0.0"
    assert kinds(after) == {"Claim": 1, "End": 1}
    assert after.view.records[-1].outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize(
    "point", ["history.end.before", "history.end.after", "journal.remove.before"]
)
def test_f12_f15_a_kill_around_the_end_leaves_exactly_one_end(make_world, point):
    world = make_world("dev")
    killed = world.daemon()
    kill = Kill(point)
    killed.claims.failpoints = kill
    killed.claims.journals._failpoints = kill
    with pytest.raises(Killed):
        killed.run_once()
    after = world.daemon()
    after.run_once()
    assert kinds(after) == {"Claim": 1, "End": 1}
    assert not list((world.folder / "state-one" / "journal").iterdir())


def test_an_open_claim_of_ones_own_without_a_journal_is_gone_back_from(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("1.1.0", "dev")
    killed = world.daemon()
    kill = Kill("history.claim.after")
    killed.claims.failpoints = kill
    with pytest.raises(Killed):
        killed.run_once()
    shutil.rmtree(world.folder / "state-one" / "journal")
    after = world.daemon()
    plan = after.run_once()
    end = [each for each in after.view.records if isinstance(each, End)][-1]
    assert end.outcome is Outcome.ROLLED_BACK
    assert end.running.version == "1.0.0"
    assert world.running("dev") == "1.0.0"
    assert plan.decisions[0].verdict is Verdict.HOLD


def test_an_open_claim_of_another_reconciler_holds_the_place(make_world):
    world = make_world("dev")
    killed = world.daemon("two")
    killed.claims.failpoints = Kill("history.claim.after")
    with pytest.raises(Killed):
        killed.run_once()
    other = world.daemon("one")
    plan = other.run_once()
    assert plan.decisions[0].verdict is Verdict.BUSY
    assert world.running("dev") == ""
    assert kinds(other) == {"Claim": 1}


def test_f25_an_end_waits_for_the_remote_and_is_pushed_once_it_answers(make_world):
    world = make_world("dev")
    reconciler = world.daemon()
    reconciler.claims.recover()
    reconciler.look()
    away = world.remote.rename(world.folder / "away.git")
    while not reconciler.claims.ends:
        assert reconciler.look() is None
        reconciler.wake.wait(1)
    assert world.running("dev") == "1.0.0"
    away.rename(world.remote)
    reconciler.run_once()
    assert kinds(reconciler) == {"Claim": 1, "End": 1}


def damage(journal: Path) -> None:
    journal.write_bytes(journal.read_bytes().replace(b"shop", b"shap"))


def write_as_a_later_version(journal: Path) -> None:
    event = {"event": "canary-begun", "at": "2026-11-20T10:00:00.000Z"}
    FileJournal(journal, NoFailpoints()).append(event)


def write_with(journal: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Write the journal again with its events changed."""
    events = FileJournal(journal, NoFailpoints()).events()
    journal.unlink()
    for event in events:
        FileJournal(journal, NoFailpoints()).append(change(event))


def write_as_an_earlier_version(journal: Path) -> None:
    """One that didn't write down what is to be done."""
    write_with(journal, lambda event: {key: event[key] for key in event if key != "claim"})


def write_claims_as_a_later_version(journal: Path) -> None:
    """One that has a kind of step which this one doesn't know."""
    write_with(
        journal,
        lambda event: event | {"claim": event["claim"].replace('"work":"', '"work":"canary-', 1)},
    )


def make_unreadable(journal: Path) -> None:
    journal.unlink()
    journal.mkdir()


@pytest.mark.parametrize(
    "fate",
    [
        damage,
        make_unreadable,
        write_as_a_later_version,
        write_claims_as_a_later_version,
        write_as_an_earlier_version,
    ],
)
def test_f19_f56_a_journal_that_nobody_can_read_stops_its_place_and_no_other(make_world, fate):
    world = make_world("dev", "staging")
    world.daemon().run_once()
    world.promote("1.1.0", "dev")
    killed = world.daemon()
    killed.claims.failpoints = Kill("history.claim.after")
    with pytest.raises(Killed):
        killed.run_once()
    (journal,) = (world.folder / "state-one" / "journal").iterdir()
    fate(journal)
    world.promote("1.2.0", "staging")
    after = world.daemon()
    after.claims.recover()
    for _ in range(20):
        after.look()
        if world.running("staging") == "1.2.0":
            break
        after.wake.wait(1)
    assert world.running("staging") == "1.2.0"
    assert world.running("dev") == "1.0.0"
    assert list(after.claims.stopped)
