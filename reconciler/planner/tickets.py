"""Which tickets a start is about, and who can be asked about them (S11, pure)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from reconciler.model.connections import Tracker
from reconciler.model.content import Content
from reconciler.model.question import Question
from reconciler.model.records import Sighting
from reconciler.planner.inputs import Ask

ASKED: frozenset[str] = frozenset({"jira"})
"""Sorts of trackers that this version can ask."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The tracker that an app's tickets are in, by the name that ``connections.yaml`` has."""

    name: str
    tracker: Tracker

    @property
    def source(self) -> str:
        """Whom to ask."""
        return f"tracker {self.name}"

    @property
    def secret(self) -> str:
        """What a host needs for asking, as it stands among what it can look at."""
        return secret_called(self.tracker.secret or "")

    def can_ask(self, ask: Ask) -> bool:
        """Whether this host, or some host where it isn't known, can ask."""
        here = ask.inputs.repositories
        known = self.tracker.type in ASKED and bool(self.tracker.secret and self.tracker.url)
        return known and (here is None or self.secret in here)


def secret_called(name: str) -> str:
    """How a host's secret stands among what the host can look at."""
    return f"secret {name}"


def desk_of(ask: Ask) -> Desk | None:
    """Where the app's tickets are; nothing if its files don't say."""
    named = ask.app.tracker if ask.app else None
    connections = ask.inputs.snapshot.connections
    found = connections.trackers.get(named.name) if named and connections else None
    return Desk(named.name, found) if named and found else None


def own(ask: Ask) -> tuple[str, ...]:
    """The tickets that the release's file names."""
    return tuple(dict.fromkeys(ask.release.tickets)) if ask.release else ()


def named(ask: Ask) -> tuple[str, ...] | None:
    """The tickets that the release names, and its commits since what runs here.

    Of a commit without a release those of all its commits, where nothing runs yet. Nothing while
    nobody has looked into the commits.
    """
    before = _before(ask)
    if not _in_commits(ask, before):
        return own(ask)
    seen = ask.inputs.ledger.sighting("tickets", _about(ask, before))
    pattern = ask.app.tracker.pattern if ask.app and ask.app.tracker else ""
    if seen is None or seen.facts.get("pattern") != pattern:
        return None
    return tuple(dict.fromkeys((*own(ask), *json.loads(seen.facts["tickets"]))))


def of_commits(ask: Ask) -> Iterator[Question]:
    """Which tickets the commits name that would come."""
    before = _before(ask)
    if ask.content is not None and _in_commits(ask, before):
        repository, about = ask.content.repository, _about(ask, before)
        yield Question("tickets", about, repository, ask.content, before, app=ask.app)


def where(ask: Ask, ticket: str, *, since: datetime | None) -> Sighting | None:
    """The column where a ticket was last seen, unless that was before ``since``."""
    desk = desk_of(ask)
    seen = ask.inputs.ledger.sighting("ticket", about_ticket(ask, desk, ticket)) if desk else None
    return seen if seen and (since is None or instant(seen) >= since) else None


def about_ticket(ask: Ask, desk: Desk, ticket: str) -> str:
    """What the sighting of a ticket is about: what another tracker answered says nothing of it."""
    return f"{ask.place.app} {desk.name} {desk.tracker.url or ''} {ticket}"


def ticket_of(about: str) -> str:
    """The ticket that such a sighting is about."""
    return about.split(" ", 3)[3]


def instant(sighting: Sighting) -> datetime:
    """When something was seen."""
    return datetime.fromisoformat(sighting.at)


def _before(ask: Ask) -> Content | None:
    return ask.standing.last_good


def _in_commits(ask: Ask, before: Content | None) -> bool:
    """Whether there are commits to be looked into."""
    if ask.app is None or ask.app.tracker is None or ask.content is None:
        return False
    if before is None:
        return ask.release is None
    return before.commit != ask.content.commit


def _about(ask: Ask, before: Content | None) -> str:
    assert ask.content is not None  # noqa: S101 - asked only with content
    return f"{ask.place.app} {ask.content.commit} {before.commit if before else 'all'}"
