"""The forge of a host, as its configuration names it."""

from typing import assert_never

from reconciler.errors import ConfigurationError
from reconciler.ports import Forge
from reconciler.system.clock import SystemClock
from reconciler.system.configuration import Configuration
from reconciler.system.secrets import read_secret


def open_forge(configuration: Configuration) -> Forge:
    """The forge that host configuration names; raises `ConfigurationError` when it names none."""
    from reconciler.forges.gitea import Gitea
    from reconciler.forges.github import GitHub
    from reconciler.forges.gitlab import GitLab
    from reconciler.system.client import Client

    settings = configuration.host.forge
    if settings is None:
        raise ConfigurationError(
            "this host knows no forge", hint=f"add a table [forge] to {configuration.source}"
        )

    def token() -> str:
        return read_secret(settings.token, configuration, what="forge.token")

    address, clock = settings.url.rstrip("/"), SystemClock()
    match settings.type:
        case "gitea":
            gitea = Client(
                f"{address}/api/v1", lambda: {"Authorization": f"token {token()}"}, clock=clock
            )
            return Gitea(gitea, settings.repository)
        case "gitlab":
            gitlab = Client(f"{address}/api/v4", lambda: {"PRIVATE-TOKEN": token()}, clock=clock)
            return GitLab(gitlab, settings.repository)
        case "github":
            github = Client(address, lambda: {"Authorization": f"Bearer {token()}"}, clock=clock)
            return GitHub(github, settings.repository)
        case _:
            assert_never(settings.type)
