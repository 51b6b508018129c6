"""Release: immutable content, pinned by digest."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from reconciler.model.base import Choice, Manifest, Model
from reconciler.names import CommitId, Duration, Line, Name, Pinned, Sha256, TagName, Text, Version


class Artifact(Choice):
    """One of ``tarball`` with ``sha256``, ``image``, ``chart`` and ``tree``."""

    ONE_OF: ClassVar[tuple[str, ...]] = ("tarball", "image", "chart", "tree")
    NEEDS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "tarball": ("sha256",),
        "sha256": ("tarball",),
    }
    UNENFORCED: ClassVar[frozenset[str]] = frozenset({"image", "chart"})

    tarball: Line | None = None
    """A path below the app's artifact address; ``.tar.gz`` is unpacked."""
    sha256: Sha256 | None = None
    """Digest of the tarball."""
    image: Pinned | None = None
    """A container image by digest."""
    chart: Pinned | None = None
    """A Helm chart by digest."""
    tree: CommitId | None = None
    """Id of a folder's tree in the app's repository."""

    @property
    def identity(self) -> tuple[str, str]:
        """What sort it is, and what tells it from any other of that sort."""
        match self:
            case Artifact(sha256=str() as sha256):
                return "tarball", sha256
            case Artifact(image=str() as image):
                return "image", image.rpartition("@")[2]
            case Artifact(chart=str() as chart):
                return "chart", chart.rpartition("@")[2]
            case _:
                return "tree", self.tree or ""


class ReleasedComponent(Model):
    """One part that this release carries."""

    name: Name
    """The component, as the app names it."""
    version: Version | None = None
    """Its version; the release's if left out."""
    artifact: Artifact
    """What is put in place, by digest."""


class Release(Manifest):
    """What is released; never changed after its merge."""

    kind: Literal["Release"]
    app: Name
    """The app, as in the path."""
    version: Version
    """The version, as in the path."""
    tag: TagName
    """The tag; must lead to ``commit`` for ever."""
    commit: CommitId
    """The commit of the app's repository."""
    components: tuple[ReleasedComponent, ...] = Field(min_length=1, strict=False)
    """What this release carries, in the app's order."""
    summary: Line
    """What it is, for everybody."""
    notes: Text | None = None
    """More, as Markdown."""
    tickets: tuple[Line, ...] = Field(default=(), strict=False)
    """Besides those found in commits."""
    downtime: Literal["none"] | Duration
    """Of the forward deployment."""
    estimate: Duration
    """Start to end."""
    restarts: tuple[Line, ...] = Field(default=(), strict=False)
    """What restarts, in words."""
    hotfix: bool = False
    """May pass freezes that allow it; pauses the app's train until it is through."""
    migration: Literal["none", "compatible", "breaking"]
    """Of data. `compatible`: going back takes the code only. `breaking`: needs maintenance and a
    backup, and going back restores it."""
    way_back: Line | None = None
    """How to go back, for people."""
