"""The repository of an app, where this machine can read it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from reconciler.model.app import App
    from reconciler.repository.git import Git
    from reconciler.system.configuration import Configuration

_TAGS = "refs/tags/"


@dataclass(frozen=True, slots=True)
class AppSource:
    """Where an app's commits are read, where its tags are pushed to, and where its tarballs lie."""

    git: "Git"
    remote: str
    artifacts: str | None = None

    def commit(self, revision: str, what: str) -> str:
        """The commit that a tag, a branch or an id leads to; raises `UsageError` without one."""
        found = self.git.resolve(revision)
        if found is None:
            raise UsageError(
                f"the app's repository has no {what}",
                hint=f"git -C {self.git.folder} fetch --tags, or name another",
            )
        return found

    def tip(self, branch: str) -> str:
        """The commit of a branch: as the remote had it last, or as it is here."""
        far = self.git.resolve(f"refs/remotes/{self.remote}/{branch}")
        return far or self.commit(f"refs/heads/{branch}", f"branch {branch}")

    def versions(self, app: "App", *, within: str = "", at: str = "") -> dict[str, str]:
        """Version → tag, of the app's tags: all, those ``within`` a commit, or those ``at`` it."""
        from reconciler.versions import version_of

        only = [f"--merged={within}"] if within else []
        only += [f"--points-at={at}"] if at else []
        said = self.git.tell(["for-each-ref", "--format=%(refname)", *only, _TAGS])
        tags = [each.removeprefix(_TAGS) for each in said.splitlines()]
        return {found: each for each in tags if (found := version_of(app, each)) is not None}


def app_source(
    app: "App", *, source: Path | None, configuration: "Configuration | None"
) -> AppSource | None:
    """The app's repository: a clone that the person names, or a copy of what the host names.

    The copy lies in the user's cache; its branches and tags are fetched now. Nothing, when nobody
    says where the app is. Raises `UnreachableError` when it doesn't answer.
    """
    import hashlib

    from reconciler.repository.git import Git, bare
    from reconciler.system.caches import cache_folder

    home = cache_folder() / "git-home"
    name = app.repository or app.name
    known = configuration.host.repositories.get(name) if configuration else None
    artifacts = None
    if configuration and known and known.artifacts:
        artifacts = configuration.address(known.artifacts)
    if source:
        return AppSource(Git(source, home), "origin", artifacts)
    if known is None or configuration is None:
        return None
    url = configuration.address(known.url)
    key = hashlib.sha256(url.encode()).hexdigest()[:16]
    git = bare(cache_folder() / "apps" / f"{name}-{key}.git", home)
    every = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    git.fetch(url, *every, prune=True)
    return AppSource(git, url, artifacts)


def optional_configuration(
    config: Path | None, folder: Path, *, needed: bool = False
) -> "Configuration | None":
    """The host configuration; none is as good, unless it is named or ``needed``."""
    from reconciler.system.configuration import find_configuration

    try:
        return find_configuration(config, start=folder)
    except ConfigurationError:
        if config or needed:
            raise
        return None
