"""The daemon says below each open merge request what merging it will do, by the real command."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from forge_world import SHOP, promotion, start
from replay import Replay, replaying

from reconciler.forges.gitea import Gitea
from reconciler.forges.github import GitHub
from reconciler.forges.gitlab import GitLab
from reconciler.model.merge_request import OpenRequest
from reconciler.ports import Forge
from reconciler.system.client import Client
from reconciler.system.clock import SystemClock

TAGBOAT = Path(sys.executable).with_name("tagboat")
REPOSITORY = "/api/v1/repos/acme/deploy"
HEAD = "c" * 40
PULL = {"number": 7, "base": {"ref": "main", "sha": HEAD}, "head": {"ref": "t", "sha": HEAD}}


@pytest.mark.parametrize(
    ("forge", "path", "said", "ref"),
    [
        (Gitea, "/repos/acme/deploy/pulls", PULL, "refs/pull/7/head"),
        (GitHub, "/repos/acme/deploy/pulls", PULL, "refs/pull/7/head"),
        (
            GitLab,
            "/projects/acme%2Fdeploy/merge_requests",
            {"iid": 7, "sha": HEAD, "target_branch": "main"},
            "refs/merge-requests/7/head",
        ),
    ],
)
def test_each_forge_lists_the_open_requests_of_the_branch(
    forge: Callable[..., Forge], path: str, said: dict[str, object], ref: str
) -> None:
    other = {**said, "base": {"ref": "next", "sha": HEAD}, "target_branch": "next"}
    with replaying({f"GET {path}": [200, [said, other]]}) as replay:
        client = Client(replay.address, dict, clock=SystemClock())
        found = forge(client, "acme/deploy").open_requests("main")
    assert found == (OpenRequest(7, ref, HEAD),)
    assert "state=open" in replay.asked[0]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A repository at a forge, with request 7, which promotes, and 8, which doesn't merge."""
    folder = tmp_path / "work"
    run(tmp_path, "init", "-q", "-b", "main", str(folder))
    commit(folder, start())
    root = run(folder, "rev-parse", "HEAD")
    policy = "environments/production/environment.yaml"
    text = start()[policy]
    for number, files in ((7, {SHOP: promotion("1.1.0")}), (8, {policy: f"{text}# Mine.\n"})):
        run(folder, "switch", "-q", "-c", f"topic{number}", root)
        commit(folder, files)
        run(folder, "update-ref", f"refs/pull/{number}/head", "HEAD")
    run(folder, "switch", "-q", "main")
    commit(folder, {policy: f"{text}# Theirs.\n"})
    return folder


def run(at: Path, *words: str) -> str:
    named = ("-c", "user.name=ana", "-c", "user.email=amy@acme.example")
    done = subprocess.run(["git", *named, *words], cwd=at, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(at: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (at / path).parent.mkdir(parents=True, exist_ok=True)
        (at / path).write_text(text)
    run(at, "add", "-A")
    run(at, "commit", "-qm", "m")


def configured(work: Path, replay: Replay) -> Path:
    folder = work.parent
    keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "one")]
    subprocess.run(keygen, check=True)
    key = " ".join((folder / "one.pub").read_text().split()[:2])
    file = folder / "tagboat.toml"
    root = run(work, "rev-list", "--max-parents=0", "main")
    file.write_text(
        f'name = "one"\nstate = "state"\npoll = "1s"\n[remote]\nurl = "work"\n'
        f'[trust]\nmode = "forge"\nroot = "{root}"\n'
        f'[forge]\ntype = "gitea"\nurl = "{replay.address}"\nrepository = "acme/deploy"\n'
        f'token = {{env = "TOKEN"}}\ncomments = true\n[drivers]\nmemory = true\n'
        f'[history]\nkey = "one"\n[history.reconcilers]\none = "{key}"\n'
    )
    return file


def test_d16_the_daemon_keeps_a_comment_below_every_open_request(work: Path) -> None:
    pulls = [
        {"number": each, "base": {"ref": "main"}, "head": {"ref": "t", "sha": head}}
        for each in (7, 8)
        for head in [run(work, "rev-parse", f"refs/pull/{each}/head")]
    ]
    mine = {"id": 2, "body": "", "user": {"login": "tagboat"}, "html_url": "https://git/7#2"}
    answers: dict[str, list[object]] = {
        f"GET {REPOSITORY}/pulls": [200, pulls],
        "GET /api/v1/user": [200, {"login": "tagboat"}],
        **{f"GET {REPOSITORY}/issues/{each}/comments": [200, []] for each in (7, 8)},
        **{f"POST {REPOSITORY}/issues/{each}/comments": [201, mine] for each in (7, 8)},
    }
    said = threading.Event()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(work.parent),
        "GIT_CONFIG_NOSYSTEM": "1",
        "TOKEN": "s3cret",
    }
    with replaying(answers) as replay:
        configuration = configured(work, replay)
        sent = replay.sent

        class Sent(list[object]):
            def append(self, each: object) -> None:
                super().append(each)
                if len(self) == 2:
                    said.set()

        replay.sent = sent = Sent()
        daemon = subprocess.Popen(
            [TAGBOAT, "reconcile", "--config", configuration],
            cwd=work.parent,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            there = said.wait(60)
        finally:
            daemon.send_signal(signal.SIGTERM)
            _, err = daemon.communicate(timeout=60)
    assert there, err
    assert "s3cret" not in err
    texts = [str(each["body"]) for each in sent if isinstance(each, dict)]
    assert all(each.startswith("<!-- tagboat plan -->") for each in texts)
    assert "### shop in production" in texts[0]
    assert "doesn't merge into" in texts[1]
    assert "both change environments/production/environment.yaml" in texts[1]
