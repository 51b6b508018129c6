"""Every forge tells the same things, whatever it calls them: recorded and documented answers."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from replay import Replay, replaying

from reconciler.errors import ConfigurationError, UnreachableError
from reconciler.forges.gitea import Gitea
from reconciler.forges.github import GitHub
from reconciler.forges.gitlab import GitLab
from reconciler.model.merge_request import Push
from reconciler.ports import Forge
from reconciler.system.client import Client
from reconciler.system.clock import SystemClock

ANSWERS = Path(__file__).parent / "answers"
HEAD, OLD, OUTCOME = "1" * 40, "2" * 40, "3" * 40
MARKER = "<!-- ours -->"


def client(replay: Replay, **more: float) -> Client:
    def authorize() -> dict[str, str]:
        return {"Authorization": "token s3cret"}

    return Client(replay.address, authorize, clock=SystemClock(), **more)


def recorded(name: str) -> tuple[str, dict[str, list[object]]]:
    said = json.loads((ANSWERS / f"gitea-{name}.json").read_text())
    return said["commit"], said["answers"]


@pytest.mark.parametrize(
    ("name", "how", "approved"),
    [
        ("merge", "merged", True),
        ("squash", "merged", True),
        ("rebase", "merged", True),
        ("approval-of-an-older-head", "merged", False),
        ("auto-merge", "automatic", True),
        ("manually-merged", "unknown", False),
    ],
)
def test_gitea_tells_opener_head_merger_and_approvals(name: str, how: str, approved: bool) -> None:
    commit, answers = recorded(name)
    with replaying(answers) as replay:
        told = Gitea(client(replay), "admin/deploy").request_of(commit)
    assert told is not None
    assert (told.opener, told.merged_by, told.how) == ("amy", "ben", how)
    assert (told.base, told.ref) == ("main", f"refs/pull/{told.number}/head")
    heads = [which for who, which in told.approvals if who == "cai"]
    assert bool(heads) is approved
    assert set(heads) <= set(told.commits)
    assert {each.by for each in told.pushes} == {"amy"}


def test_x9_gitea_s_commits_are_traced_once_the_timeline_tells_who_pushed_them() -> None:
    def traced(*entries: tuple[bool, list[str]]) -> frozenset[str] | None:
        commit, answers = recorded("merge")
        (commits,) = (each for each in answers if each.endswith("stat=false"))
        parents = {HEAD: [OLD], OLD: ["4" * 40]}
        answers[commits] = [
            200,
            [{"sha": x, "parents": [{"sha": y} for y in parents[x]]} for x in parents],
        ]
        (timeline,) = (each for each in answers if "/timeline" in each)
        pushed = [json.dumps({"is_force_push": x, "commit_ids": y}) for x, y in entries]
        answers[timeline] = [
            200,
            [{"type": "pull_push", "user": {"login": "ben"}, "body": x} for x in pushed],
        ]
        with replaying(answers) as replay:
            told = Gitea(client(replay), "admin/deploy").request_of(commit)
        assert told is not None
        return told.traced

    assert traced() == frozenset()
    assert traced((False, [OLD])) == {OLD}
    assert traced((False, [OLD]), (False, [HEAD])) == {OLD, HEAD}
    assert traced((True, ["5" * 40, HEAD])) == {OLD, HEAD}
    assert traced((True, [HEAD, OLD])) == {OLD}


def test_gitea_knows_no_request_of_a_commit_that_was_pushed() -> None:
    commit, answers = recorded("no-request")
    with replaying(answers) as replay:
        assert Gitea(client(replay), "admin/deploy").request_of(commit) is None


def gitlab(**more: object) -> dict[str, list[object]]:
    """A merged request in the shape that GitLab's documentation gives."""
    project = "/projects/acme%2Fdeploy"
    at = f"{project}/merge_requests/7"
    request = {
        "iid": 7,
        "state": "merged",
        "target_branch": "main",
        "sha": HEAD,
        "merge_commit_sha": OUTCOME,
        "squash_commit_sha": None,
        "author": {"username": "amy"},
        "merge_user": {"username": "ben"},
        "merge_when_pipeline_succeeds": False,
        **more,
    }
    early, late = "2026-11-20T10:00:00.000Z", "2026-11-20T11:00:00.000Z"
    return {
        f"GET {project}/repository/commits/{OUTCOME}/merge_requests": [200, [request]],
        f"GET {at}": [200, request],
        f"GET {at}/commits": [200, [{"id": HEAD}, {"id": OLD}]],
        f"GET {at}/versions": [
            200,
            [
                {"id": 2, "head_commit_sha": HEAD, "created_at": "2026-11-20T10:30:00.000Z"},
                {"id": 1, "head_commit_sha": OLD, "created_at": "2026-11-20T09:00:00.000Z"},
            ],
        ],
        f"GET {at}/approvals": [
            200,
            {
                "approved_by": [
                    {"user": {"username": "cai"}, "approved_at": late},
                    {"user": {"username": "dan"}, "approved_at": early},
                    {"user": {"username": "eve"}},
                ]
            },
        ],
        f"GET {at}/notes": [
            200,
            [
                {
                    "id": 1,
                    "body": "added 1 commit\n\n* 1111 - More",
                    "author": {"username": "fay"},
                    "system": True,
                },
                {"id": 2, "body": "added 9 commits", "author": {"username": "gus"}},
            ],
        ],
    }


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"merge_commit_sha": None, "squash_commit_sha": OUTCOME},
        {"merge_commit_sha": None, "sha": OUTCOME},
    ],
    ids=["merge", "squash", "fast-forward"],
)
def test_gitlab_tells_which_request_a_commit_is_the_outcome_of(more: dict[str, object]) -> None:
    with replaying(gitlab(**more)) as replay:
        told = GitLab(client(replay), "acme/deploy").request_of(OUTCOME)
    assert told is not None
    assert (told.number, told.opener, told.merged_by, told.how) == ("7", "amy", "ben", "merged")
    assert told.ref == "refs/merge-requests/7/head"
    assert told.pushes == (Push("fay"),)


def test_b83_gitlab_s_approvals_count_only_after_the_merged_head_was_pushed() -> None:
    with replaying(gitlab()) as replay:
        told = GitLab(client(replay), "acme/deploy").request_of(OUTCOME)
    assert told is not None
    assert told.approvals == (("cai", HEAD),)


def test_gitlab_s_auto_merge_names_whoever_set_it() -> None:
    with replaying(gitlab(merge_when_pipeline_succeeds=True)) as replay:
        told = GitLab(client(replay), "acme/deploy").request_of(OUTCOME)
    assert told is not None
    assert told.how == "automatic"


def github(events: list[object] | None = None, **more: object) -> dict[str, list[object]]:
    """A merged request in the shape that GitHub's documentation gives."""
    repository = "/repos/acme/deploy"
    at = f"{repository}/pulls/7"
    pull = {
        "number": 7,
        "merged": True,
        "merged_at": "2026-11-20T11:00:00Z",
        "merge_commit_sha": OUTCOME,
        "merged_by": {"login": "ben", "type": "User"},
        "user": {"login": "amy"},
        "base": {"ref": "main", "sha": OLD},
        "head": {"ref": "topic", "sha": HEAD},
        **more,
    }
    amy, web = {"login": "amy"}, {"login": "web-flow"}
    return {
        f"GET {repository}/commits/{OUTCOME}/pulls": [200, [pull]],
        f"GET {at}": [200, pull],
        f"GET {at}/commits": [200, [{"sha": HEAD, "author": amy, "committer": web}]],
        f"GET {at}/reviews": [
            200,
            [
                {"user": {"login": "cai"}, "state": "APPROVED", "commit_id": HEAD},
                {"user": {"login": "cai"}, "state": "COMMENTED", "commit_id": HEAD},
                {"user": {"login": "dan"}, "state": "APPROVED", "commit_id": HEAD},
                {"user": {"login": "dan"}, "state": "CHANGES_REQUESTED", "commit_id": HEAD},
                {"user": {"login": "eve"}, "state": "DISMISSED", "commit_id": HEAD},
                {"user": {"login": "fay"}, "state": "APPROVED", "commit_id": OLD},
            ],
        ],
        f"GET {repository}/issues/7/timeline": [200, events or [{"event": "merged"}]],
        f"GET {repository}/activity": [200, [{"actor": {"login": "gus"}, "after": HEAD}]],
    }


def test_github_tells_opener_pushers_and_each_one_s_newest_verdict() -> None:
    with replaying(github()) as replay:
        told = GitHub(client(replay), "acme/deploy").request_of(OUTCOME)
    assert told is not None
    assert (told.opener, told.merged_by, told.how) == ("amy", "ben", "merged")
    assert told.approvals == (("cai", HEAD), ("fay", OLD))
    assert told.named == {HEAD: ("amy",)}
    assert (told.pushes, told.traced) == ((Push("gus"),), None)


def test_x9_a_head_that_github_s_activity_doesn_t_show_was_pushed_by_nobody_known() -> None:
    answers = github()
    answers["GET /repos/acme/deploy/activity"] = [200, [{"actor": {"login": "gus"}, "after": OLD}]]
    with replaying(answers) as replay:
        told = GitHub(client(replay), "acme/deploy").request_of(OUTCOME)
    assert told is not None
    assert told.traced == frozenset()


@pytest.mark.parametrize(
    "answers",
    [
        github([{"event": "added_to_merge_queue", "actor": {"login": "ben"}}]),
        github([{"event": "auto_squash_enabled", "actor": {"login": "ben"}}]),
        github(merged_by={"login": "github-merge-queue[bot]", "type": "Bot"}),
    ],
    ids=["queue", "auto-merge", "bot"],
)
def test_x11_github_s_queue_and_bots_agree_to_nothing(answers: dict[str, list[object]]) -> None:
    with replaying(answers) as replay:
        told = GitHub(client(replay), "acme/deploy").request_of(OUTCOME)
    assert told is not None
    assert told.how == "automatic"


@pytest.mark.parametrize(
    ("forge", "answers"),
    [
        (GitLab, gitlab(state="opened")),
        (GitLab, gitlab(merge_commit_sha=OLD)),
        (GitHub, github(merge_commit_sha=OLD)),
        (GitHub, github(merged=False)),
        (Gitea, {}),
    ],
)
def test_a_commit_that_is_no_outcome_has_no_request(
    forge: Callable[[Client, str], Forge], answers: dict[str, list[object]]
) -> None:
    with replaying(answers) as replay:
        assert forge(client(replay), "acme/deploy").request_of(OUTCOME) is None


_LISTS = {
    Gitea: "/repos/acme/deploy/issues/7/comments",
    GitHub: "/repos/acme/deploy/issues/7/comments",
    GitLab: "/projects/acme%2Fdeploy/merge_requests/7/notes",
}


def comment(number: int, login: str, body: str) -> dict[str, object]:
    who = {"login": login, "username": login}
    return {"id": number, "body": body, "user": who, "author": who, "html_url": f"#{number}"}


@pytest.mark.parametrize("forge", list(_LISTS))
def test_d16_the_plan_is_one_comment_of_ours_and_is_kept_up_to_date(
    forge: Callable[[Client, str], Forge],
) -> None:
    at = _LISTS[forge]  # type: ignore[index]
    theirs = comment(1, "mallory", f"{MARKER}\nnot ours")
    mine = comment(2, "tagboat", f"{MARKER}\nedited by somebody else")
    one = at.replace("/7/comments", "/comments") + "/2"
    answers: dict[str, list[object]] = {
        "GET /user": [200, {"login": "tagboat", "username": "tagboat"}],
        f"GET {at}": [200, [theirs]],
        f"POST {at}": [201, mine],
        f"PATCH {one}": [200, mine],
        f"PUT {one}": [200, mine],
    }
    text = f"{MARKER}\nplan"
    with replaying(answers) as replay:
        forge(client(replay), "acme/deploy").comment(7, text, marker=MARKER)
        assert replay.asked[-1] == f"POST {at}"
        replay.answers[f"GET {at}"] = [200, [theirs, mine]]
        forge(client(replay), "acme/deploy").comment(7, text, marker=MARKER)
        assert replay.asked[-1] in {f"PATCH {one}", f"PUT {one}"}
        assert replay.sent == [{"body": text}] * 2
        replay.answers[f"GET {at}"] = [200, [theirs, {**mine, "body": text}]]
        forge(client(replay), "acme/deploy").comment(7, text, marker=MARKER)
    assert len(replay.sent) == 2


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" " * 65536)
    except OSError:
        return


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {}, "refuses the token"),
        (500, {}, "answers 500"),
        (200, {"number": "seven"}, "can't be understood"),
        (200, [], "can't be understood"),
    ],
)
def test_b84_what_isn_t_an_answer_is_unreachable(status: int, body: object, said: str) -> None:
    path = f"GET /repos/acme/deploy/commits/{OUTCOME}/pull"
    with (
        replaying({path: [status, body]}) as replay,
        pytest.raises(UnreachableError, match=said) as caught,
    ):
        Gitea(client(replay), "acme/deploy").request_of(OUTCOME)
    assert "s3cret" not in str(caught.value)


def test_x17_a_redirect_is_not_followed_and_carries_no_token_anywhere() -> None:
    path = f"/repos/acme/deploy/commits/{OUTCOME}/pull"
    with replaying({}) as other, replaying({}) as replay:

        def away(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(302)
            handler.send_header("Location", f"{other.address}{path}")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        replay.acts[path] = away
        with pytest.raises(UnreachableError, match="redirect"):
            Gitea(client(replay), "acme/deploy").request_of(OUTCOME)
        assert replay.tokens == ["token s3cret"]
        assert other.asked == []


def test_x15_an_endless_answer_ends() -> None:
    path = f"/repos/acme/deploy/commits/{OUTCOME}/pull"
    with replaying({}) as replay:
        replay.acts[path] = drip
        with pytest.raises(UnreachableError, match="more than 10 MiB"):
            Gitea(client(replay), "acme/deploy").request_of(OUTCOME)


def test_b84_a_forge_that_is_away_is_unreachable() -> None:
    with replaying({}) as replay:
        gone = client(replay)
    with pytest.raises(UnreachableError, match="doesn't answer"):
        Gitea(gone, "acme/deploy").request_of(OUTCOME)


@pytest.mark.parametrize("address", ["http://git.example", "https://me:pw@git.example", "git"])
def test_x17_a_token_is_never_sent_in_the_clear(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"forge\.url"):
        Client(address, dict, clock=SystemClock())
