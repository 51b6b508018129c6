"""Branches of apps' repositories that follow what runs somewhere (S10)."""

from dataclasses import dataclass

from reconciler.errors import StepErroredError, StepFailedError, UnreachableError
from reconciler.model.content import Content
from reconciler.repository.git import Git, GitError
from reconciler.repository.mirrors import Mirrors
from reconciler.repository.push import Answer, push_leased


@dataclass(frozen=True, slots=True)
class AppBranches:
    """Moves branches of the repositories that host configuration names, forward only.

    Preparing content has brought its commit into their clones.
    """

    mirrors: Mirrors

    def advance(self, content: Content, branch: str, *, timeout: float) -> str:
        """Fast-forward the branch to the content's commit, and say what was done.

        A branch that has the commit already stays where it is, and one that isn't there is made.
        Raises `StepFailedError` when the branch has commits that the content lacks, or the remote
        refuses, and `StepErroredError` when it doesn't answer.
        """
        url, ref = self.mirrors.repository(content.repository).url, f"refs/heads/{branch}"
        git, commit = self.mirrors.clone(content.repository), content.commit
        if branch.startswith("tagboat/"):
            raise StepFailedError(f"{branch} is Tagboat's own")
        try:
            there = git.remote_refs(url, ref).get(ref)
            if there is not None and _has(git, url, ref, there, commit=commit):
                return f"{branch} has {commit[:12]} already"
            if there is not None and not git.contains(there, within=commit):
                raise StepFailedError(
                    f"{branch} has commits that {content.version} lacks: it stays where it is",
                    hint=f"merge {branch} into what is released next",
                )
            pushed = push_leased(git, url, ref=ref, commit=commit, expected=there, timeout=timeout)
        except (GitError, UnreachableError) as error:
            raise StepErroredError(f"{content.repository}: {error.message}") from error
        match pushed.answer:
            case Answer.TAKEN:
                return f"{branch} → {commit[:12]}"
            case Answer.REFUSED:
                raise StepFailedError(f"{branch} was not moved: {pushed.why}")
            case Answer.UNKNOWN:
                raise StepErroredError(f"{branch}: {pushed.why}")


def _has(git: Git, url: str, ref: str, there: str, *, commit: str) -> bool:
    """Whether a branch that is ``there`` has the commit; brings what it takes to tell."""
    if there != commit:
        git.fetch(url, ref)
    return git.contains(commit, within=there)
