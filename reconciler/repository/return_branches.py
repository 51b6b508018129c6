"""Branches by which a reconciler asks to have a file put back to what runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciler.errors import RefusedError, UnreachableError
from reconciler.repository.file_commits import commit_files
from reconciler.repository.git import Git
from reconciler.repository.push import Answer, push_leased, push_proposal
from reconciler.repository.returning import Success, blobs_at, proven_files
from reconciler.repository.seals import Author

PREFIX = "refs/heads/"
PATTERN = "refs/heads/tagboat/return/*"

_MADE = "refs/tagboat/made/"
_PUSH = 60.0


@dataclass(frozen=True, slots=True)
class ReturnBranches:
    """The branches of one remote, made and removed as one reconciler.

    ``git`` is a clone of ours that has the protected branch ``target``, ``remote`` its address.
    """

    git: Git
    remote: str
    target: str
    author: Author

    def made(self, branch: str) -> str | None:
        """The commit that was pushed from here as this branch, however long ago."""
        return self.git.resolve(_MADE + branch)

    def offer(
        self,
        branch: str,
        path: str,
        *,
        successes: Sequence[Success],
        onto: str,
        message: str,
        at: datetime,
    ) -> bool:
        """Make the branch: ``onto`` with the newest file that asked for what had success.

        A forge that takes push options opens a merge request. False where there is no such file,
        or it is so already. Made once: whoever removes the branch isn't asked again. Raises
        `RefusedError` when the remote doesn't take it, and `UnreachableError` when nobody can tell.
        """
        proven = proven_files(self.git, path, successes)
        if not proven or blobs_at(self.git, path, [onto]).get(onto) in proven:
            return False
        data = [*proven.values()][-1]
        commit = commit_files(self.git, {path: data}, message, onto=onto, by=self.author, at=at)
        pushed = push_proposal(
            self.git,
            self.remote,
            branch=branch,
            commit=commit,
            target=self.target,
            title=message.partition("\n")[0],
            timeout=_PUSH,
        )
        if pushed.answer is Answer.UNKNOWN:
            raise UnreachableError(
                f"nobody can tell whether the remote took {branch}: {pushed.why}"
            )
        if pushed.answer is Answer.REFUSED:
            raise RefusedError(f"the remote doesn't take {branch}: {pushed.why}")
        self.git.tell(["update-ref", _MADE + branch, commit])
        return True

    def drop(self, branch: str, commit: str) -> None:
        """Remove the branch, if it is still as it was made here."""
        if commit != self.made(branch):
            return
        push_leased(
            self.git, self.remote, ref=PREFIX + branch, commit="", expected=commit, timeout=_PUSH
        )
