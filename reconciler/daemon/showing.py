"""What a turn of the loop puts up for the HTTP side to show."""

from collections.abc import Iterable

from reconciler.daemon.panel import Looked
from reconciler.daemon.view import View
from reconciler.errors import TagboatError
from reconciler.manifest.secrets import redacted
from reconciler.model.plan import Plan

_ENDED = 10
"""Deployments that are shown after their end."""


def looked(
    plan: Plan | None,
    view: View,
    *,
    before: Looked | None,
    trouble: TagboatError | None,
    troubles: Iterable[str],
) -> Looked:
    """What this turn has found, secrets masked; without a plan what was decided before stands."""
    places = before.places if before else {}
    if plan is not None:
        places = {
            str(each.place): {
                "verdict": each.verdict.value,
                "wants": each.wanted,
                "runs": each.running,
                "sentence": redacted(each.sentence),
            }
            for each in plan.decisions
        }
    return Looked(
        places,
        trouble=redacted(trouble.message) if trouble else "",
        alarms=tuple(str(each) for each in view.alarms),
        troubles=tuple(redacted(each) for each in troubles if each),
        sequence=view.ledger.sequence,
        requests=len(view.requests),
        ended=tuple(
            {
                "deployment": each.deployment,
                "ended": each.ended,
                "sentence": redacted(each.subject),
            }
            for each in view.ledger.last_ends(_ENDED)
        ),
    )
