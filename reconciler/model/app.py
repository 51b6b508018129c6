"""App: what is released, from where, and how it is proven."""

from typing import ClassVar, Literal

from pydantic import Field

from reconciler.model.base import Manifest, Model
from reconciler.model.notice import AppNotice
from reconciler.model.pipeline import Pipeline
from reconciler.model.schedule import Schedule
from reconciler.names import Branch, Command, Duration, Line, Name, Reference

AppPipeline = Pipeline
"""What an app brings along has the fields of any pipeline."""


class Versions(Model):
    """How versions are written and tagged."""

    scheme: Literal["semver", "calver", "opaque"]
    """How versions are ordered."""
    pattern: Line | None = Field(default=None, examples=["YYYY.0M.0D.N"])
    """Tokens of calver.org, and ``N`` or ``0N`` for the counter; with a week, the year is the
    week's."""
    first: Literal[0, 1] = 1
    """Where the counter starts."""
    tag: Line = "v{version}"
    """The tag of a version. Placeholders."""
    from_tags: bool = False
    """A tag pushed by hand becomes a proposed release."""

    @property
    def succeed(self) -> bool:
        """Whether the next version can be computed."""
        match self.scheme:
            case "semver":
                return True
            case "calver":
                return self.pattern is not None
            case "opaque":
                return False


class Component(Model):
    """One part of an app, in the order of apply."""

    name: Name
    """The component."""
    artifact: dict[Literal["tarball", "image", "chart", "tree"], Line] = Field(
        default={}, max_length=1, examples=[{"tarball": "web-{version}.tar.gz"}, {"tree": "."}]
    )
    """Where cutting a release finds it: one of ``tarball``, ``image``, ``chart`` and ``tree``.
    Placeholders."""
    run: Command | None = None
    """The long-running process; gets the place's ``config`` as environment. Left out: files."""
    listens: Literal["socket", "port"] = "port"
    """``socket``: takes the listening socket by ``LISTEN_FDS``, so a switch loses no request.
    ``port``: listens on ``PORT`` itself, so the old version stops before the new one starts."""
    needs: tuple[Name, ...] = Field(default=(), strict=False)
    """Components that must be up first; they go after it."""
    owner: Reference | None = None
    """Whom to ask about it."""


class AppTracker(Model):
    """Where the app's tickets are."""

    name: Name
    """The tracker, as ``environments/connections.yaml`` names it."""
    pattern: Line = Field(examples=["SHOP-[0-9]+"])
    """Regular expression of a ticket's id."""


class Defaults(Model):
    """What is written into releases that are cut without anybody saying."""

    downtime: Literal["none"] | Duration | None = None
    """Of the forward deployment."""
    estimate: Duration | None = None
    """Start to end."""
    migration: Literal["none", "compatible", "breaking"] | None = None
    """Of data."""


class Train(Model):
    """Cuts a release by itself when there is something new."""

    schedule: Schedule
    """When."""
    branch: Branch | None = None
    """From where; the app's branch if left out."""


class App(Manifest):
    """An app: one repository, its versions, its components."""

    UNENFORCED: ClassVar[frozenset[str]] = frozenset({"modules", "notices"})

    kind: Literal["App"]
    name: Name
    """The app, as in the path."""
    title: Line | None = None
    """How people call it; the name if left out."""
    owner: Reference | None = None
    """Whom to ask."""
    repository: Name | None = None
    """Its one repository, by the name that host configuration knows; the app's name if left out."""
    modules: tuple[Name, ...] = Field(default=(), strict=False)
    """Private repositories that the same key must open."""
    branch: Branch = "main"
    """Releases are cut from here."""
    versions: Versions
    """How versions are written and tagged."""
    components: tuple[Component, ...] = Field(min_length=1, strict=False)
    """In order of apply."""
    tracker: AppTracker | None = None
    """Where its tickets are."""
    defaults: Defaults = Field(default_factory=Defaults)
    """Of releases that are cut without anybody saying."""
    train: Train | None = None
    """Cuts a release by itself when there is something new."""
    pipeline: Pipeline = Field(default_factory=Pipeline)
    """What the app brings along to every place."""
    notices: dict[Name, AppNotice] = {}
    """Who is told what, of events that belong to no place."""
