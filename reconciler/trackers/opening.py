"""A tracker that files name, with the secret that host configuration has for its address."""

from reconciler.errors import ConfigurationError
from reconciler.model.connections import Tracker as Settings
from reconciler.ports import Clock, Tracker
from reconciler.system.client import Client
from reconciler.system.configuration import Configuration
from reconciler.system.secrets import read_secret
from reconciler.visibility import glimpse


def open_tracker(settings: Settings, configuration: Configuration, *, clock: Clock) -> Tracker:
    """The tracker of these settings; its secret is read now, and sent to no other address.

    Raises `ConfigurationError` when the host has no such secret, or has it for another address.
    """
    from reconciler.trackers.jira import Jira, authorization

    name, url = settings.secret or "", (settings.url or "").rstrip("/")
    secret = configuration.host.secrets.get(name)
    if settings.type != "jira" or secret is None:
        raise ConfigurationError(
            f"this host can't ask a {settings.type} with the secret {name}",
            hint=f"add [secrets.{name}] to {configuration.source}",
        )
    if url != secret.url.rstrip("/"):
        raise ConfigurationError(
            f"the secret {name} of this host isn't for {glimpse(url)}",
            hint=f"see secrets.{name}.url in {configuration.source}",
        )
    header = authorization(read_secret(secret, configuration, what=f"secrets.{name}"))
    return Jira(Client(url, lambda: header, clock=clock, settings=f"secrets.{name}"))
