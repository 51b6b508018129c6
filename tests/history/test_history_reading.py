"""Reading the history: only records of listed reconcilers, in one unbroken chain."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from history_world import World, a_claim, a_restart, an_end

from reconciler.canonical import canonical_json
from reconciler.errors import RewoundError, UnreachableError
from reconciler.model.records import Claim, body_of, numbered
from reconciler.repository.chain import links_between
from reconciler.repository.git import EMPTY_TREE, Git, GitError
from reconciler.repository.history import (
    BRANCH,
    FOLLOWED,
    VERIFIED,
    Appended,
    DamagedCloneError,
    HistoryBranch,
    NewerRecordError,
    TamperedHistoryError,
    UnreadableHistoryError,
)
from reconciler.system.processes import run


def grown(world: World, count: int = 3) -> HistoryBranch:
    """The writer of a history with this many records."""
    one = world.writer()
    one.append_facts([a_restart(f"number {number}") for number in range(count)])
    one.refresh()
    return one


def message(world: World, sequence: int, **changes: object) -> str:
    """The message of a good record, or one with fields changed."""
    value = json.loads(body_of(numbered(a_restart(), sequence))) | changes
    return f"dev/shop 1.0.0 started again\n\n{canonical_json(value)}\n"


def test_an_empty_remote_is_an_empty_history(world: World) -> None:
    reader = world.reader()
    assert reader.refresh() == ()
    assert (reader.tip, reader.sequence) == (None, 0)


def test_another_host_reads_the_same_records_in_order_and_then_only_new_ones(
    world: World,
) -> None:
    one, reader = world.writer(), world.reader()
    outcome = one.append([a_claim()], onto=None)
    assert isinstance(outcome, Appended)
    claim = outcome.entries[0].record
    assert isinstance(claim, Claim)
    reader.fetch()
    assert reader.refresh() == outcome.entries
    one.append_facts([an_end(claim), a_restart()])
    reader.fetch()
    assert [each.record.kind for each in reader.refresh()] == ["End", "Restart"]
    assert reader.refresh() == ()
    assert claim.id in reader


def test_a_host_that_has_verified_reads_everything_again_after_a_restart(world: World) -> None:
    grown(world, 3)
    git = world.clone()
    assert len(world.reader(git).refresh()) == 3
    assert git.resolve(VERIFIED) == git.resolve(FOLLOWED) == world.tip()
    assert len(world.reader(git).refresh()) == 3


@pytest.mark.parametrize(
    ("how", "said"),
    [
        pytest.param("rewound", "went back", id="B113-rewound"),
        pytest.param("replaced", "was rewritten", id="B113-replaced"),
        pytest.param("unrelated", "was rewritten", id="B113-unrelated"),
        pytest.param("deleted", "is gone", id="B113-deleted"),
    ],
)
def test_x14_f28_a_history_that_went_back_is_refused_and_what_was_seen_stays(
    world: World, how: str, said: str
) -> None:
    one = grown(world, 3)
    git = world.clone()
    reader = world.reader(git)
    assert len(reader.refresh()) == 3
    seen = one.tip
    first = world.remote.tell(["rev-list", "--max-parents=0", str(seen)])
    match how:
        case "rewound":
            world.move(first)
        case "replaced":
            world.move(world.commit(message(world, 2), first, key="one"))
        case "unrelated":
            world.move(world.commit(message(world, 1), key="one"))
        case _:
            world.move(None)
    for each in (reader, one):
        with pytest.raises(RewoundError, match=said):
            each.fetch()
    with pytest.raises(RewoundError, match=said):
        world.reader(git)
    assert git.resolve(FOLLOWED) == seen
    assert reader.refresh() == ()
    assert reader.tip == seen


@pytest.mark.parametrize("part", [1, 2, 3, 6, 7, 8])
@pytest.mark.parametrize("wrong", [False, True], ids=["whole", "with a side"])
def test_a_long_history_is_read_in_parts_and_comes_to_the_same(
    world: World, part: int, wrong: bool
) -> None:
    one = grown(world, 7)
    tip = str(one.tip)
    whole, _ = links_between(world.remote, after=None, tip=tip)
    if wrong:
        side = world.remote.tell(["rev-parse", f"{tip}~3"])
        tip = world.commit(message(world, 8), tip, side, key="one")
    read, problem = links_between(world.remote, after=None, tip=tip, part=part)
    assert len(whole) == 7
    assert read == whole[: len(read)]
    assert wrong or read == whole
    assert (problem is not None) is wrong


def test_what_git_says_beyond_the_limit_is_an_error_and_never_taken_for_the_whole(
    world: World,
) -> None:
    grown(world, 3)
    with pytest.raises(GitError, match="said more than 50 bytes"):
        world.remote.ask(["log", BRANCH], limit=50)


FORGERIES = {
    "B120-unsigned": (None, 4, {}, "is not signed"),
    "B120-an-engineers-key": ("engineer", 4, {}, "by a key of no listed reconciler"),
    "X14-another-reconcilers-name": ("two", 4, {}, "is signed by two, but says one"),
    "B120-sequence-gap": ("one", 5, {}, "no record with sequence 4|has sequence 5, expected 4"),
    "B120-sequence-twice": ("one", 3, {}, "has sequence 3, expected 4"),
    "B120-unsigned-and-from-the-future": (None, 4, {"kind": "Oracle"}, "is not signed"),
}


@pytest.mark.parametrize(
    ("key", "sequence", "changes", "said"), FORGERIES.values(), ids=FORGERIES.keys()
)
def test_a_record_that_no_reconciler_wrote_stops_the_reading_and_is_named(
    world: World, key: str | None, sequence: int, changes: dict[str, object], said: str
) -> None:
    one = grown(world, 3)
    forged = world.commit(message(world, sequence, **changes), str(one.tip), key=key)
    world.move(world.commit(message(world, sequence + 1), forged, key="one"))
    good = one.tip
    for each in (one, world.reader()):
        each.fetch()
        with pytest.raises(TamperedHistoryError, match=said) as caught:
            each.refresh()
        assert caught.value.commit == forged
        assert forged in caught.value.hint
        assert each.tip == good, "what came before it stands"
        with pytest.raises(TamperedHistoryError):
            each.refresh()


def test_the_good_records_before_a_forged_one_come_with_the_error(world: World) -> None:
    one = grown(world, 3)
    world.move(world.commit(message(world, 4), str(one.tip)))
    with pytest.raises(UnreadableHistoryError) as caught:
        world.reader().refresh()
    assert [each.record.sequence for each in caught.value.entries] == [1, 2, 3]


def test_b120_a_record_amended_by_hand_is_told_by_its_signature(world: World) -> None:
    """The signature stays on the commit, the body says something else."""
    one = grown(world, 2)
    raw = world.remote.tell(["cat-file", "commit", str(one.tip)])
    edited = world.remote.tell(
        ["hash-object", "-w", "-t", "commit", "--stdin"],
        stdin=(raw.replace("number 1", "number 9") + "\n").encode(),
    )
    world.move(edited)
    with pytest.raises(TamperedHistoryError, match="signature that isn't right") as caught:
        world.reader().refresh()
    assert caught.value.commit == edited


def test_b120_a_signature_for_another_purpose_is_none(world: World) -> None:
    """A file signed by the reconciler's key doesn't sign a commit: the namespace differs."""
    one = grown(world, 1)
    text = (
        f"tree {EMPTY_TREE}\nparent {one.tip}\n"
        "author one <one@localhost> 1 +0000\ncommitter one <one@localhost> 1 +0000\n"
    )
    body = message(world, 2)
    payload = world.folder / "payload"
    payload.write_text(f"{text}\n{body}")
    run(
        ["ssh-keygen", "-Y", "sign", "-n", "file", "-f", str(world.keys["one"]), str(payload)],
        timeout=20,
    )
    lines = (world.folder / "payload.sig").read_text().strip().split("\n")
    commit = text + "gpgsig " + "\n ".join(lines) + "\n\n" + body
    made = world.remote.tell(
        ["hash-object", "-w", "-t", "commit", "--stdin"], stdin=commit.encode()
    )
    world.move(made)
    with pytest.raises(TamperedHistoryError, match="signature that isn't right"):
        world.reader().refresh()


def test_a_merge_in_the_history_is_no_record(world: World) -> None:
    one = grown(world, 2)
    side = world.commit(message(world, 1), key="one")
    merge = world.commit(message(world, 3), str(one.tip), side, key="one")
    world.move(merge)
    with pytest.raises(TamperedHistoryError, match="doesn't follow"):
        world.reader().refresh()


def test_a_file_in_the_history_is_no_record(world: World) -> None:
    one = grown(world, 1)
    blob = world.remote.tell(["hash-object", "-w", "--stdin"], stdin=b"x")
    tree = world.remote.tell(["mktree"], stdin=f"100644 blob {blob}\tx\n".encode())
    world.move(world.commit(message(world, 2), str(one.tip), key="one", tree=tree))
    with pytest.raises(TamperedHistoryError, match="holds files"):
        world.reader().refresh()


@pytest.mark.parametrize(
    "text",
    ["", "words", "one\n\nnot json\n", "one\n\n[1]\n", "one\n\n{}\n", "one\ntwo\n\n{}\n"],
)
def test_a_signed_commit_that_holds_no_record_is_an_integrity_error(
    world: World, text: str
) -> None:
    one = grown(world, 1)
    world.move(world.commit(text, str(one.tip), key="one"))
    with pytest.raises(TamperedHistoryError):
        world.reader().refresh()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"apiVersion": "tagboat/v2"}, id="version"),
        pytest.param({"kind": "Sighting"}, id="kind"),
        pytest.param({"mood": "good"}, id="field"),
    ],
)
def test_a_newer_record_is_never_guessed(world: World, changes: dict[str, object]) -> None:
    one = grown(world, 2)
    newer = world.commit(message(world, 3, **changes), str(one.tip), key="one")
    world.move(newer)
    for each in (one, world.reader()):
        each.fetch()
        with pytest.raises(NewerRecordError, match="newer Tagboat") as caught:
            each.refresh()
        assert caught.value.commit == newer
        assert "install" in caught.value.hint
        assert each.sequence == 2
    with pytest.raises(NewerRecordError):
        one.append_facts([a_restart()])
    assert world.tip() == newer


def test_an_empty_disk_looks_at_the_last_hundred_signatures_and_a_full_one_at_all_new(
    world: World,
) -> None:
    """Reconcilers append only to what they verified, so older ones are covered by the chain."""
    first = world.commit(message(world, 1))
    world.move(first)
    trusting = world.clone()
    world.reader(trusting)
    trusting.tell(["update-ref", VERIFIED, first])
    one = world.writer(git=trusting)
    one.append_facts([a_restart(f"number {number}") for number in range(99)])
    with pytest.raises(TamperedHistoryError):
        world.reader().refresh()
    one.append_facts([a_restart("one more")])
    assert len(world.reader().refresh()) == 101
    with pytest.raises(TamperedHistoryError) as caught:
        world.reader().verify_all()
    assert caught.value.commit == first


def oddly_signed(world: World) -> None:
    """Write the last record's signature in lines of 64: good, and left to ssh-keygen to tell."""
    tip = world.remote.tell(["rev-parse", BRANCH])
    raw = world.remote.ask(["cat-file", "commit", tip]).text
    before, begin, rest = raw.partition("-----BEGIN SSH SIGNATURE-----\n ")
    inside, end, after = rest.partition("\n -----END SSH SIGNATURE-----")
    text = inside.replace("\n ", "")
    odd = "\n ".join(text[at : at + 64] for at in range(0, len(text), 64))
    commit = f"{before}{begin}{odd}{end}{after}".encode()
    made = world.remote.tell(["hash-object", "-t", "commit", "-w", "--stdin"], stdin=commit)
    world.remote.tell(["update-ref", BRANCH, made])


def test_a_verifier_that_cannot_run_means_unknown_and_never_bad(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(world, 2)
    oddly_signed(world)
    reader = world.reader()
    only_git = world.folder / "bin"
    only_git.mkdir()
    git = shutil.which("git")
    assert git
    (only_git / "git").symlink_to(git)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(only_git))
        with pytest.raises(UnreachableError, match="can't be verified: ssh-keygen is not there"):
            reader.refresh()
    assert reader.tip is None
    assert len(reader.refresh()) == 2


def test_two_processes_may_follow_the_branch_in_one_clone(world: World) -> None:
    git = world.clone()
    daemon, command = world.writer(git=git), world.reader(git)
    daemon.append_facts([a_restart()])
    assert len(command.refresh()) == 1, "no fetch was needed"
    other = world.writer("two")
    other.append_facts([a_restart(by="two")])
    command.fetch()
    assert len(daemon.refresh()) == 2
    assert len(command.refresh()) == 1


def damage_ref(git: Git) -> None:
    (git.folder / FOLLOWED).write_bytes(b"")


def damage_object(git: Git) -> None:
    for path in (git.folder / "objects").glob("??/*"):
        path.chmod(0o644)
        path.write_bytes(b"")
    for path in (git.folder / "objects/pack").glob("*.pack"):
        path.chmod(0o644)
        path.write_bytes(b"")


@pytest.mark.parametrize("damage", [damage_ref, damage_object])
def test_f24_a_damaged_clone_is_told_and_a_new_one_reads_everything(
    world: World, damage: Callable[[Git], None]
) -> None:
    grown(world, 2)
    git = world.clone()
    world.reader(git)
    damage(git)
    broken = HistoryBranch(
        git, remote=world.url, reconcilers=world.public(), scratch=world.folder / "s"
    )
    with pytest.raises(DamagedCloneError, match="damaged") as caught:
        broken.refresh()
    assert str(git.folder) in caught.value.hint
    assert len(world.reader().refresh()) == 2


def test_reading_leaves_no_files_of_single_records_behind(world: World) -> None:
    grown(world, 3)
    reader = world.reader()
    reader.refresh()
    left = [path.name for path in Path(world.folder).glob("scratch*/*")]
    assert left == []
