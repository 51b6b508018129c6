"""Where content comes from: trees of the apps' git repositories, and tarballs beside them."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import git as gitpython

from reconciler.errors import StepErroredError, StepFailedError, TagboatError, UnreachableError
from reconciler.model.content import Content, ContentComponent
from reconciler.model.host import AppRepository
from reconciler.repository.git import Git, GitError, bare, isolate
from reconciler.repository.landing import Landing
from reconciler.repository.tarballs import fetch_tarball

_EXECUTABLE = 0o100755
_LINK = 0o120000
_FILE = 0o100644


class RepositoryArtifacts:
    """Artifacts of the repositories that host configuration names.

    Keeps one bare clone for each, below its folder. Safe to use from many threads: they ask for a
    tag side by side, and only one fetches what is missing.
    """

    def __init__(
        self, repositories: Mapping[str, AppRepository], *, folder: Path, home: Path
    ) -> None:
        """``home`` is where git finds our configuration, and no other."""
        self._repositories = dict(repositories)
        self._folder = folder
        self._home = home
        self._locks = {name: threading.Lock() for name in repositories}

    def fetch(
        self, content: Content, component: ContentComponent, into: Path, *, timeout: float
    ) -> None:
        """Put the component's files into the empty folder, checked against the release.

        Raises `StepFailedError` when tag, commit, tree or checksum is not as the release says, and
        `StepErroredError` when the source could not be asked.
        """
        repository = self._repositories.get(content.repository)
        if repository is None:
            raise StepErroredError(
                f"this host knows no repository {content.repository}",
                hint=f"name it in [repositories.{content.repository}] of the host configuration",
            )
        try:
            clone = self._fetch_commit(content, repository)
            artifact = component.artifact
            if artifact.tree is not None:
                self._write_tree(clone, content.commit, artifact.tree, into)
                return
        except (StepFailedError, StepErroredError):
            raise
        except (UnreachableError, GitError) as error:
            raise StepErroredError(f"{content.repository}: {error.message}") from error
        except (TagboatError, OSError, gitpython.GitError) as error:
            raise StepErroredError(f"{content.repository}: {error}") from error
        if artifact.tarball is None or artifact.sha256 is None:
            raise StepFailedError(f"{component.name} has neither a tree nor a tarball with sha256")
        if repository.artifacts is None:
            raise StepErroredError(
                f"this host has no artifact address for {content.repository}",
                hint=f"set artifacts in [repositories.{content.repository}]",
            )
        fetch_tarball(
            repository.artifacts, artifact.tarball, artifact.sha256, into, timeout=timeout
        )

    def _fetch_commit(self, content: Content, repository: AppRepository) -> Path:
        """The bare clone, with the release's commit in it and its tag leading there (B114)."""
        name = content.repository
        clone = self._folder / f"{name}.git"
        with self._locks[name]:
            git = bare(clone, self._home)
            if content.tag is None:
                _bring(git, repository.url, content)
                return clone
        tag = f"refs/tags/{content.tag}"
        refs = git.remote_refs(repository.url, tag, f"{tag}^{{}}")
        _compare(content, refs.get(f"{tag}^{{}}") or refs.get(tag))
        with self._locks[name]:
            if git.resolve(content.commit) is None or git.resolve(tag) != content.commit:
                git.fetch(repository.url, f"+{tag}:{tag}")
            with self._open(clone) as repo:
                _compare(content, repo.tag(tag).commit.hexsha)
        return clone

    def _write_tree(self, clone: Path, commit: str, wanted: str, into: Path) -> None:
        with self._open(clone) as repo:
            root = repo.commit(commit).tree
            tree = root if root.hexsha == wanted else None
            for each in () if tree else root.traverse():
                if isinstance(each, gitpython.Tree) and each.hexsha == wanted:
                    tree = each
                    break
            if tree is None:
                raise StepFailedError(f"the commit {commit[:12]} has no folder {wanted[:12]}")
            landing = Landing(into)
            _land(tree, "", landing)
            landing.finish()

    def _open(self, clone: Path) -> gitpython.Repo:
        repo = gitpython.Repo(clone, odbt=gitpython.GitCmdObjectDB)
        repo.git.update_environment(**isolate(self._home))
        return repo


def _bring(git: Git, url: str, content: Content) -> None:
    """Fetch a commit that no release names, by the branch it was seen on."""
    if git.resolve(content.commit) is not None:
        return
    branch = f"refs/heads/{content.branch}" if content.branch else "refs/heads/*"
    # What is fetched is only kept as objects: heads of several apps can't meet here.
    git.fetch(url, f"+{branch}:{branch.replace('refs/heads/', 'refs/seen/')}")
    if git.resolve(content.commit) is None:
        where = f"the branch {content.branch}" if content.branch else "any branch"
        raise StepFailedError(
            f"the commit {content.commit[:12]} isn't part of {where} of {content.repository}",
            hint="push the commit, or promote another one",
        )


def _compare(content: Content, found: str | None) -> None:
    if found is None:
        raise StepFailedError(f"the repository {content.repository} has no tag {content.tag}")
    if found != content.commit:
        raise StepFailedError(
            f"the tag {content.tag} leads to {found}, the release says {content.commit}",
            hint="a tag that was moved is not released again: cut a new release",
        )


def _land(tree: gitpython.Tree, prefix: str, landing: Landing) -> None:
    for each in tree:
        item: Any = each
        # GitPython gives paths from the repository's root, and a submodule no name at all.
        name = prefix + str(item.path).rpartition("/")[2]
        if item.type == "tree":
            landing.make_folder(name)
            _land(item, f"{name}/", landing)
        elif item.type == "blob" and item.mode == _LINK:
            landing.put_link(name, item.data_stream.read().decode(errors="surrogateescape"))
        elif item.type == "blob" and item.mode in (_FILE, _EXECUTABLE, 0o100664):
            landing.put_file(name, item.data_stream, executable=item.mode == _EXECUTABLE)
        else:
            raise StepFailedError(f"{name!r} is neither a file nor a folder: a submodule?")
