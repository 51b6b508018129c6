"""GitLab, by API version 4. Made from its documentation; not yet proven against a live one.

What isn't believed, and why:

- An approval names no commit. It counts only if it was given after the newest version of the merge
  request came to be, by the forge's own clock, and that version is the merged head.
- ``merge_user`` is whoever set auto-merge or joined a merge train, if one of these was used; system
  notes tell. Then only approvals count.
- Commits name mail addresses only. Who pushed is told by system notes, which don't say what:
  whoever pushed anything is on the author side.
"""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

from reconciler.forges.comments import keep_comment
from reconciler.model.merge_request import How, OpenRequest, Push, Told, Weakness
from reconciler.system.client import Client, Project, Said

_AUTOMATIC = ("automatic merge", "auto-merge", "merge train")


class _User(Said):
    username: str


class _Request(Said):
    iid: int
    state: str
    target_branch: str
    sha: str
    merge_commit_sha: str | None = None
    squash_commit_sha: str | None = None
    author: _User
    merge_user: _User | None = None
    merge_when_pipeline_succeeds: bool = False

    @property
    def outcome(self) -> str:
        """The commit of the target branch that it became; the head itself by fast-forward."""
        return self.merge_commit_sha or self.squash_commit_sha or self.sha


class _Brief(Said):
    iid: int
    state: str


class _Open(Said):
    iid: int
    sha: str
    target_branch: str


class _Commit(Said):
    id: str


class _Approval(Said):
    user: _User
    approved_at: datetime | None = None


class _Approvals(Said):
    approved_by: list[_Approval] = []


class _Version(Said):
    id: int
    head_commit_sha: str
    created_at: datetime


class _Note(Said):
    id: int
    body: str
    author: _User
    system: bool = False


class _Branch(Said):
    protected: bool
    developers_can_push: bool = False


class GitLab:
    """One project of a GitLab."""

    def __init__(self, client: Client, repository: str) -> None:
        """``client`` asks below ``/api/v4``."""
        self._project = Project(client, f"/projects/{quote(repository, safe='')}", size="per_page")

    def request_of(self, commit: str) -> Told | None:
        """What is told of the merged request whose outcome this commit is."""
        at = f"/repository/commits/{commit}/merge_requests"
        for brief in self._project.find(at, list[_Brief]) or ():
            if brief.state != "merged":
                continue
            request = self._project.get(f"/merge_requests/{brief.iid}", _Request)
            if request.state == "merged" and request.outcome == commit:
                return self._told(request)
        return None

    def open_requests(self, branch: str) -> tuple[OpenRequest, ...]:
        """The merge requests that are open for a branch."""
        at = "/merge_requests"
        return tuple(
            OpenRequest(each.iid, f"refs/merge-requests/{each.iid}/head", each.sha)
            for each in self._project.each(at, _Open, state="opened")
            if each.target_branch == branch
        )

    def comment(self, number: int, text: str, *, marker: str) -> str:
        """Put a text below a request, once; later calls change what is there. Its address."""
        notes = f"/merge_requests/{number}/notes"
        return keep_comment(
            self._project,
            notes,
            notes,
            text,
            marker=marker,
            edit="PUT",
        )

    def weaknesses(self, branch: str) -> tuple[Weakness, ...]:
        """Pushes to the branch."""
        at = f"/repository/branches/{quote(branch, safe='')}"
        found = self._project.get(at, _Branch)
        if found.protected and not found.developers_can_push:
            return ()
        said = (
            f"developers may push to {branch}" if found.protected else f"{branch} isn't protected"
        )
        remedy = f"protect {branch}, with nobody allowed to push and merge"
        return (Weakness(said, remedy),)

    def _told(self, request: _Request) -> Told:
        at = f"/merge_requests/{request.iid}"
        notes = list(self._project.each(f"{at}/notes", _Note))
        return Told(
            number=str(request.iid),
            base=request.target_branch,
            ref=f"refs/merge-requests/{request.iid}/head",
            merge_commit=request.outcome,
            opener=request.author.username,
            merged_by=request.merge_user.username if request.merge_user else "",
            how=_how(request, notes),
            commits=tuple(each.id for each in self._project.each(f"{at}/commits", _Commit)),
            pushes=tuple(
                Push(each.author.username)
                for each in notes
                if each.system and each.body.startswith("added ") and " commit" in each.body
            ),
            approvals=tuple(self._approvals(at, request.sha)),
        )

    def _approvals(self, at: str, head: str) -> Iterator[tuple[str, str]]:
        """Who approved after the merged head had become the newest version."""
        versions = list(self._project.each(f"{at}/versions", _Version))
        if not versions:
            return
        newest = max(versions, key=lambda each: (each.created_at, each.id))
        if newest.head_commit_sha != head:
            return
        for each in self._project.get(f"{at}/approvals", _Approvals).approved_by:
            if each.approved_at is not None and each.approved_at > newest.created_at:
                yield each.user.username, head


def _how(request: _Request, notes: list[_Note]) -> How:
    told = any(word in each.body for each in notes if each.system for word in _AUTOMATIC)
    return "automatic" if told or request.merge_when_pipeline_succeeds else "merged"
