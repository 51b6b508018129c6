"""Putting what a train has cut where everybody sees it: the tag, and the release's file."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.errors import RefusedError, UnreachableError
from reconciler.names import instant_of
from reconciler.repository.file_commits import commit_files
from reconciler.repository.git import Git
from reconciler.repository.mirrors import Mirrors
from reconciler.repository.push import Answer, push_leased
from reconciler.repository.seals import Author, signed

_PUSH = 60.0


@dataclass(frozen=True, slots=True)
class ReconcilersCutter:
    """Tags apps' repositories and adds files to the protected branch, as this reconciler.

    ``git`` is a clone that has the protected branch's commits, ``remote`` its address.
    """

    git: Git
    remote: str
    branch: str
    mirrors: Mirrors
    author: Author

    def tag(self, repository: str, tag: str, commit: str, *, message: str, at: str) -> None:
        """See to it that the tag is there and leads to the commit; a new one is signed.

        Raises `RefusedError` where it leads elsewhere or the remote doesn't take it, and
        `UnreachableError` when it doesn't answer.
        """
        git, url = self.mirrors.clone(repository), self.mirrors.repository(repository).url
        ref = f"refs/tags/{tag}"
        if self._is_there(git, url, ref, commit):
            return
        text = f"{message}\n"
        signed(
            git,
            ["tag", "-s", "-f", "-F", "-", tag, commit],
            text,
            key=self.author.key,
            name=self.author.name,
            at=instant_of(at),
        )
        made = git.tell(["rev-parse", ref])
        pushed = push_leased(git, url, ref=ref, commit=made, expected=None, timeout=_PUSH)
        if pushed.answer is Answer.TAKEN or self._is_there(git, url, ref, commit):
            return
        if pushed.answer is Answer.REFUSED:
            raise RefusedError(f"{repository} doesn't take the tag {tag}: {pushed.why}")
        raise UnreachableError(f"the push of the tag {tag} failed: {pushed.why}")

    def add(self, files: Mapping[str, bytes], *, onto: str, message: str, at: str) -> bool:
        """Add files to the protected branch in one signed commit, if it is still at ``onto``.

        False where it isn't: look again. Raises `RefusedError` when the remote doesn't take the
        commit, and `UnreachableError` when nobody can tell.
        """
        commit = commit_files(
            self.git, files, message, onto=onto, by=self.author, at=instant_of(at)
        )
        ref = f"refs/heads/{self.branch}"
        pushed = push_leased(
            self.git, self.remote, ref=ref, commit=commit, expected=onto, timeout=_PUSH
        )
        if pushed.answer is Answer.TAKEN:
            return True
        if self.git.remote_refs(self.remote, ref).get(ref) != onto:
            return False
        if pushed.answer is Answer.REFUSED:
            raise RefusedError(f"{self.branch} doesn't take the release: {pushed.why}")
        raise UnreachableError(f"the push of the release failed: {pushed.why}")

    def _is_there(self, git: Git, url: str, ref: str, commit: str) -> bool:
        """Whether the remote has the tag at this commit; raises `RefusedError` for another one."""
        peeled = f"{ref}^{{}}"
        refs = git.remote_refs(url, ref, peeled)
        there = refs.get(peeled) or refs.get(ref)
        if there is not None and there != commit:
            name = ref.removeprefix("refs/tags/")
            raise RefusedError(f"the tag {name} is there already, and leads to {there[:12]}")
        return there is not None
