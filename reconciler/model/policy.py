"""Policy: what environments share."""

from typing import ClassVar, Literal

from pydantic import Field

from reconciler.model.base import Manifest
from reconciler.model.gates import Gates
from reconciler.model.notice import Event, Notice, TicketAction
from reconciler.model.permissions import Permissions
from reconciler.model.pipeline import Pipeline
from reconciler.model.schedule import Window
from reconciler.model.target import Target
from reconciler.names import Line, Name, Zone


class Layer(Manifest):
    """The fields that a policy and an environment both may have; none is needed in one layer.

    What a file leaves out has its default here; ``model_fields_set`` tells what it says. Null in
    ``links``, ``notices``, ``tickets``, ``permissions`` and the maps of a pipeline takes away what
    a layer below gives.
    """

    LAYERED: ClassVar[bool] = True
    UNENFORCED: ClassVar[frozenset[str]] = frozenset({"notices", "tickets", "support"})

    extends: Name | None = None
    """The policy that this is laid over."""
    title: Line | None = None
    """How people call it; the name if left out."""
    tier: Name | None = Field(default=None, examples=["test", "production"])
    """Its class: dev, test, uat, production; the name if left out."""
    url: Line | None = Field(default=None, examples=["https://{app}.example"])
    """The public address; relative addresses of tests start here. Placeholders."""
    links: dict[Name, Line | None] = {}
    """Dashboards and logs, for people. Placeholders."""
    timezone: Zone | None = None
    """Of windows and schedules; `Etc/UTC` if left out."""
    target: Target = Field(default_factory=Target)
    """Where it runs."""
    gates: Gates = Field(default_factory=Gates)
    """What a promotion must pass."""
    windows: tuple[Window, ...] | None = Field(
        default=None, strict=False, examples=[[{"from": "22:00", "until": "04:00"}]]
    )
    """When deployments may start; always if left out."""
    calendar: Name | None = None
    """Days on which none may start; the customer's if left out."""
    pipeline: Pipeline = Field(default_factory=Pipeline)
    """How it is deployed, proven and undone."""
    permissions: Permissions = Field(default_factory=Permissions)
    """Verb → who may."""
    notices: dict[Name, Notice | None] = {}
    """Who is told what."""
    tickets: dict[Event, TicketAction | None] = {}
    """Event → what is done on tickets."""
    support: Line | None = None
    """Whom to turn to, in notices and on tickets."""
    drift: Literal["report", "repair"] = "report"
    """What is done when something else is found there."""


class Policy(Layer):
    """What environments share; they extend it."""

    kind: Literal["Policy"]
    name: Name
    """The policy, as in the path."""
