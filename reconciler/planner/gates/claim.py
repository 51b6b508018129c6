"""Gate ``claim``: at most one deployment is under way in a place."""

from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened

NAME = "claim"


def answer(ask: Ask) -> Reason:
    """Closed while a claim is open, whoever's it is."""
    claim = ask.inputs.ledger.at(ask.place).open_claim
    if claim is None:
        return opened(NAME, "nothing is under way")
    why = f"{claim.deployment} of {claim.reconciler} is under way since {claim.at}"
    return closed(NAME, why, remedy="wait until it has ended")
