"""The end of the time in which deployments may be rolled back on request, as a record."""

from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model.records import Expiry
from reconciler.names import instant_text
from reconciler.planner.inputs import Inputs
from reconciler.planner.window import window_of
from reconciler.ports import Clock


@dataclass(slots=True)
class Windows:
    """Says which windows have closed. One thread, the deciding one.

    A clock that jumps ahead closes none early, as far as this process has seen it open: the time
    that was left then has to have passed on the clock that never jumps, too (F37).
    """

    clock: Clock
    reconciler: str
    _open: dict[tuple[str, datetime], tuple[float, float]] = field(default_factory=dict)
    """Deployment and end of its window → when that was first seen, and what was left then."""

    def due(self, inputs: Inputs) -> list[Expiry]:
        """The records to append now; each has its deployment's own id, so it is written once."""
        seen: dict[tuple[str, datetime], tuple[float, float]] = {}
        found = []
        for place in inputs.ledger.places:
            standing = inputs.ledger.at(place)
            claim, until = standing.last_claim, window_of(inputs.snapshot, standing)
            if claim is None or until is None or claim.reconciler != self.reconciler:
                continue
            moment, key = self.clock.monotonic(), (claim.deployment, until)
            left = (until - inputs.now).total_seconds()
            since, lasts = seen[key] = self._open.get(key, (moment, left))
            if left <= 0 and moment - since >= lasts:
                found.append(
                    Expiry(
                        id=Expiry.id_of(claim.deployment),
                        at=instant_text(inputs.now),
                        reconciler=self.reconciler,
                        environment=place.environment,
                        app=place.app,
                        deployment=claim.deployment,
                        until=instant_text(until),
                    )
                )
        self._open = seen
        return found
