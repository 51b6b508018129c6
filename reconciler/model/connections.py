"""Connections: channels and trackers, without their secrets."""

from typing import Literal

from pydantic import Field

from reconciler.model.base import Manifest, Model
from reconciler.names import Line, Name, SecretName


class Channel(Model):
    """One way to reach people."""

    type: Literal["slack", "teams", "mail", "sms", "webhook"]
    """Its sort."""
    secret: SecretName | None = None
    """Name of its secret in the host's configuration."""


class Tracker(Model):
    """Where tickets are."""

    type: Literal["jira", "zammad", "gitlab", "github", "mail"]
    """Its sort; `mail` answers in the thread."""
    url: Line | None = Field(default=None, examples=["https://jira.example"])
    """Its address."""
    secret: SecretName | None = None
    """Name of its secret in the host's configuration."""


class Connections(Manifest):
    """Channels and trackers, without their secrets."""

    kind: Literal["Connections"]
    channels: dict[Name, Channel] = {}
    """Channel → how it is reached."""
    trackers: dict[Name, Tracker] = {}
    """Tracker → where it is."""
