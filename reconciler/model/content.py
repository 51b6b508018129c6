"""Content: exactly what runs in a place, and everything needed to run it again."""

from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import SerializerFunctionWrapHandler, model_serializer

from reconciler.canonical import digest_of
from reconciler.model.base import Model
from reconciler.model.release import Artifact
from reconciler.names import Branch, CommitId, Line, Name, TagName, Version


class ContentComponent(Model):
    """One component, frozen: going back uses the old command, not today's."""

    name: Name
    version: Version
    artifact: Artifact
    run: tuple[str, ...] | None = None
    listens: Literal["socket", "port"] = "port"
    needs: tuple[Name, ...] = ()
    """Components of the same content that come up before it, and go after it."""

    @model_serializer(mode="wrap")
    def _without_no_needs(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Content from before needs were kept has the digest that it had."""
        said: dict[str, Any] = handler(self)
        return said if self.needs else {name: said[name] for name in said if name != "needs"}


class Content(Model):
    """One release with the configuration of one place.

    Two contents are the same when their `digest` is; a change of `config` is other content.
    """

    app: Name
    repository: Name
    version: Version
    """The release's; of content without a release the first digits of its commit."""
    tag: TagName | None = None
    """Leads to the commit; nothing for content without a release."""
    branch: Branch | None = None
    """Where content without a release was found, if it was a branch."""
    commit: CommitId
    components: tuple[ContentComponent, ...]
    """Each after those that it needs."""
    config: dict[str, Line] = {}

    @cached_property
    def work(self) -> Mapping[str, tuple[str, str]]:
        """Component → `Artifact.identity` of what is put in place of it."""
        return {each.name: each.artifact.identity for each in self.components}

    @property
    def traces(self) -> tuple[Hashable, ...]:
        """What names this work: two contents of one app that are the same work share one of these.

        Finding a place's own among hundreds doesn't have to compare each.
        """
        return (self.commit, *self.work.items())

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` over the whole value; the identity of what runs."""
        fields = self.model_dump(mode="json")
        for name in ("tag", "branch"):
            if fields[name] is None:
                del fields[name]
        return digest_of(fields)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other fields; its digest is its own."""
        copied = super().model_copy(update=update, deep=deep)
        for kept in ("digest", "work"):
            vars(copied).pop(kept, None)
        return copied

    @property
    def released(self) -> bool:
        """Whether there is a release of it."""
        return self.tag is not None

    @property
    def shown(self) -> str:
        """The version as people read it: content without a release is ``<branch>@<commit>``."""
        return f"{self.branch}@{self.commit[:12]}" if self.branch else self.version

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
