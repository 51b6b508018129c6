"""Gate ``needs``: other apps of the same environment come first (B50).

Promotions that one merge brings together are one group: what is needed has to run what that merge
wants of it. Otherwise it has to run something that was proven, whatever else is wanted there.
"""

from reconciler.model.place import Place
from reconciler.model.records import Reason
from reconciler.planner.asking import ask_of
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened

NAME = "needs"


def answer(ask: Ask) -> Reason | None:
    """Closed, which is waiting and no error, by the first app that hasn't come yet."""
    needs = ask.promotion.needs if ask.promotion else ()
    if not needs:
        return None
    for app in needs:
        place = Place(ask.place.environment, app)
        why = _waits_for(ask, ask_of(ask.inputs, place))
        if why:
            return closed(NAME, f"{place} {why}", remedy=f"see what {place} waits for")
    return opened(NAME, f"{', '.join(needs)} came first")


def _waits_for(ask: Ask, other: Ask) -> str:
    """What is still to happen there; empty if nothing is."""
    standing = other.standing
    if standing.broken is not None:
        return "has a history that contradicts itself"
    if standing.open_claim is not None:
        return f"is being deployed as {standing.open_claim.deployment}"
    if standing.running is None:
        return "can't be told from its history" if standing.stuck else "runs nothing yet"
    if _together(ask, other) and other.content != standing.running:
        return f"doesn't run {other.wanted} yet, which the same merge brings"
    return ""


def _together(ask: Ask, other: Ask) -> bool:
    """Whether one merge brought both; the trust root brings everything at once, too."""
    mine, theirs = ask.sign_off, other.sign_off
    return mine is not None and theirs is not None and mine.commit == theirs.commit
