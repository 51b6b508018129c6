"""Gate ``follow``: there is something to take where the promotion looks, and it is proven there."""

from datetime import datetime

from reconciler.model.records import Reason
from reconciler.names import instant_of
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened, undecided
from reconciler.timetable.spans import ALWAYS, Span

NAME = "follow"


def span(ask: Ask, at: datetime) -> Span:
    """What is there for a while is wanted until its time is over."""
    temporary = ask.promotion.temporary if ask.promotion else None
    ends = instant_of(temporary.expires) if temporary else None
    gone = ends is not None and ask.now < ends <= at
    return Span(open=False, since=ends) if gone else ALWAYS


def answer(ask: Ask) -> Reason | None:
    """Closed while nothing is there to take; not asked of a release that the file names."""
    desired = ask.desired
    named = ask.promotion is None or (ask.promotion.release and not ask.promotion.temporary)
    if named:
        return None
    if desired.unknown:
        return undecided(NAME, desired.missing, remedy="wait until its repository has answered")
    if desired.source is None:
        return closed(NAME, desired.missing, remedy="wait, or promote a release")
    if desired.unproven and not _asked_by_after(ask):
        return closed(
            NAME,
            f"{desired.shown}: {desired.unproven}",
            remedy=f"wait, or promote {ask.place.app}@{desired.shown} by name",
        )
    return opened(NAME, f"{desired.shown}, {desired.why}" if desired.why else desired.shown)


def _asked_by_after(ask: Ask) -> bool:
    """Whether the gate ``after``, which can be set aside, asks for a proof at the same place.

    It isn't asked of what has run here before.
    """
    if ask.goes_back:
        return False
    follow = ask.promotion.follow if ask.promotion else None
    after = ask.gates.after
    return follow is not None and after is not None and after.environment == follow.environment
