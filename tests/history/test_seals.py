"""Records as signed commits: made in this process as git and OpenSSH would make them."""

import subprocess
from dataclasses import replace

import pytest
from history_world import World, a_restart

from reconciler.errors import ConfigurationError
from reconciler.model.records import numbered
from reconciler.names import instant_of
from reconciler.repository.chain import message_of
from reconciler.repository.git import EMPTY_TREE
from reconciler.repository.seals import commit_signed, seal
from reconciler.repository.sshsig import Signer


@pytest.fixture
def git(world: World):
    return world.writer()._git


def three():
    return [numbered(a_restart(f"number {each}"), each) for each in (1, 2, 3)]


def test_a_chain_is_to_the_byte_what_git_and_ssh_keygen_make(world: World, git) -> None:
    records, key = three(), world.keys["one"]
    commits = seal(git, records, parent=None, key=key)
    parent = None
    for record, commit in zip(records, commits, strict=True):
        message = message_of(record, record.subject)
        at = instant_of(record.at)
        parent = commit_signed(
            git, EMPTY_TREE, message, parent=parent, name=record.reconciler, at=at, key=key
        )
        assert commit == parent
    assert git.tell(["fsck", "--no-dangling"]) == ""


def test_a_chain_of_any_length_is_put_into_the_clone_at_once(world: World, git) -> None:
    many = [numbered(a_restart("x" * each), each) for each in range(1, 200)]
    commits = seal(git, many, parent=None, key=world.keys["one"])
    told = git.tell(["rev-list", "--reverse", commits[-1]]).split()
    assert told == commits


def test_of_no_records_git_is_asked_nothing(world: World, git, tmp_path) -> None:
    nowhere = replace(git, folder=tmp_path / "nowhere")
    assert seal(nowhere, [], parent=None, key=world.keys["one"]) == []


def test_a_key_that_is_not_plain_is_left_to_ssh_keygen(world: World, git, tmp_path) -> None:
    ecdsa = tmp_path / "ecdsa"
    make = ["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", str(ecdsa)]
    subprocess.run(make, check=True)
    assert Signer.of(ecdsa) is None
    commits = seal(git, three(), parent=None, key=ecdsa)
    assert "gpgsig" in git.tell(["cat-file", "commit", commits[-1]])


def test_a_key_that_others_may_read_signs_nothing(world: World, git, tmp_path) -> None:
    key = tmp_path / "open"
    key.write_bytes(world.keys["one"].read_bytes())
    key.chmod(0o644)
    with pytest.raises(ConfigurationError, match="can't sign"):
        seal(git, three(), parent=None, key=key)
