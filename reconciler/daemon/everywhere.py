"""Everything outside that a host can look at, as one."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from reconciler.forges.opening import open_forge
from reconciler.model.connections import Tracker as Settings
from reconciler.model.question import Question
from reconciler.model.sight import Sight
from reconciler.planner.tickets import secret_called
from reconciler.ports import Clock, Sources, Tracker
from reconciler.repository.mirrors import Mirrors
from reconciler.repository.requests import RequestSource
from reconciler.repository.sources import RepositorySources
from reconciler.system.configuration import Configuration
from reconciler.trackers.opening import open_tracker
from reconciler.trackers.source import TrackerSource


class Everywhere:
    """The apps' repositories, the trackers, and the forge where requests are the sign-off."""

    def __init__(
        self, apps: Sources, trackers: TrackerSource, requests: RequestSource | None
    ) -> None:
        """Look at all of them."""
        self._apps = apps
        self._trackers = trackers
        self._requests = requests

    @property
    def repositories(self) -> frozenset[str]:
        """Everything that can be looked at, by name; trackers by the secrets that they ask for."""
        forge = {self._requests.name} if self._requests else set()
        return self._apps.repositories | forge | set(map(secret_called, self._trackers.secrets))

    def look(self, source: str, questions: Sequence[Question]) -> Mapping[Question, Sight]:
        """An answer to each question about one of them."""
        if any(each.tracker is not None for each in questions):
            return self._trackers.look(questions)
        if self._requests is not None and source == self._requests.name:
            return self._requests.look(questions)
        return self._apps.look(source, questions)


def open_everywhere(
    configuration: Configuration,
    mirrors: Mirrors,
    *,
    clock: Clock,
    trackers: Callable[[Settings], Tracker] | None = None,
) -> Everywhere:
    """Everything outside that this host can look at; trackers opened otherwise, if given."""
    apps, host = RepositorySources(mirrors), configuration.host
    asked = TrackerSource(
        trackers or partial(open_tracker, configuration=configuration, clock=clock),
        secrets=frozenset(host.secrets),
        clock=clock,
    )
    if host.trust.mode != "forge" or host.forge is None:
        return Everywhere(apps, asked, None)
    requests = RequestSource(
        open_forge(configuration),
        name=f"forge {host.forge.called}",
        remote=configuration.address(host.remote.url),
        branch=host.remote.branch,
        clone=configuration.state / "requests.git",
        home=configuration.state / "git-home",
    )
    return Everywhere(apps, asked, requests)
