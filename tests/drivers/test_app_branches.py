"""Branches of an app's repository that follow what runs: forward only (S10)."""

import subprocess
from pathlib import Path

import pytest

from reconciler.errors import StepErroredError, StepFailedError
from reconciler.model.content import Content, ContentComponent
from reconciler.model.host import AppRepository
from reconciler.model.release import Artifact
from reconciler.repository.branches import AppBranches
from reconciler.repository.git import Git
from reconciler.repository.mirrors import Mirrors


class Repository:
    """An app's bare repository with three commits in a row and one beside them, and its clone."""

    def __init__(self, folder: Path) -> None:
        self.git = Git(folder / "shop.git", folder / "home")
        self.git.folder.mkdir()
        self.git.tell(["init", "-q", "--bare"])
        self.commits = [self.commit()]
        self.commits += [self.commit(self.commits[0])]
        self.commits += [self.commit(self.commits[1]), self.commit(self.commits[0], text="other")]
        self.git.tell(["update-ref", "refs/heads/main", self.commits[2]])
        self.git.tell(["update-ref", "refs/heads/side", self.commits[3]])
        clones = folder / "apps"
        clones.mkdir()
        command = ["git", "clone", "-q", "--bare", str(self.git.folder), str(clones / "shop.git")]
        subprocess.run(command, check=True)
        known = {"shop": AppRepository(url=str(self.git.folder))}
        self.branches = AppBranches(Mirrors(known, folder=clones, home=folder / "home"))

    def commit(self, *parents: str, text: str = "x") -> str:
        tree = self.git.tell(["mktree"])
        flags = [flag for each in parents for flag in ("-p", each)]
        return self.git.tell(["commit-tree", tree, *flags, "-m", text])

    def advance(self, number: int, branch: str = "live", repository: str = "shop") -> str:
        part = ContentComponent(name="web", version="1.0.0", artifact=Artifact(tree="b" * 40))
        content = Content(
            app="shop",
            repository=repository,
            version=f"{number}.0.0",
            tag="v1.0.0",
            commit=self.commits[number],
            components=(part,),
        )
        return self.branches.advance(content, branch, timeout=30)

    def at(self, branch: str = "live") -> str | None:
        return self.git.resolve(f"refs/heads/{branch}")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_s10_a_branch_is_made_moved_forward_and_left_where_it_is_further(repository):
    assert repository.advance(0).startswith("live → ")
    assert repository.advance(2).startswith("live → ")
    assert repository.at() == repository.commits[2]
    assert repository.advance(2).endswith("already")
    assert repository.advance(1).endswith("already")
    assert repository.at() == repository.commits[2]


def test_s10_a_branch_with_other_commits_is_never_overwritten(repository):
    repository.advance(3)
    with pytest.raises(StepFailedError, match="lacks: it stays"):
        repository.advance(2)
    assert repository.at() == repository.commits[3]


def test_s10_branches_of_tagboat_and_unknown_repositories_are_left_alone(repository):
    with pytest.raises(StepFailedError, match="Tagboat's own"):
        repository.advance(2, "tagboat/history")
    with pytest.raises(StepErroredError, match="knows no repository"):
        repository.advance(2, repository="blog")


def test_s10_a_remote_that_is_away_says_nothing_of_the_deployment(repository):
    repository.git.folder.rename(repository.git.folder.with_name("away.git"))
    with pytest.raises(StepErroredError, match="doesn't answer"):
        repository.advance(2)
