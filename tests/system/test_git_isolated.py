"""Git runs as this program says, whatever the user, the host and the repository have set."""

import os
import subprocess

import pytest

from reconciler.errors import UnreachableError
from reconciler.repository.git import Git


@pytest.fixture
def remote(tmp_path):
    """A bare repository with one commit."""
    git = Git(tmp_path, tmp_path / "git-home")
    git.tell(["init", "-q", "--bare", "remote.git"])
    made = Git(tmp_path / "remote.git", tmp_path / "git-home")
    tree = made.tell(["mktree"], stdin=b"")
    made.tell(["update-ref", "refs/heads/main", made.tell(["commit-tree", tree, "-m", "m"])])
    return made


@pytest.fixture
def clone(tmp_path, remote):
    Git(tmp_path, tmp_path / "git-home").tell(["init", "-q", "--bare", "clone.git"])
    return Git(tmp_path / "clone.git", tmp_path / "git-home")


def test_x2_settings_of_the_user_count_for_nothing(tmp_path, remote, clone, monkeypatch):
    home = tmp_path / "user"
    home.mkdir()
    (home / ".gitconfig").write_text(
        f'[url "/nowhere/"]\n\tinsteadOf = {tmp_path}/\n[core]\n\tfsmonitor = touch {home}/spied\n'
        "[alias]\n\tls-remote = !false\n[transfer]\n\tfsckObjects = false\n"
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "transfer.fsckObjects")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "false")
    clone.fetch(str(remote.folder), "refs/heads/main:refs/heads/main")
    assert clone.resolve("main") == remote.resolve("main")
    settings = dict(
        line.partition("=")[::2] for line in clone.tell(["config", "--list"]).splitlines()
    )
    assert settings["transfer.fsckobjects"] == "true"
    assert settings["core.hookspath"] == "/dev/null"
    assert settings["core.symlinks"] == settings["submodule.recurse"] == "false"
    assert not (home / "spied").exists()


def test_x2_hooks_of_a_clone_never_run(clone, remote):
    for name in ("reference-transaction", "post-checkout", "pre-auto-gc"):
        hook = clone.folder / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {clone.folder}/ran\n")
        hook.chmod(0o755)
    clone.fetch(str(remote.folder), "refs/heads/main:refs/heads/main")
    assert not (clone.folder / "ran").exists()
    environment = {"PATH": os.environ["PATH"], "HOME": str(clone.folder)}
    command = ["git", "-C", str(clone.folder), "update-ref", "refs/heads/x", "main"]
    subprocess.run(command, env=environment, check=True)
    assert (clone.folder / "ran").exists(), "a plain git runs them"


@pytest.mark.parametrize("url", ["ext::touch ran", "fd::7", "git://127.0.0.1/x", "bundle::x"])
def test_x2_x3_a_transport_that_runs_programs_is_never_used(clone, url):
    with pytest.raises(UnreachableError):
        clone.fetch(url, "refs/heads/main:refs/heads/main")
    with pytest.raises(UnreachableError):
        clone.remote_refs(url)
    assert not (clone.folder / "ran").exists()


@pytest.mark.parametrize("url", ["--upload-pack=touch ran", "-oProxyCommand=touch ran"])
def test_x3_an_address_is_never_an_option(clone, url):
    with pytest.raises(UnreachableError):
        clone.fetch(url, "refs/heads/main:refs/heads/main")
    assert not (clone.folder / "ran").exists()
