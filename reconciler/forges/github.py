"""GitHub, by API version 2022-11-28. Made from its documentation; not yet proven live.

What isn't believed, and why:

- ``merged_by`` is a bot or whoever asked for it where auto-merge or a merge queue was used; the
  timeline tells. Then only approvals count.
- A review's ``commit_id`` may be chosen by the reviewer; each person's newest verdict counts, and
  only for exactly the merged head.
- The committer ``web-flow`` is GitHub itself and nobody in particular.
- Who pushed is told by the repository's activity, which doesn't list commits: whoever pushed
  anything to the branch is on the author side. Its newest 50 entries are read. As long as none of
  them leads to the merged head nobody is known to have pushed it, as for a branch of a fork.
"""

from collections.abc import Iterator
from typing import Literal
from urllib.parse import quote

from reconciler.forges.comments import keep_comment
from reconciler.model.merge_request import How, OpenRequest, Push, Told, Weakness
from reconciler.system.client import Client, Project, Said

_AUTOMATIC = frozenset(
    {
        "auto_merge_enabled",
        "auto_rebase_enabled",
        "auto_squash_enabled",
        "added_to_merge_queue",
    }
)
_NOBODY = "web-flow"
_LISTED = 250
"""Commits of a pull request that its list holds at most."""


class _User(Said):
    login: str
    type: str = "User"


class _Branch(Said):
    ref: str
    sha: str


class _Pull(Said):
    number: int
    merged: bool
    merge_commit_sha: str | None = None
    merged_by: _User | None = None
    user: _User
    base: _Branch
    head: _Branch


class _Brief(Said):
    number: int
    merge_commit_sha: str | None = None
    merged_at: str | None = None


class _Open(Said):
    number: int
    base: _Branch
    head: _Branch


class _Commit(Said):
    sha: str
    author: _User | None = None
    committer: _User | None = None

    @property
    def logins(self) -> tuple[str, ...]:
        """Everybody whom the commit names."""
        named = (each.login for each in (self.author, self.committer) if each)
        return tuple(each for each in named if each != _NOBODY)


class _Review(Said):
    user: _User | None = None
    state: Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]
    commit_id: str | None = None


class _Event(Said):
    event: str = ""
    actor: _User | None = None


class _Activity(Said):
    actor: _User | None = None
    after: str = ""


class _Protection(Said):
    protected: bool


class GitHub:
    """One repository of a GitHub."""

    def __init__(self, client: Client, repository: str) -> None:
        """``client`` asks below ``https://api.github.com``, or ``/api/v3`` of an own server."""
        self._project = Project(client, f"/repos/{quote(repository, safe='/')}", size="per_page")

    def request_of(self, commit: str) -> Told | None:
        """What is told of the merged request whose outcome this commit is."""
        for brief in self._project.find(f"/commits/{commit}/pulls", list[_Brief]) or ():
            if brief.merged_at and brief.merge_commit_sha == commit:
                pull = self._project.get(f"/pulls/{brief.number}", _Pull)
                if pull.merged and pull.merge_commit_sha == commit:
                    return self._told(pull, commit)
        return None

    def open_requests(self, branch: str) -> tuple[OpenRequest, ...]:
        """The pull requests that are open for a branch."""
        found = self._project.each("/pulls", _Open, state="open")
        return tuple(
            OpenRequest(each.number, f"refs/pull/{each.number}/head", each.head.sha)
            for each in found
            if each.base.ref == branch
        )

    def comment(self, number: int, text: str, *, marker: str) -> str:
        """Put a text below a request, once; later calls change what is there. Its address."""
        at, one = f"/issues/{number}/comments", "/issues/comments"
        return keep_comment(self._project, at, one, text, marker=marker, edit="PATCH")

    def weaknesses(self, branch: str) -> tuple[Weakness, ...]:
        """A branch without any rule; which rules there are the token need not see."""
        at = f"/branches/{quote(branch, safe='')}"
        if self._project.get(at, _Protection).protected:
            return ()
        remedy = f"add a ruleset for {branch} that requires a pull request and approvals"
        return (Weakness(f"{branch} isn't protected", remedy),)

    def _told(self, pull: _Pull, commit: str) -> Told:
        at = f"/pulls/{pull.number}"
        timeline = f"/issues/{pull.number}/timeline"
        commits = list(self._project.each(f"{at}/commits", _Commit))
        reviews = self._project.each(f"{at}/reviews", _Review)
        events = list(self._project.each(timeline, _Event))
        moves = self._moves(pull.head.ref)
        reached = any(each.actor and each.after == pull.head.sha for each in moves)
        return Told(
            number=str(pull.number),
            base=pull.base.ref,
            ref=f"refs/pull/{pull.number}/head",
            merge_commit=commit,
            opener=pull.user.login,
            merged_by=pull.merged_by.login if pull.merged_by else "",
            how=_how(pull, events),
            commits=tuple(each.sha for each in commits) if len(commits) < _LISTED else (),
            pushes=tuple(_pushes(events, moves)),
            traced=None if reached else frozenset(),
            named={each.sha: each.logins for each in commits},
            approvals=tuple(_approvals(reviews)),
        )

    def _moves(self, branch: str) -> list[_Activity]:
        at, ref = "/activity", f"refs/heads/{branch}"
        return list(self._project.each(at, _Activity, pages=1, ref=ref))


def _pushes(events: list[_Event], moves: list[_Activity]) -> Iterator[Push]:
    for each in events:
        if each.event == "head_ref_force_pushed" and each.actor:
            yield Push(each.actor.login)
    for one in moves:
        if one.actor:
            yield Push(one.actor.login)


def _how(pull: _Pull, events: list[_Event]) -> How:
    bot = pull.merged_by is None or pull.merged_by.type != "User"
    return "automatic" if bot or any(each.event in _AUTOMATIC for each in events) else "merged"


def _approvals(reviews: Iterator[_Review]) -> Iterator[tuple[str, str]]:
    """Each person's newest verdict, if it is an approval."""
    newest: dict[str, _Review] = {}
    for each in reviews:
        if each.user and each.state in ("APPROVED", "CHANGES_REQUESTED", "DISMISSED"):
            newest[each.user.login] = each
    for login, each in newest.items():
        if each.state == "APPROVED" and each.commit_id:
            yield login, each.commit_id
