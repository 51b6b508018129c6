"""Looking at merge requests: what a forge tells, with what git has of the merged head."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from reconciler.errors import TagboatError, UnreachableError
from reconciler.folders import FOLDERS, managed
from reconciler.model.merge_request import MergeRequest, Told
from reconciler.model.question import Question
from reconciler.model.sight import Facts, Sight, Unseen
from reconciler.ports import Forge
from reconciler.repository.arrivals import mails_in
from reconciler.repository.git import Git, bare
from reconciler.repository.objects import read_objects

_MAIN = "refs/seen/main"
_NOTHING = "000000"


class RequestSource:
    """One forge, and a clone of the repository of its own, so that nothing else waits for it."""

    def __init__(
        self, forge: Forge, *, name: str, remote: str, branch: str, clone: Path, home: Path
    ) -> None:
        """``remote`` and ``branch`` are the repository and its protected branch."""
        self.name = name
        self._forge = forge
        self._remote = remote
        self._branch = branch
        self._clone = clone
        self._home = home

    def look(self, questions: Sequence[Question]) -> Mapping[Question, Sight]:
        """Which request brought each commit; no fact where none did.

        After the forge once didn't answer it isn't asked again for the rest.
        """
        found: dict[Question, Sight] = {}
        away: TagboatError | None = None
        for each in questions:
            try:
                if away is not None:
                    raise away
                found[each] = Facts(self._facts(each.about.rpartition(" ")[2]))
            except UnreachableError as error:
                away = error
                found[each] = Unseen(error.message)
            except TagboatError as error:
                found[each] = Unseen(error.message)
        return found

    def _facts(self, commit: str) -> dict[str, str]:
        told = self._forge.request_of(commit)
        if told is None:
            return {}
        git = bare(self._clone, self._home)
        head = self._bring(git, told, commit)
        return _evidence(git, told, head=head, commit=commit).facts

    def _bring(self, git: Git, told: Told, commit: str) -> str:
        """The merged head, which is in the clone now, like the commit that it became."""
        ref = f"refs/seen/requests/{told.number}"
        git.fetch(self._remote, f"+refs/heads/{self._branch}:{_MAIN}", f"+{told.ref}:{ref}")
        head = git.resolve(ref)
        if head is None or (told.commits and head not in told.commits):
            raise UnreachableError(
                f"{told.ref} isn't the head that {self.name} names for request {told.number}"
            )
        if git.resolve(commit) is None:
            raise UnreachableError(f"{self._branch} has no commit {commit[:12]} any more")
        return head


def _evidence(git: Git, told: Told, *, head: str, commit: str) -> MergeRequest:
    bases = _bases(git, told, head=head, commit=commit)
    changes = _changes(git, bases, head)
    listed = git.tell(["rev-list", "--max-count=10000", head, *(f"^{each}" for each in bases)])
    content = _altering(git, listed.split(), frozenset(changes))
    if told.traced is not None and (lacking := [x for x in content if x not in told.traced]):
        raise TagboatError(f"request {told.number}: it isn't told who pushed {lacking[0][:12]}")
    raw = read_objects(git, content)
    authors = {told.opener, *(each for one in content for each in told.named.get(one, ()))}
    authors |= {
        each.by for each in told.pushes if not each.commits or each.commits.intersection(content)
    }
    return MergeRequest(
        number=told.number,
        base=told.base,
        head=head,
        opener=told.opener,
        merged_by=told.merged_by,
        how=told.how,
        authors=tuple(sorted(authors)),
        mails=tuple(sorted({mail for each in raw.values() for mail in mails_in(each)})),
        approved_by=tuple(sorted({who for who, which in told.approvals if which == head})),
        commits=tuple(content),
        changes=changes,
    )


def _bases(git: Git, told: Told, *, head: str, commit: str) -> list[str]:
    """Where the request parted from the branch, as that was before the merge."""
    if commit != head:
        before = git.tell(["rev-parse", "--verify", f"{commit}^1"])
        finished = git.ask(["merge-base", "--all", before, head])
        if finished.returncode:
            raise TagboatError(f"request {told.number} shares no commit with the branch")
        return finished.text.split()
    own = frozenset(told.commits)
    # A fast-forward: its own commits are the branch's first parents, down to where it was before.
    for each in git.tell(["rev-list", "--first-parent", head]).splitlines():
        if each not in own:
            return [each]
    raise TagboatError(f"request {told.number} holds the whole branch")


def _changes(git: Git, bases: Iterable[str], head: str) -> dict[str, str]:
    """Managed path → mode and id at the head, where that differs from every base."""
    found: dict[str, str] | None = None
    for base in bases:
        said = git.tell(
            [
                "diff-tree",
                "-r",
                "-z",
                "--raw",
                "--no-renames",
                "--no-abbrev",
                "--no-textconv",
                "--no-ext-diff",
                "--ignore-submodules=none",
                base,
                head,
                "--",
                *FOLDERS,
            ]
        )
        fields = iter(said.split("\0"))
        here = {}
        for each in fields:
            if each.startswith(":"):
                path = next(fields)
                _, mode, _, blob, _ = each.split(" ")
                if managed(path):
                    here[path] = "" if mode == _NOTHING else f"{mode} {blob}"
        found = here if found is None else {p: e for p, e in found.items() if p in here}
    return found or {}


def _altering(git: Git, commits: Sequence[str], paths: frozenset[str]) -> list[str]:
    """The commits that give one of these paths something that none of their parents has.

    Bringing the branch in makes nobody an author.
    """
    if not commits or not paths:
        return []
    finished = git.ask(
        ["diff-tree", "--stdin", "-r", "-c", "-z", "--name-only", "--root", "--no-renames"],
        stdin="".join(f"{each}\n" for each in commits).encode(),
    )
    if finished.returncode:
        raise TagboatError(f"git diff-tree: {finished.complaint}")
    known, found, current = frozenset(commits), dict[str, None](), ""
    for each in finished.text.split("\0"):
        if each.strip() in known:
            current = each.strip()
        elif each in paths:
            found[current] = None
    return list(found)
