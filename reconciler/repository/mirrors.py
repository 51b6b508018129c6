"""Bare clones of the apps' repositories, brought up to date tag by tag."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reconciler.errors import StepErroredError, StepFailedError
from reconciler.model.host import AppRepository
from reconciler.repository.gathering import Gathering
from reconciler.repository.git import Git, bare

_TAGS = "+refs/tags/*:refs/tags/*"


@dataclass(frozen=True, slots=True)
class Tip:
    """Where a tag leads on the remote: its own object, and the commit behind it."""

    id: str
    commit: str

    @property
    def annotated(self) -> bool:
        """Whether the tag is an object of its own, which says who made it."""
        return self.id != self.commit


@dataclass(frozen=True, slots=True)
class Refs:
    """Where tags and branches lead on a remote; those that aren't there lack."""

    tips: Mapping[str, Tip]
    heads: Mapping[str, str]
    """Branch → commit."""


class Mirrors:
    """One bare clone for each repository that host configuration names, below one folder.

    Safe to use from many threads: they ask for a tag side by side, and only one fetches what is
    missing. Everything that isn't said otherwise raises `UnreachableError` when the remote doesn't
    answer and `GitError` when git says no.
    """

    def __init__(
        self, repositories: Mapping[str, AppRepository], *, folder: Path, home: Path
    ) -> None:
        """``home`` is where git finds our configuration, and no other."""
        self._repositories = dict(repositories)
        self._folder = folder
        self._home = home
        self._locks = {name: threading.Lock() for name in repositories}
        self._gatherings = {name: Gathering(partial(self._refs, name)) for name in repositories}

    @property
    def names(self) -> frozenset[str]:
        """The repositories that this host knows."""
        return frozenset(self._repositories)

    def repository(self, name: str) -> AppRepository:
        """What host configuration says of it; raises `StepErroredError` when it names none."""
        found = self._repositories.get(name)
        if found is None:
            raise StepErroredError(
                f"this host knows no repository {name}",
                hint=f"name it in [repositories.{name}] of the host configuration",
            )
        return found

    def clone(self, name: str) -> Git:
        """Git in the clone, which is made if it isn't there."""
        with self._locks[name]:
            return bare(self._folder / f"{name}.git", self._home)

    def tips(self, name: str, tags: Iterable[str]) -> Mapping[str, Tip]:
        """Where these tags lead on the remote now; those that aren't there lack."""
        return self.ask(name, tags=tags, branches=()).tips

    def ask(self, name: str, *, tags: Iterable[str], branches: Iterable[str]) -> Refs:
        """Where these tags and branches lead on the remote now, in one question.

        Nothing is fetched, and nothing is asked where none are named. Who asks at the same time
        shares an answer.
        """
        wanted, heads = sorted(set(tags)), sorted(set(branches))
        patterns = [f"refs/tags/{tag}{peeled}" for tag in wanted for peeled in ("", "^{}")]
        patterns += [f"refs/heads/{each}" for each in heads]
        self.repository(name)
        refs = self._gatherings[name].ask(patterns) if patterns else {}
        found = {}
        for tag in wanted:
            own = refs.get(f"refs/tags/{tag}")
            if own is not None:
                found[tag] = Tip(own, refs.get(f"refs/tags/{tag}^{{}}", own))
        there = {each: refs[f"refs/heads/{each}"] for each in heads if f"refs/heads/{each}" in refs}
        return Refs(found, there)

    def _refs(self, name: str, patterns: Sequence[str]) -> Mapping[str, str]:
        return self.clone(name).remote_refs(self.repository(name).url, *patterns)

    def bring(self, name: str, tag: str, *, tip: Tip) -> Git:
        """Git in the clone, with the tag and its commit in it as the remote had them just now."""
        git, ref = self.clone(name), f"refs/tags/{tag}"
        with self._locks[name]:
            here = git.ask(["rev-parse", "--quiet", "--verify", "--end-of-options", ref])
            if here.text.strip() != tip.id or git.resolve(tip.commit) is None:
                git.fetch(self.repository(name).url, f"+{ref}:{ref}")
        return git

    def bring_branch(self, name: str, branch: str) -> tuple[Git, str]:
        """Git in the clone, with all tags of the remote, and the commit that the branch has now.

        Raises `StepFailedError` when the remote has no such branch.
        """
        git, url = self.clone(name), self.repository(name).url
        ref = f"refs/heads/{branch}"
        head = git.remote_refs(url, ref).get(ref)
        if head is None:
            raise StepFailedError(f"{name} has no branch {branch}")
        with self._locks[name]:
            seen = f"refs/seen/{branch}"
            git.fetch(url, f"+{ref}:{seen}", _TAGS, prune=True)
        return git, git.resolve(seen) or head

    def bring_tags(self, name: str) -> Git:
        """Git in the clone, with all tags of the remote, and none that is gone there."""
        git = self.clone(name)
        with self._locks[name]:
            git.fetch(self.repository(name).url, _TAGS, prune=True)
        return git

    def bring_commit(self, name: str, commit: str, *, branch: str | None) -> Git:
        """Git in the clone, with a commit that no release names, by the branch it was seen on.

        Any branch will do where none is given. Raises `StepFailedError` when it isn't part of it.
        """
        git, heads = self.clone(name), f"refs/heads/{branch or '*'}"
        if git.resolve(commit) is not None:
            return git
        with self._locks[name]:
            # What is fetched is only kept as objects: heads of several apps can't meet here.
            seen = heads.replace("refs/heads/", "refs/seen/")
            git.fetch(self.repository(name).url, f"+{heads}:{seen}")
        if git.resolve(commit) is None:
            where = f"the branch {branch}" if branch else "any branch"
            raise StepFailedError(
                f"the commit {commit[:12]} isn't part of {where} of {name}",
                hint="push the commit, or promote another one",
            )
        return git
