"""The repository of an app, where this machine can read it."""

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import ConfigurationError

if TYPE_CHECKING:
    from reconciler.model.app import App
    from reconciler.repository.cutting import AppSource
    from reconciler.system.configuration import Configuration


def app_source(
    app: "App", *, source: Path | None, configuration: "Configuration | None"
) -> "AppSource | None":
    """The app's repository: a clone that the person names, or a copy of what the host names.

    The copy lies in the user's cache; its branches and tags are fetched now. Nothing, when nobody
    says where the app is. Raises `UnreachableError` when it doesn't answer.
    """
    import hashlib

    from reconciler.repository.cutting import AppSource
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
