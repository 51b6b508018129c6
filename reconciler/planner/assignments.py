"""Assignments, each made once as long as what it is made of stays the same (L2, pure)."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import cast

from reconciler.deployer.lanes import Before
from reconciler.deployer.ledger import Standing
from reconciler.deployer.pipeline import assign
from reconciler.deployer.takeover import adoption, mending
from reconciler.errors import TagboatError
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.app import App
from reconciler.model.deployment import Assignment
from reconciler.model.environment import Environment
from reconciler.model.place import Place
from reconciler.model.release import Release
from reconciler.model.unreleased import Unreleased

_KEY = "assignments"


@dataclass(frozen=True, slots=True)
class Making:
    """All that an assignment is made of.

    ``leaves``: whether the last good content leaves; ``adopts``: whether what is there already is
    taken over; ``screened``: whether a person keeps visitors out.
    """

    app: App
    source: Release | Unreleased
    environment: Environment
    standing: Standing
    leaves: bool
    adopts: bool
    screened: bool

    def within(self, snapshot: Snapshot) -> Assignment | None:
        """The assignment, which is kept beside the files; nothing where they don't lead to one.

        Placeholders and the like are findings already: the gate `files` tells them.
        """
        kept = cast("_Kept", snapshot.layered.setdefault(_KEY, {}))
        known = kept.get(self.standing.place)
        if known is None or not self._is_same(known[0]):
            known = kept[self.standing.place] = (self, self._made())
        return known[1]

    def _is_same(self, other: "Making") -> bool:
        return (
            self.app is other.app
            and self.environment is other.environment
            and self.standing is other.standing
            and (self.leaves, self.adopts) == (other.leaves, other.adopts)
            and self.screened == other.screened
            and (self.source is other.source or self.source == other.source)
        )

    def _made(self) -> Assignment | None:
        try:
            made = assign(
                self.app,
                self.source,
                self.environment,
                before=Before.of(self.standing, leaves=self.leaves, screened=self.screened),
                keep=self.standing.keep(self.environment.pipeline.rollback.keep),
            )
            running = self.standing.running
            if self.standing.drifted and running and running.digest == made.content.digest:
                return mending(made)
            return adoption(made) if self.adopts else made
        except (TagboatError, ValueError):
            return None


def forget(snapshot: Snapshot, place: Place) -> None:
    """Let go of the assignment of a place: one that rests isn't asked for it again."""
    cast("_Kept", snapshot.layered.get(_KEY, {})).pop(place, None)


_Kept = MutableMapping[Place, tuple[Making, Assignment | None]]
"""Place → what its assignment was made of, and the assignment."""
