"""What doctor says of a forge: whether it answers, and what its settings leave open."""

from pathlib import Path

import pytest
from replay import replaying

from reconciler.cli.branch import is_at, request_address
from reconciler.doctor.finding import State
from reconciler.doctor.forge import check_forge
from reconciler.model.host import Forge, Host
from reconciler.system.configuration import Configuration

GITEA = "/api/v1/repos/acme/deploy"
GITLAB = "/api/v4/projects/acme%2Fdeploy/repository"
GITHUB = "/repos/acme/deploy"
OFF = {"allow_manual_merge": False, "autodetect_manual_merge": False}


def configuration(folder: Path, sort: str, url: str, mode: str = "forge") -> Configuration:
    (folder / "token").write_text("s3cret\n")
    forge = {"type": sort, "url": url, "repository": "acme/deploy", "token": {"file": "token"}}
    host = {
        "name": "one",
        "state": "state",
        "remote": {"url": "remote.git"},
        "trust": {"mode": mode},
        "forge": forge,
        "history": {"reconcilers": {}},
    }
    return Configuration(Host.model_validate(host), folder / "tagboat.toml")


_ASKED = [
    (
        "gitea",
        {f"GET {GITEA}/branches/main": {"protected": False}, f"GET {GITEA}": OFF},
        ["protect"],
    ),
    (
        "gitea",
        {
            f"GET {GITEA}/branches/main": {"protected": True, "required_approvals": 0},
            f"GET {GITEA}": {"allow_manual_merge": True},
        },
        ["without an approval", "who merged counts for nothing"],
    ),
    (
        "gitea",
        {
            f"GET {GITEA}/branches/main": {"protected": True, "required_approvals": 1},
            f"GET {GITEA}": OFF,
        },
        [],
    ),
    ("gitlab", {f"GET {GITLAB}/branches/main": {"protected": False}}, ["protected"]),
    (
        "gitlab",
        {f"GET {GITLAB}/branches/main": {"protected": True, "developers_can_push": True}},
        ["developers may push"],
    ),
    ("gitlab", {f"GET {GITLAB}/branches/main": {"protected": True}}, []),
    ("github", {f"GET {GITHUB}/branches/main": {"protected": False}}, ["protected"]),
    ("github", {f"GET {GITHUB}/branches/main": {"protected": True}}, []),
]


@pytest.mark.parametrize(("sort", "answers", "open_"), _ASKED)
def test_doctor_names_what_a_forge_s_settings_leave_open(
    sort: str, answers: dict[str, object], open_: list[str], tmp_path: Path
) -> None:
    with replaying({key: [200, body] for key, body in answers.items()}) as replay:
        findings = list(check_forge(configuration(tmp_path, sort, replay.address)))
    wanted = [State.WRONG] * len(open_) or [State.GOOD]
    assert [each.state for each in findings] == wanted
    assert all(word in each.found for word, each in zip(open_, findings, strict=False))
    assert all(each.remedy for each in findings if open_)


def test_b84_doctor_says_when_a_forge_doesn_t_answer(tmp_path: Path) -> None:
    with replaying({}) as replay:
        gone = configuration(tmp_path, "gitea", replay.address)
    (finding,) = check_forge(gone)
    assert finding.state is State.SILENT


def test_x18_a_token_that_is_missing_is_named_and_never_shown(tmp_path: Path) -> None:
    found = configuration(tmp_path, "gitea", "https://git.example")
    (tmp_path / "token").write_text("two words\n")
    (finding,) = check_forge(found)
    assert finding.state is State.WRONG
    assert "forge.token" in finding.found
    assert "two words" not in str(finding)


_FORM = "merge_request%5Bsource_branch%5D=a%2Fb&merge_request%5Btarget_branch%5D=main"


@pytest.mark.parametrize(
    ("sort", "url", "address"),
    [
        ("gitea", "https://git.example/", "https://git.example/acme/deploy/compare/main...a/b"),
        ("github", "https://api.github.com", "https://github.com/acme/deploy/compare/main...a/b"),
        (
            "gitlab",
            "https://git.example",
            "https://git.example/acme/deploy/-/merge_requests/new?" + _FORM,
        ),
    ],
)
def test_a_merge_request_is_opened_where_the_forge_has_its_form(
    sort: str, url: str, address: str
) -> None:
    told = {"type": sort, "url": url, "repository": "acme/deploy", "token": {"env": "T"}}
    assert request_address(Forge.model_validate(told), branch="main", name="a/b") == address


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("https://git.example/acme/deploy.git", True),
        ("https://amy:secret@git.example:443/acme/deploy/", True),
        ("ssh://git@git.example:2222/acme/deploy.git", True),
        ("git@git.example:Acme/deploy.git", True),
        ("git.example:/acme/deploy", True),
        ("https://git.example/acme/deploy-site.git", False),
        ("https://git.example/mirror/acme/deploy", False),
        ("https://git.example.evil.example/acme/deploy", False),
        ("git@mirror.example:acme/deploy.git", False),
        ("/srv/git.example/acme/deploy.git", False),
        ("file:///acme/deploy", False),
        ("https://[git.example/acme/deploy", False),
        ("", False),
    ],
)
def test_a_remote_is_the_forges_where_host_and_path_are(address: str, there: bool) -> None:
    told = {"type": "gitea", "url": "https://git.example", "token": {"env": "T"}}
    forge = Forge.model_validate({**told, "repository": "acme/deploy"})
    assert is_at(forge, address) == there


def test_a_forge_below_a_path_has_it_in_addresses_of_http_and_not_of_ssh() -> None:
    told = {"type": "gitea", "url": "https://git.example/code/", "token": {"env": "T"}}
    forge = Forge.model_validate({**told, "repository": "acme/deploy"})
    assert is_at(forge, "https://git.example/code/acme/deploy.git")
    assert not is_at(forge, "https://git.example/acme/deploy.git")
    assert is_at(forge, "git@git.example:acme/deploy.git")
