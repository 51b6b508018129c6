"""The time in which the last deployment of a place may be rolled back on request (D18, pure)."""

from datetime import datetime, timedelta

from reconciler.deployer.standing import Standing
from reconciler.manifest.layering import resolve
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.place import Place
from reconciler.model.records import End, Outcome
from reconciler.names import instant_of, seconds_of


def until_of(snapshot: Snapshot, place: Place, end: End) -> datetime | None:
    """Until when what ended so may be taken back; nothing where the policy has no such time.

    It counts from the recorded end, so a restart doesn't move it (F13).
    """
    environment = resolve(snapshot, place.environment, place.app).environment
    lasts = environment.pipeline.rollback.on_request if environment else None
    if lasts is None:
        return None
    return instant_of(end.ended) + timedelta(seconds=seconds_of(lasts))


def window_of(snapshot: Snapshot, standing: Standing) -> datetime | None:
    """Until when the last deployment may be taken back, as long as no record has put an end to it.

    Nothing where there is nothing to go back to, or where somebody asked for it or dismissed it.
    What only put content back where it was changed by hand opens none: it would lead to itself.
    """
    claim, end = standing.last_claim, standing.last_end
    if claim is None or end is None or standing.open_claim or claim.assignment.previous is None:
        return None
    over = standing.expired or standing.rollback or end.deployment in standing.dismissed
    if over or claim.mends or end.outcome is not Outcome.SUCCEEDED or end.retired:
        return None
    return until_of(snapshot, standing.place, end)
