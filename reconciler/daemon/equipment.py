"""What executors work with, and how they are asked to stop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from reconciler.deployer.fold import Deployment
from reconciler.errors import TagboatError
from reconciler.model.records import Answer, Inquiry
from reconciler.ports import Backups, Branches, Clock, Commands, Driver, Failpoints, Probe


class Watcher(Protocol):
    """Is told of every event after it is durable: progress lines and logs."""

    def __call__(self, deployment: Deployment, event: Mapping[str, Any]) -> None:
        """Take note; must not fail and must not wait."""
        ...

    def output(self, deployment: str, step: str, text: str) -> None:
        """Take note of what a program of a step has said; the same."""
        ...


@dataclass(frozen=True, slots=True)
class Watchers:
    """Several watchers, told one after the other."""

    each: tuple[Watcher, ...]

    def __call__(self, deployment: Deployment, event: Mapping[str, Any]) -> None:
        """Tell all."""
        for watcher in self.each:
            watcher(deployment, event)

    def output(self, deployment: str, step: str, text: str) -> None:
        """Tell all."""
        for watcher in self.each:
            watcher.output(deployment, step, text)


class Halt(Protocol):
    """Says whether to stop waiting."""

    def is_set(self) -> bool:
        """Whether somebody has asked for it."""
        ...


@dataclass(frozen=True, slots=True)
class Equipment:
    """What an executor works with."""

    drivers: Mapping[str, Driver]
    probes: Mapping[str, Probe]
    commands: Commands
    backups: Backups
    branches: Branches
    clock: Clock
    failpoints: Failpoints
    watcher: Watcher
    identify: Callable[[], str]
    """A new unique record id."""
    answers: Callable[[str], tuple[Answer, ...]]
    """Deployment → granted answers of people to its questions; any thread may ask."""
    ask: Callable[[Inquiry], None]
    """Have people asked; any thread may, and again after a restart."""
    newer: Callable[[str], str]
    """Deployment → what is promoted in its place by now instead; empty for nothing."""


class ParkedError(TagboatError):
    """The daemon is asked to stop: what was under way goes on later."""
