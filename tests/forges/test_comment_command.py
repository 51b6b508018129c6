"""``tagboat comment``: the plan below its merge request, by the real command."""

import os
import subprocess
import sys
from pathlib import Path

from forge_world import SHOP, promotion, start
from replay import replaying

TAGBOAT = Path(sys.executable).with_name("tagboat")
AT = "/api/v1/repos/acme/deploy/issues/7/comments"


def test_d16_the_plan_of_a_merge_is_said_below_its_request(tmp_path: Path) -> None:
    work = tmp_path / "work"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GIT_CONFIG_NOSYSTEM": "1",
        "TOKEN": "s3cret",
    }

    def run(*words: str | Path) -> str:
        at = work if work.exists() else tmp_path
        done = subprocess.run(words, cwd=at, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "s3cret" not in done.stdout + done.stderr
        return done.stdout

    def commit(files: dict[str, str]) -> str:
        for path, text in files.items():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_text(text)
        run("git", "add", "-A")
        run(
            *("git", "-c", "user.name=ana", "-c", "user.email=amy@acme.example"),
            "commit",
            "-qm",
            "m",
        )
        return run("git", "rev-parse", "HEAD").strip()

    run("git", "init", "-q", "-b", "main", work)
    root = commit(start())
    run("git", "switch", "-q", "-c", "topic")
    commit({SHOP: promotion("1.1.0")})
    mine = {"id": 2, "body": "", "user": {"login": "tagboat"}, "html_url": "https://git/7#2"}
    answers: dict[str, list[object]] = {
        "GET /api/v1/user": [200, {"login": "tagboat"}],
        f"GET {AT}": [200, []],
        f"POST {AT}": [201, mine],
    }
    with replaying(answers) as replay:
        configuration = tmp_path / "tagboat.toml"
        configuration.write_text(
            f'name = "one"\nstate = "state"\n[remote]\nurl = "work"\n'
            f'[trust]\nmode = "forge"\nroot = "{root}"\n'
            f'[forge]\ntype = "gitea"\nurl = "{replay.address}"\nrepository = "acme/deploy"\n'
            'token = {env = "TOKEN"}\n[history.reconcilers]\none = "ssh-ed25519 AAAA"\n'
        )
        said = run(TAGBOAT, "comment", "7", "--head", "topic", "--config", configuration)
    assert said == "https://git/7#2\n"
    assert replay.tokens == ["token s3cret"] * 3
    (text,) = replay.sent
    assert isinstance(text, dict)
    assert text["body"].startswith("<!-- tagboat plan -->")
    assert "shop in production" in text["body"]
    assert "written by ana" in text["body"]
