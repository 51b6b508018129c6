"""Environment: a place for apps, and its policy."""

from typing import ClassVar, Literal

from pydantic import Field

from reconciler.model.app import AppPipeline
from reconciler.model.base import Manifest, Model
from reconciler.names import Line, Name, Reference


class Target(Model):
    """Where it runs. ``driver`` chooses the sort; the other fields are the driver's own."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset(
        {
            "hosts",
            "restart",
            "batches",
            "cluster",
            "namespace",
            "path",
            "application",
            "kustomization",
            "helm_release",
            "name",
        }
    )

    driver: Line | None = None
    """``local``: processes and folders of this machine. ``memory``: nothing but memory, to try.
    Required in the environment; an app's own target may leave it out."""
    root: Line | None = None
    """``local``: folder inside the one that host configuration gives the driver. Placeholders."""
    listen: Line | None = None
    """``local``: address and port that the place answers on, such as ``127.0.0.1:8101``."""


class AppHere(Model):
    """Where one app differs in this environment."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset({"windows", "secrets"})

    url: Line | None = None
    """Public address of the app here."""
    target: Target | None = None
    """Laid over the environment's ``target``, field by field."""
    pipeline: AppPipeline | None = None
    """Laid over the environment's ``pipeline``, test by test."""
    config: dict[str, Line] = {}
    """Environment variables of its processes here; a change deploys the same release again."""


class Permissions(Model):
    """Verb → who may."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset(
        {
            "override",
            "abort",
            "retry",
            "rollback",
            "dismiss",
            "confirm",
            "pause",
            "resume",
            "verify",
            "maintenance",
        }
    )

    promote: tuple[Reference, ...] = Field(default=("role/admin",), strict=False)
    """Whose merge is a sign-off here."""


class Environment(Manifest):
    """An environment and its policy."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset(
        {
            "customer",
            "temporary",
            "extends",
            "gates",
            "windows",
            "calendar",
            "notices",
            "tickets",
            "support",
            "drift",
            "timezone",
        }
    )

    kind: Literal["Environment"]
    name: Name
    """The environment, as in the path."""
    title: Line | None = None
    """How people call it; the name if left out."""
    tier: Name | None = None
    """Its class: dev, test, uat, production; the name if left out."""
    url: Line | None = None
    """The public address; relative addresses of tests start here. Placeholders."""
    links: dict[Name, Line] = {}
    """Dashboards and logs, for people. Placeholders."""
    target: Target
    """Where it runs."""
    pipeline: AppPipeline = AppPipeline()
    """How it is proven here."""
    permissions: Permissions = Permissions()
    """Verb → who may."""
    apps: dict[Name, AppHere] = {}
    """Where one app differs."""
