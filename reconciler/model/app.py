"""App: what is released, from where, and how it is proven."""

from typing import ClassVar, Literal

from pydantic import Field

from reconciler.model.base import Manifest, Model
from reconciler.model.probe import Test
from reconciler.names import Line, Name, Reference


class Versions(Model):
    """How versions are written and tagged."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset({"pattern", "first", "from_tags"})

    scheme: Literal["semver", "calver", "opaque"]
    """How versions are ordered."""
    tag: Line = "v{version}"
    """The tag of a version."""


class Component(Model):
    """One part of an app, in the order of apply."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset({"needs"})

    name: Name
    """The component."""
    artifact: dict[str, Line] = Field(default={}, max_length=1)
    """Where cutting a release finds it: one of ``tarball`` and ``tree``."""
    run: tuple[Line, ...] | None = Field(default=None, min_length=1, strict=False)
    """The long-running process; gets the place's ``config`` as environment. Left out: files."""
    listens: Literal["socket", "port"] = "port"
    """``socket``: takes the listening socket by ``LISTEN_FDS``, so a switch loses no request.
    ``port``: listens on ``PORT`` itself, so the old version stops before the new one starts."""
    owner: Reference | None = None
    """Whom to ask about it."""


class AppPipeline(Model):
    """What the app brings along to every place."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset(
        {
            "prepare",
            "maintenance",
            "backup",
            "migrate",
            "tests",
            "cleanup",
            "advance",
            "rollback",
        }
    )

    smoke: dict[Name, Test] = {}
    """Tests right after the switch; a failure goes back."""


class App(Manifest):
    """An app: one repository, its versions, its components."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset(
        {"modules", "tracker", "defaults", "train", "notices"}
    )

    kind: Literal["App"]
    name: Name
    """The app, as in the path."""
    title: Line | None = None
    """How people call it; the name if left out."""
    owner: Reference | None = None
    """Whom to ask."""
    repository: Name | None = None
    """Its one repository, by the name that host configuration knows; the app's name if left out."""
    branch: Line = "main"
    """Releases are cut from here."""
    versions: Versions
    """How versions are written and tagged."""
    components: tuple[Component, ...] = Field(min_length=1, strict=False)
    """In order of apply."""
    pipeline: AppPipeline = AppPipeline()
    """What the app brings along."""
