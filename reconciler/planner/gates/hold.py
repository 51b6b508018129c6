"""Gate ``hold``: a promotion that failed waits for a commit, so that nothing flaps.

The key is the place and the commit that admitted the promotion: a newly admitted change of that
file releases it. For some the content is the key: for what the trust root brought, since a new
trust root is no new wish, and for what follows something or is there for a while, since such a
promotion wants something else in its time.
"""

from reconciler.model.records import Answer, Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened

NAME = "hold"


def answer(ask: Ask) -> Reason:
    """Closed when this very promotion has failed here before."""
    if ask.sign_off is None:
        return opened(NAME, "nothing was tried")
    promotion = ask.promotion
    moves = promotion is not None and (promotion.follow or promotion.temporary)
    if moves or not ask.sign_off.merged_by:
        failed = ask.standing.failed.get(ask.content.digest) if ask.content else None
    else:
        failed = ask.standing.held.get(ask.sign_off.commit)
    if failed is None and (taken := _withdrawn(ask)) is not None:
        reason = f": {taken.reason}" if taken.reason else ""
        why = f"{taken.by} took {ask.wanted} of {taken.deployment} back{reason}"
        return closed(NAME, why, remedy=_merge(ask))
    if failed is None:
        # A retry lets a failure go, so it may have failed here all the same.
        why = f"no failure in {ask.place.environment} holds {ask.wanted or 'it'} back"
        return opened(NAME, why)
    why = f"{failed.version} {failed.outcome.value} in {failed.deployment}: {failed.why}"
    return closed(NAME, why, remedy=_remedy(ask))


def _withdrawn(ask: Ask) -> Answer | None:
    """The request that took this very promotion of this content back."""
    found = ask.standing.withdrawn.get(ask.content.digest) if ask.content else None
    if found is None or ask.sign_off is None or found[0] != ask.sign_off.commit:
        return None
    return found[1]


def _remedy(ask: Ask) -> str:
    """Another release, or this one once more."""
    return f"{_merge(ask)}; or try it again: tagboat retry {ask.place}"


def _merge(ask: Ask) -> str:
    """What brings a newly admitted change: only a merge does, so a pushed revert does not."""
    again = f", or {ask.running.version}, which runs," if ask.running else ""
    version = ask.running.version if ask.running else "VERSION"
    command = f"tagboat promote {ask.place.app}@{version} --to {ask.place.environment}"
    return f"promote another release{again} and have it merged: {command}"
