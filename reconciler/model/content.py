"""Content: exactly what runs in a place, and everything needed to run it again."""

from typing import Literal

from reconciler.canonical import digest_of
from reconciler.model.base import Model
from reconciler.model.release import Artifact
from reconciler.names import CommitId, Line, Name, TagName, Version


class ContentComponent(Model):
    """One component, frozen: going back uses the old command, not today's."""

    name: Name
    version: Version
    artifact: Artifact
    run: tuple[str, ...] | None = None
    listens: Literal["socket", "port"] = "port"


class Content(Model):
    """One release with the configuration of one place.

    Two contents are the same when their `digest` is; a change of `config` is other content.
    """

    app: Name
    repository: Name
    version: Version
    tag: TagName
    commit: CommitId
    components: tuple[ContentComponent, ...]
    config: dict[str, Line] = {}

    @property
    def digest(self) -> str:
        """``sha256:…`` over the whole value; the identity of what runs."""
        return digest_of(self.model_dump(mode="json"))

    @property
    def processes(self) -> tuple[ContentComponent, ...]:
        """The components with a long-running process."""
        return tuple(each for each in self.components if each.run)


class PlaceTarget(Model):
    """Where a place is, with every placeholder filled in: what a driver is given.

    ``root`` is relative to the folder that host configuration gives the driver.
    """

    environment: Name
    app: Name
    driver: str
    root: str = ""
    listen: str = ""
    url: str = ""
