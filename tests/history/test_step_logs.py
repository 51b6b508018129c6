"""The logs of deployments lie by month beside the history, and can go without it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from history_world import World, a_claim, an_end

from reconciler.errors import RefusedError, UnreachableError
from reconciler.model.records.deployments import StepLog
from reconciler.repository.seals import Author
from reconciler.repository.step_logs import PREFIX, StepLogs

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
MONTH = "2026-11"


def an_ended(text: bytes, *, number: int = 1, month: str = MONTH):
    claim = a_claim().model_copy(update={"deployment": f"dev.shop.{number}"})
    return an_end(claim).model_copy(update={"log": StepLog.of(text, month=month)})


@pytest.fixture
def one(world: World) -> StepLogs:
    return StepLogs(world.clone(), world.url)


@pytest.fixture
def by(world: World) -> Author:
    return Author("one", world.keys["one"])


def keep(logs: StepLogs, by: Author, text: bytes, *, number: int = 1, month: str = MONTH):
    end = an_ended(text, number=number, month=month)
    logs.keep(month, {end.log_path: text}, by=by, at=NOW)
    return end


def test_a_log_is_read_from_any_clone_byte_for_byte(world, one, by):
    text = b"2026-11-20 \xe2\x9c\x94 prepare\n\n data 3\nno last newline"
    end = keep(one, by, text)
    assert StepLogs(world.clone(), world.url).read(end) == text


def test_what_is_there_already_is_not_pushed_again(world, one, by):
    keep(one, by, b"a")
    tip = world.remote.resolve(PREFIX + MONTH)
    keep(one, by, b"a")
    keep(StepLogs(world.clone(), world.url), by, b"a")
    assert world.remote.resolve(PREFIX + MONTH) == tip


def test_two_writers_lose_nothing_of_each_other(world, one, by):
    two = StepLogs(world.clone(), world.url)
    ends = []
    for number in range(1, 7):
        writer = one if number % 2 else two
        ends.append((keep(writer, by, b"log %d" % number, number=number), number))
    for end, number in ends:
        assert one.read(end) == b"log %d" % number


def test_each_month_has_a_root_of_its_own(world, one, by):
    old, new = keep(one, by, b"old", month="2026-10"), keep(one, by, b"new", number=2)
    assert one.expire("2026-10")
    assert one.read(old) is None
    assert one.read(new) == b"new"
    assert not one.expire("2026-10")


def test_a_purged_log_is_in_no_branch_and_the_others_stay(world, one, by):
    secret, other = keep(one, by, b"token"), keep(one, by, b"fine", number=2)
    one.purge(MONTH, [secret.log_path], "it held a token", by=by, at=NOW)
    reachable = world.remote.tell(["rev-list", "--objects", "--all"])
    assert secret.log_path not in reachable
    assert one.read(secret) is None
    assert one.read(other) == b"fine"
    said = world.remote.tell(["log", "--format=%B", PREFIX + MONTH])
    assert said.strip() == "Purge dev.shop.1\n\nit held a token"


def test_who_kept_logs_before_a_purge_goes_on_after_it_and_brings_nothing_back(world, one, by):
    secret = keep(one, by, b"token")
    StepLogs(world.clone(), world.url).purge(MONTH, [secret.log_path], "why", by=by, at=NOW)
    after = keep(one, by, b"after", number=2)
    assert one.read(secret) is None
    assert one.read(after) == b"after"


def test_a_log_that_another_host_purged_is_not_brought_back(world, one, by):
    secret = keep(one, by, b"token")
    other = StepLogs(world.clone(), world.url)
    other.purge(MONTH, [secret.log_path], "why", by=by, at=NOW)
    # As after a kill between the push of the log and that of its end.
    with pytest.raises(RefusedError, match=r"shop\.1\.log was kept, and somebody has purged it"):
        keep(one, by, b"token")
    assert secret.log_path not in world.remote.tell(["rev-list", "--objects", "--all"])


def test_a_month_that_another_host_took_away_begins_anew_without_what_was_in_it(world, one, by):
    secret = keep(one, by, b"token")
    assert StepLogs(world.clone(), world.url).expire(MONTH)
    with pytest.raises(RefusedError, match="purged"):
        keep(one, by, b"token")
    after = keep(one, by, b"after", number=2)
    assert one.read(after) == b"after"
    assert secret.log_path not in world.remote.tell(["rev-list", "--objects", "--all"])


def test_a_log_that_somebody_changed_is_not_shown(world, one, by):
    end = keep(one, by, b"true")
    one.keep(MONTH, {end.log_path: b"false"}, by=by, at=NOW)
    with pytest.raises(RefusedError, match="isn't the one that its record names"):
        one.read(end)


def test_a_remote_that_takes_no_logs_says_so(world, one, by):
    world.remote.tell(["config", "receive.hideRefs", PREFIX.rstrip("/")])
    with pytest.raises(RefusedError, match="doesn't take logs"):
        keep(one, by, b"a")


def test_a_remote_that_is_away_is_told_from_one_that_refuses(world, one, by):
    (Path(world.url)).rename(world.folder / "away.git")
    with pytest.raises(UnreachableError):
        keep(one, by, b"a")


def test_to_purge_what_nobody_kept_changes_nothing_and_begins_no_month(world, one, by):
    end = keep(one, by, b"a")
    tip = world.remote.resolve(PREFIX + MONTH)
    other = an_ended(b"b", number=2)
    one.purge(MONTH, [other.log_path], "not there", by=by, at=NOW)
    one.purge("2026-10", [other.log_path], "not there", by=by, at=NOW)
    assert world.remote.resolve(PREFIX + MONTH) == tip
    assert world.remote.resolve(PREFIX + "2026-10") is None
    assert one.read(end) == b"a"


def test_a_log_that_came_too_late_to_be_named_is_found_by_the_month_its_deployment_ended(one, by):
    end = keep(one, by, b"a token").model_copy(update={"log": None})
    one.purge(end.log_month, [end.log_path], "a token", by=by, at=NOW)
    named = end.model_copy(update={"log": StepLog.of(b"a token", month=MONTH)})
    assert one.read(named) is None
