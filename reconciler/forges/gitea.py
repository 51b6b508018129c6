"""Gitea and Forgejo, by API version 1.

Proven against Gitea 1.25.5. What isn't believed, and why:

- ``head.sha`` follows the branch as long as that lives; ``refs/pull/N/head`` stays.
- ``merged_by`` may be the author line of a commit that somebody pushed, where merges by hand are
  allowed or looked for. It counts only where the repository's settings say that both are off, and
  nobody scheduled the merge: a schedule names whoever made it.
- ``commit_id`` of a review is what the reviewer wrote; a review counts while it is official, not
  stale and not dismissed, and only for exactly that commit.
- The entry of the timeline made at opening names the opener, whoever pushed; who did is in the
  activity feed, of which the last 200 entries are read.
- A push shows in the timeline a moment after it, and by then it may be merged: a commit counts once
  an entry names it, or a forced push brought it.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from reconciler.forges.comments import keep_comment
from reconciler.model.merge_request import How, OpenRequest, Push, Told, Weakness
from reconciler.system.client import Client, Project, Said

_FEED = 4


class _User(Said):
    login: str


class _Branch(Said):
    ref: str


class _Pull(Said):
    number: int
    merged: bool
    merge_commit_sha: str | None = None
    merged_by: _User | None = None
    user: _User
    base: _Branch
    head: _Branch


class _Head(Said):
    sha: str


class _Open(Said):
    number: int
    base: _Branch
    head: _Head


class _Parent(Said):
    sha: str


class _Commit(Said):
    sha: str
    parents: list[_Parent] = []
    author: _User | None = None
    committer: _User | None = None


class _Review(Said):
    user: _User | None = None
    state: str
    commit_id: str
    official: bool
    stale: bool
    dismissed: bool


class _Event(Said):
    type: str
    user: _User | None = None
    body: str = ""


class _Activity(Said):
    op_type: str
    act_user: _User | None = None
    ref_name: str = ""
    content: str = ""


class _Repository(Said):
    allow_manual_merge: bool = True
    autodetect_manual_merge: bool = True


class _Protection(Said):
    protected: bool
    required_approvals: int = 0


class Gitea:
    """One repository of a Gitea or Forgejo."""

    def __init__(self, client: Client, repository: str) -> None:
        """``client`` asks below ``/api/v1``."""
        self._project = Project(client, f"/repos/{quote(repository, safe='/')}", size="limit")

    def request_of(self, commit: str) -> Told | None:
        """What is told of the merged request whose outcome this commit is."""
        pull = self._project.find(f"/commits/{commit}/pull", _Pull)
        if pull is None or not pull.merged or pull.merge_commit_sha != commit:
            return None
        at = f"/pulls/{pull.number}"
        commits = list(self._project.each(f"{at}/commits", _Commit, stat="false", files="false"))
        reviews = self._project.each(f"{at}/reviews", _Review)
        timeline = list(self._project.each(f"/issues/{pull.number}/timeline", _Event))
        return Told(
            number=str(pull.number),
            base=pull.base.ref,
            ref=f"refs/pull/{pull.number}/head",
            merge_commit=commit,
            opener=pull.user.login,
            merged_by=pull.merged_by.login if pull.merged_by else "",
            how=self._how(timeline),
            commits=tuple(each.sha for each in commits),
            pushes=(*_pushes(timeline), *self._fed(pull.head.ref)),
            traced=_traced(commits, timeline),
            named={
                each.sha: tuple(who.login for who in (each.author, each.committer) if who)
                for each in commits
            },
            approvals=tuple(
                (each.user.login, each.commit_id)
                for each in reviews
                if each.user and each.state == "APPROVED" and each.official
                if not (each.stale or each.dismissed)
            ),
        )

    def open_requests(self, branch: str) -> tuple[OpenRequest, ...]:
        """The pull requests that are open for a branch."""
        return tuple(
            OpenRequest(each.number, f"refs/pull/{each.number}/head", each.head.sha)
            for each in self._project.each("/pulls", _Open, state="open")
            if each.base.ref == branch
        )

    def comment(self, number: int, text: str, *, marker: str) -> str:
        """Put a text below a request, once; later calls change what is there. Its address."""
        at, one = f"/issues/{number}/comments", "/issues/comments"
        return keep_comment(self._project, at, one, text, marker=marker, edit="PATCH")

    def weaknesses(self, branch: str) -> tuple[Weakness, ...]:
        """Pushes to the branch, merges without approvals, and merges by hand."""
        at = f"/branches/{quote(branch, safe='')}"
        protection = self._project.get(at, _Protection)
        settings = self._project.get("", _Repository)
        found = []
        if not protection.protected:
            remedy = f"protect {branch} in the repository's settings, so that nobody pushes to it"
            found.append(Weakness(f"{branch} isn't protected", remedy))
        elif not protection.required_approvals:
            remedy = "set required approvals to 1 or more in the branch's protection"
            found.append(Weakness(f"{branch} takes merges without an approval", remedy))
        if settings.allow_manual_merge or settings.autodetect_manual_merge:
            found.append(
                Weakness(
                    "merges by hand are allowed or looked for, so who merged counts for nothing",
                    "turn allow_manual_merge and autodetect_manual_merge off",
                )
            )
        return tuple(found)

    def _how(self, timeline: list[_Event]) -> How:
        if any(each.type == "pull_scheduled_merge" for each in timeline):
            return "automatic"
        settings = self._project.get("", _Repository)
        by_hand = settings.allow_manual_merge or settings.autodetect_manual_merge
        return "unknown" if by_hand else "merged"

    def _fed(self, branch: str) -> Iterator[Push]:
        """Who pushed to the request's branch, by the activity feed."""
        at = "/activities/feeds"
        for each in self._project.each(at, _Activity, pages=_FEED):
            pushed = each.op_type == "commit_repo" and each.ref_name == f"refs/heads/{branch}"
            if pushed and each.act_user:
                yield Push(each.act_user.login, _fed_commits(each.content))


def _pushes(timeline: list[_Event]) -> Iterator[Push]:
    for each in timeline:
        if each.type == "pull_push" and each.user:
            said = _object(each.body)
            commits = said.get("commit_ids")
            whole = isinstance(commits, list) and not said.get("is_force_push")
            yield Push(
                each.user.login, frozenset(map(str, commits or ())) if whole else frozenset()
            )


def _traced(commits: list[_Commit], timeline: list[_Event]) -> frozenset[str]:
    """The commits that an entry names; a forced push stands for all below its head."""
    told: set[str] = set()
    below: list[str] = []
    for each in timeline:
        said = _object(each.body) if each.type == "pull_push" and each.user else {}
        named = said.get("commit_ids")
        if isinstance(named, list) and said.get("is_force_push"):
            below += map(str, named[-1:])
        elif isinstance(named, list):
            told.update(map(str, named))
    parents = {each.sha: [one.sha for one in each.parents] for each in commits}
    reached: set[str] = set()
    while below:
        if (commit := below.pop()) not in reached and commit in parents:
            reached.add(commit)
            below += parents[commit]
    return frozenset(told | reached)


def _fed_commits(content: str) -> frozenset[str]:
    """The commits of a push; empty, for any, when the feed doesn't list them all."""
    said = _object(content)
    commits = said.get("Commits")
    if not isinstance(commits, list) or said.get("Len") != len(commits):
        return frozenset()
    return frozenset(str(each.get("Sha1")) for each in commits if isinstance(each, dict))


def _object(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
