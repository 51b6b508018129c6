"""Branches by which a reconciler proposes files, each for somebody to merge."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.errors import RefusedError, UnreachableError
from reconciler.names import instant_of
from reconciler.repository.file_commits import commit_files, tree_with
from reconciler.repository.git import Git
from reconciler.repository.push import Answer, push_leased, push_proposal
from reconciler.repository.seals import Author

_PUSH = 60.0
_SCRATCH = "refs/tagboat/scratch/proposal"


@dataclass(frozen=True, slots=True)
class ReconcilersProposals:
    """The branches of one remote, made and removed as one reconciler.

    ``git`` is a clone that has the commits of the protected branch ``target``, ``remote`` its
    address.
    """

    git: Git
    remote: str
    target: str
    author: Author

    def propose(
        self, branch: str, files: Mapping[str, bytes], *, onto: str, message: str, at: str
    ) -> str:
        """See to it that the branch is there; a new one writes files onto ``onto``.

        A forge that takes push options opens a merge request. The commit that the branch is at if
        it does that and nothing else, whoever pushed it; empty where somebody has gone on with it.
        Raises `RefusedError` when the remote doesn't take it, and `UnreachableError` when nobody
        can tell.
        """
        commit = commit_files(
            self.git, files, message, onto=onto, by=self.author, at=instant_of(at)
        )
        pushed = push_proposal(
            self.git,
            self.remote,
            branch=branch,
            commit=commit,
            target=self.target,
            title=message.partition("\n")[0],
            timeout=_PUSH,
        )
        if pushed.answer is Answer.TAKEN:
            return commit
        there = self._at(branch)
        if there is not None:
            return there if there == commit or self._does_only(branch, there, files) else ""
        if pushed.answer is Answer.REFUSED:
            raise RefusedError(f"the branch {branch} isn't taken: {pushed.why}")
        raise UnreachableError(f"the push of {branch} failed: {pushed.why}")

    def withdraw(self, branch: str, commit: str) -> None:
        """See to it that the branch isn't there, unless it has moved on from this commit.

        Raises as `propose` does.
        """
        ref = f"refs/heads/{branch}"
        pushed = push_leased(
            self.git, self.remote, ref=ref, commit="", expected=commit, timeout=_PUSH
        )
        if pushed.answer is Answer.TAKEN or self._at(branch) != commit:
            return
        if pushed.answer is Answer.REFUSED:
            raise RefusedError(f"the branch {branch} can't be taken away: {pushed.why}")
        raise UnreachableError(f"nobody can tell whether {branch} is gone: {pushed.why}")

    def _at(self, branch: str) -> str | None:
        ref = f"refs/heads/{branch}"
        return self.git.remote_refs(self.remote, ref).get(ref)

    def _does_only(self, branch: str, commit: str, files: Mapping[str, bytes]) -> bool:
        """Whether this commit, which may be another reconciler's, writes just these files."""
        if self.git.resolve(commit) is None:
            self.git.fetch(self.remote, f"+refs/heads/{branch}:{_SCRATCH}")
        if self.git.resolve(commit) is None:
            return False
        parents = self.git.tell(["rev-parse", f"{commit}^@"]).split()
        if len(parents) != 1:
            return False
        tree = self.git.tell(["rev-parse", f"{commit}^{{tree}}"])
        return tree == tree_with(self.git, files, onto=parents[0])
