"""A person's own clone: commits are built beside the work tree, with the person's own settings."""

import itertools
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import ConfigurationError, TagboatError, UnreachableError, UsageError
from reconciler.system.processes import Finished, run

_REMOTE = 120.0
_LOCAL = 60.0
_NO_OPTIONS = "does not support push options"
_SAME_TOPIC = "force-push"
"""What Gitea answers instead of changing a request that is open under the same name."""
_REQUEST = re.compile(r"^\*\t[^\t]*:refs/pull/(\d+)/head\t", re.MULTILINE)
_TRIES = 20
_NO_BRANCH = ("couldn't find remote ref", "invalid refspec")


@dataclass(frozen=True, slots=True)
class Workspace:
    """The clone around a folder. Git runs as the person would run it; nothing is isolated."""

    folder: Path
    remote: str = "origin"
    settings: tuple[str, ...] = ()
    """Settings of git besides the person's own, as ``name=value``."""

    @classmethod
    def around(cls, folder: Path) -> "Workspace":
        """The clone that ``folder`` is in; raises `ConfigurationError` if it is in none."""
        arguments = ["git", "-C", str(folder), "rev-parse", "--absolute-git-dir"]
        finished = run(arguments, timeout=_LOCAL, trusted=True)
        if finished.returncode:
            raise ConfigurationError(
                f"{folder.absolute()} is not in a git repository",
                hint="go to your clone, or name it with -C",
            )
        return cls(folder)

    def fetch(self, branch: str) -> str:
        """The commit of the remote's branch, fetched now; work tree and index stay as they are.

        Raises `ConfigurationError` when this clone knows no such remote, `UsageError` when the
        remote has no such branch, and `UnreachableError` when it doesn't answer.
        """
        if self._ask(["config", "--get", f"remote.{self.remote}.url"]).returncode:
            raise ConfigurationError(
                f"this clone has no remote {self.remote}",
                hint=f"git remote add {self.remote} URL",
            )
        refspec = f"+refs/heads/{branch}:refs/remotes/{self.remote}/{branch}"
        finished = self._ask(["fetch", "--quiet", self.remote, refspec], timeout=_REMOTE)
        if any(each in finished.complaint for each in _NO_BRANCH):
            raise UsageError(f"{self.remote} has no branch {branch}")
        if finished.returncode:
            raise UnreachableError(f"{self.remote} doesn't answer: {finished.complaint}")
        return self._tell(["rev-parse", f"refs/remotes/{self.remote}/{branch}"])

    def push_address(self) -> str:
        """Where pushes go, after what this clone's settings make of it; empty if nowhere."""
        return self._ask(["remote", "get-url", "--push", self.remote]).text.strip()

    def signing_key(self) -> str:
        """The key that this clone signs with; raises `ConfigurationError` without one."""
        format_ = self._ask(["config", "--get", "gpg.format"]).text.strip()
        key = self._ask(["config", "--get", "user.signingkey"]).text.strip()
        if format_ == "ssh" and key:
            return key
        raise ConfigurationError(
            "this clone has no ssh signing key, and an unsigned promotion is never signed off",
            hint="git config gpg.format ssh && git config user.signingkey ~/.ssh/id_ed25519.pub",
        )

    def free_branch(self, wish: str, *, local: bool) -> str:
        """The wished name, or the first of ``-2``, ``-3`` … that nobody has taken.

        Asks the remote, or only this clone for a ``local`` branch. Raises `UnreachableError` when
        the remote doesn't answer.
        """
        taken = self._own_branches() if local else self._branches()
        names = (f"{wish}-{number}" for number in itertools.count(2))
        return wish if wish not in taken else next(each for each in names if each not in taken)

    def _own_branches(self) -> frozenset[str]:
        return frozenset(
            self._tell(["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"]).splitlines()
        )

    def _branches(self) -> frozenset[str]:
        arguments = ["ls-remote", "--quiet", "--heads", self.remote]
        finished = self._ask(arguments, timeout=_REMOTE)
        if finished.returncode:
            raise UnreachableError(f"{self.remote} doesn't answer: {finished.complaint}")
        refs = (line.split("\t")[1] for line in finished.text.splitlines())
        return frozenset(each.removeprefix("refs/heads/") for each in refs)

    def commit(self, base: str, files: Mapping[str, bytes | None], message: str) -> str:
        """A signed commit on ``base`` with files written, or removed; no ref, tree or index moves.

        Raises `ConfigurationError` when git can't sign, or knows no name to sign with.
        """
        with tempfile.TemporaryDirectory(prefix="tagboat-") as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
            self._tell(["read-tree", base], extra=index)
            for path, data in files.items():
                if data is None:
                    self._tell(["update-index", "--force-remove", path], extra=index)
                    continue
                blob = self._tell(["hash-object", "-w", "--stdin"], stdin=data)
                entry = f"100644,{blob},{path}"
                self._tell(["update-index", "--add", "--cacheinfo", entry], extra=index)
            tree = self._tell(["write-tree"], extra=index)
        arguments = ["commit-tree", tree, "-p", base, "-S", "-F", "-"]
        finished = self._ask(arguments, stdin=message.encode())
        if finished.returncode:
            raise ConfigurationError(
                f"git can't sign the commit: {finished.complaint}",
                hint="git config user.name, user.email and user.signingkey say who signs",
            )
        return finished.text.strip()

    def publish(self, commit: str, branch: str, *, target: str, title: str) -> None:
        """Make the branch on the remote; it must not exist there. The local branch is made too.

        A forge that takes push options opens a merge request into ``target``.
        """
        refspec = f"{commit}:refs/heads/{branch}"
        lease = f"--force-with-lease=refs/heads/{branch}:"
        push = ["push", "--quiet", lease]
        wishes = ("create", f"target={target}", f"title={title}")
        options = [f"--push-option=merge_request.{each}" for each in wishes]
        finished = self._ask([*push, *options, self.remote, refspec], timeout=_REMOTE)
        if finished.returncode and _NO_OPTIONS in finished.complaint:
            finished = self._ask([*push, self.remote, refspec], timeout=_REMOTE)
        if finished.returncode:
            raise UnreachableError(f"the push of {branch} failed: {finished.complaint}")
        self._ask(["update-ref", f"refs/heads/{branch}", commit])

    def request_merge(self, commit: str, wish: str, *, target: str, title: str) -> tuple[str, str]:
        """Open a merge request into ``target`` without a branch, where the forge takes such pushes.

        Gitea and Forgejo do, from whoever may read; any other remote that takes push options would
        make a ref of it. Gives back its number, and the name of the
        branch that is made here: the wished one, or the first that no open request of this person
        has. Nothing where the forge doesn't take it.
        """
        taken = self._own_branches()
        for name in [wish, *(f"{wish}-{number}" for number in range(2, _TRIES))]:
            if name in taken:
                continue
            options = [f"--push-option={each}" for each in (f"topic={name}", f"title={title}")]
            push = ["push", "--porcelain", *options, self.remote, f"{commit}:refs/for/{target}"]
            finished = self._ask(push, timeout=_REMOTE)
            if made := _REQUEST.search(finished.text):
                self._ask(["update-ref", f"refs/heads/{name}", commit])
                return made[1], name
            if _SAME_TOPIC not in finished.text:
                break
        return "", ""

    def identity(self) -> tuple[str, ...]:
        """The settings by which this clone's owner signs, for another repository of theirs."""
        names = ("user.name", "user.email", "user.signingkey", "gpg.format", "gpg.ssh.program")
        found = ((each, self._ask(["config", "--get", each]).text.strip()) for each in names)
        return tuple(f"{name}={value}" for name, value in found if value)

    def tag(self, name: str, commit: str, message: str) -> None:
        """Make a signed annotated tag in this clone.

        Raises `ConfigurationError` when git can't sign, or knows no name to sign with.
        """
        arguments = ["tag", "--sign", "--cleanup=verbatim", "-F", "-", name, commit]
        finished = self._ask(arguments, stdin=message.encode())
        if finished.returncode:
            raise ConfigurationError(
                f"git can't make the tag {name}: {finished.complaint}",
                hint="git config user.name, user.email and user.signingkey say who signs",
            )

    def publish_tag(self, name: str) -> None:
        """Make the tag on the remote too; it must not exist there, or be the same."""
        ref = f"refs/tags/{name}"
        finished = self._ask(["push", "--quiet", self.remote, f"{ref}:{ref}"], timeout=_REMOTE)
        if finished.returncode:
            raise UnreachableError(f"the push of the tag {name} failed: {finished.complaint}")

    def post(self, url: str, ref: str, message: str, *, over: str = "") -> str:
        """Make a ref of the remote that holds a message; it must not be there, or be at ``over``.

        The commit has no parent and no files, and names nobody; it is given back. Raises
        `UnreachableError` when the remote doesn't take it.
        """
        nobody = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "tagboat"), ("EMAIL", "tagboat@localhost"))
        }
        tree = self._tell(["mktree"])
        commit = self._tell(["commit-tree", tree], stdin=message.encode(), extra=nobody)
        push = ["push", "--quiet", "--no-verify", f"--force-with-lease={ref}:{over}"]
        finished = self._ask([*push, url, f"{commit}:{ref}"], timeout=_REMOTE)
        if finished.returncode:
            raise UnreachableError(f"the remote doesn't take it: {finished.complaint}")
        return commit

    def keep(self, commit: str, branch: str) -> None:
        """Make the branch in this clone only."""
        self._tell(["update-ref", f"refs/heads/{branch}", commit, "0" * 40])

    def _ask(
        self,
        arguments: Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = _LOCAL,
        extra: Mapping[str, str] | None = None,
    ) -> Finished:
        environment = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", **(extra or {})}
        settings = [word for each in self.settings for word in ("-c", each)]
        command = ["git", "-C", str(self.folder), *settings, *arguments]
        return run(command, timeout=timeout, env=environment, stdin=stdin, trusted=True)

    def _tell(
        self,
        arguments: Sequence[str],
        *,
        stdin: bytes = b"",
        extra: Mapping[str, str] | None = None,
    ) -> str:
        finished = self._ask(arguments, stdin=stdin, extra=extra)
        if finished.returncode:
            raise TagboatError(f"git {arguments[0]}: {finished.complaint}")
        return finished.text.strip()
