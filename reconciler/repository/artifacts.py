"""Where content comes from: trees of the apps' git repositories, and tarballs beside them."""

from pathlib import Path
from typing import Any

import git as gitpython

from reconciler.errors import StepErroredError, StepFailedError, TagboatError, UnreachableError
from reconciler.model.content import Content, ContentComponent
from reconciler.repository.git import GitError, isolate
from reconciler.repository.landing import Landing
from reconciler.repository.mirrors import Mirrors
from reconciler.repository.tarballs import fetch_tarball

_EXECUTABLE = 0o100755
_LINK = 0o120000
_FILE = 0o100644


class RepositoryArtifacts:
    """Artifacts of the repositories that host configuration names. Safe to use from many threads.

    Their clones are the mirrors'.
    """

    def __init__(self, mirrors: Mirrors, *, home: Path) -> None:
        """``home`` is where git finds our configuration, and no other."""
        self._mirrors = mirrors
        self._home = home

    def fetch(
        self, content: Content, component: ContentComponent, into: Path, *, timeout: float
    ) -> None:
        """Put the component's files into the empty folder, checked against the release.

        Raises `StepFailedError` when tag, commit, tree or checksum is not as the release says, and
        `StepErroredError` when the source could not be asked.
        """
        repository = self._mirrors.repository(content.repository)
        try:
            clone = self._fetch_commit(content)
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

    def _fetch_commit(self, content: Content) -> Path:
        """The bare clone, with the release's commit in it and its tag leading there (B114)."""
        if content.tag is None:
            return self._mirrors.bring_commit(
                content.repository, content.commit, branch=content.branch
            ).folder
        tip = self._mirrors.tips(content.repository, [content.tag]).get(content.tag)
        _compare(content, tip.commit if tip else None)
        assert tip is not None  # noqa: S101 - compared
        clone = self._mirrors.bring(content.repository, content.tag, tip=tip).folder
        with self._open(clone) as repo:
            _compare(content, repo.tag(content.tag).commit.hexsha)
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
