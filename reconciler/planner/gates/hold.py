"""Gate ``hold``: a promotion that failed waits for a commit, so that nothing flaps.

The key is the place and the commit that admitted the promotion: a newly admitted change of that
file releases it. For what the trust root brought, the content is the key, since a new trust root is
no new wish.
"""

from reconciler.model.records import Outcome, Reason
from reconciler.planner.inputs import Ask

NAME = "hold"


def answer(ask: Ask) -> Reason:
    """Closed when this very promotion has failed here before."""
    if ask.sign_off is None:
        return Reason(gate=NAME, state="open", why="nothing was tried")
    standing = ask.inputs.ledger.at(ask.place)
    last = standing.last_end
    held = ask.sign_off.commit in standing.held
    if not held and not ask.sign_off.merged_by and last and last.outcome is not Outcome.SUCCEEDED:
        claim = standing.last_claim
        held = bool(claim and ask.assignment and claim.assignment.content == ask.assignment.content)
    if not held or last is None:
        return Reason(gate=NAME, state="open", why="it has not failed here")
    why = f"{last.version} {last.outcome.value} in {last.deployment}: {last.why}"
    remedy = "promote another release, or revert the merge that brought this one"
    return Reason(gate=NAME, state="closed", why=why, remedy=remedy)
