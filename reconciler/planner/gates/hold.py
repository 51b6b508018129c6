"""Gate ``hold``: a promotion that failed waits for a commit, so that nothing flaps.

The key is the place and the commit that admitted the promotion: a newly admitted change of that
file releases it. For what the trust root brought, and for what follows something, the content is
the key: a new trust root is no new wish, and what follows wants something else every time.
"""

from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask

NAME = "hold"


def answer(ask: Ask) -> Reason:
    """Closed when this very promotion has failed here before."""
    if ask.sign_off is None:
        return Reason(gate=NAME, state="open", why="nothing was tried")
    promotion = ask.promotion
    follows = promotion is not None and promotion.follow is not None
    if follows or not ask.sign_off.merged_by:
        failed = ask.standing.failed.get(ask.content.digest) if ask.content else None
    else:
        failed = ask.standing.held.get(ask.sign_off.commit)
    if failed is None:
        return Reason(gate=NAME, state="open", why="it has not failed here")
    why = f"{failed.version} {failed.outcome.value} in {failed.deployment}: {failed.why}"
    return Reason(gate=NAME, state="closed", why=why, remedy=_remedy(ask))


def _remedy(ask: Ask) -> str:
    """What brings a newly admitted change: only a merge does, so a pushed revert does not."""
    again = f", or {ask.running.version}, which runs," if ask.running else ""
    version = ask.running.version if ask.running else "VERSION"
    command = f"tagboat promote {ask.place.app}@{version} --to {ask.place.environment}"
    retry = f"tagboat retry {ask.place}"
    return f"promote another release{again} and have it merged: {command}; or try it again: {retry}"
