"""The repository of an app, where this machine can read it."""

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.model.app import App
    from reconciler.repository.git import Git
    from reconciler.system.configuration import Configuration


def app_source(
    app: "App", *, source: Path | None, configuration: "Configuration | None"
) -> "Git | None":
    """The app's repository: a clone that the person names, or a copy of what the host names.

    The copy lies in the user's cache; its branch and tags are fetched now. Nothing, when nobody
    says where the app is. Raises `UnreachableError` when it doesn't answer.
    """
    import hashlib

    from reconciler.repository.git import Git, bare
    from reconciler.system.caches import cache_folder

    home = cache_folder() / "git-home"
    if source:
        return Git(source, home)
    name = app.repository or app.name
    known = configuration.host.repositories.get(name) if configuration else None
    if known is None or configuration is None:
        return None
    url = configuration.address(known.url)
    key = hashlib.sha256(url.encode()).hexdigest()[:16]
    git = bare(cache_folder() / "apps" / f"{name}-{key}.git", home)
    git.fetch(url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    return git


def commit_in(git: "Git", revision: str, what: str) -> str:
    """The commit that a tag, a branch or an id leads to; raises `UsageError` without one."""
    found = git.resolve(revision)
    if found is None:
        raise UsageError(
            f"the app's repository has no {what}", hint=f"git fetch --tags, in {git.folder}"
        )
    return found
