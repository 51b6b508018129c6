"""Environment: a place for apps, and its policy."""

from typing import ClassVar, Literal

from pydantic import Field

from reconciler.model.base import Model
from reconciler.model.permissions import Permissions
from reconciler.model.pipeline import Pipeline
from reconciler.model.policy import Layer
from reconciler.model.schedule import Window
from reconciler.model.target import Target
from reconciler.names import Instant, Line, Name, SecretName

__all__ = ["AppHere", "Environment", "Permissions", "Target", "TemporaryPlace"]


class AppHere(Model):
    """Where one app differs in this environment."""

    UNENFORCED: ClassVar[frozenset[str]] = frozenset({"secrets"})

    url: Line | None = None
    """Public address of the app here."""
    target: Target | None = None
    """Laid over the environment's ``target``, field by field."""
    pipeline: Pipeline | None = None
    """Laid over the environment's ``pipeline``, test by test."""
    windows: tuple[Window, ...] | None = Field(default=None, strict=False)
    """Instead of the environment's ``windows``."""
    config: dict[str, Line] = Field(default={}, examples=[{"GREETING": "hello"}])
    """Environment variables of its processes here; a change deploys the same release again."""
    secrets: dict[str, SecretName] = Field(default={}, examples=[{"DATABASE_URL": "shop-db"}])
    """Environment variable → name of a secret in the host's configuration."""


class TemporaryPlace(Model):
    """A place that goes away again."""

    owner: Name
    """The person who answers for it."""
    expires: Instant
    """Until then; afterwards the reconciler takes away what runs there."""
    delete_when: Literal["expired", "released"] = "expired"
    """`released`: already when the newest release holds what runs there from a branch or commit."""


class Environment(Layer):
    """An environment and its policy."""

    kind: Literal["Environment"]
    name: Name
    """The environment, as in the path."""
    customer: Name | None = None
    """Whose it is."""
    temporary: TemporaryPlace | None = None
    """The place itself is temporary."""
    apps: dict[Name, AppHere] = {}
    """Where one app differs."""
