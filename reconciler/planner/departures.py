"""When a follower with a schedule leaves: slots are counted by the history, never by the daemon.

What is there for a while, and what comes back after it, waits for no slot.
A slot lets what is new leave once. What a closed gate holds back at its slot has missed it and
waits for the next one; what is only unknown, or has to wait for another deployment, has `PATIENCE`.
A slot that nobody looked at for so long, or during which a deployment was under way, is missed too,
unless that one brings what would have left. Slots count from the first look at a newly
admitted promotion; one that comes with an override for what missed its slot leaves with that slot
after all.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.deployer.ledger import Standing
from reconciler.model.desired import Account, Desired
from reconciler.model.promotion import Promotion
from reconciler.model.records import Departure, Reason, SignOff
from reconciler.names import instant_of
from reconciler.planner.patience import PATIENCE
from reconciler.timetable.slots import Due, due, last_slot, next_slot

_PASSING = frozenset({"claim", "needs"})
"""Gates that close for a moment only."""


def on_schedule(
    found: Desired,
    promotion: Promotion,
    *,
    standing: Standing,
    sign_off: SignOff | None,
    timezone: str,
    now: datetime,
) -> Desired:
    """What is desired, with the slot that it may leave with and the slots to be written down."""
    schedule = promotion.follow.schedule if promotion.follow else None
    if schedule is None or sign_off is None:
        return found
    upcoming = next_slot(schedule, timezone, after=now)
    found = replace(found, scheduled=not found.at_once, upcoming=upcoming)
    admitted, known = standing.slot
    if admitted == sign_off.commit:
        come = due(schedule, timezone, after=instant_of(known), at=now)
        return _at(found, come, now, standing)
    if standing.missed is not None and _set_aside_for(found, promotion, standing.missed):
        return replace(found, due=instant_of(standing.missed.slot))
    begin = Account(last_slot(schedule, timezone, at=now), "counting")
    return replace(found, accounts=(begin,))


def _at(found: Desired, come: Due, now: datetime, standing: Standing) -> Desired:
    """What is desired with the slots that have come since the last one accounted for."""
    under_way = standing.open_claim
    accounts = tuple(Account(each, "missed", _late(each, standing)) for each in come.missed)
    if come.slot is None:
        return replace(found, accounts=accounts)
    slot = come.slot
    if found.at_once:
        last = Account(slot, "nothing-new", found.why)
    elif not found.new or found.source is None:
        last = Account(slot, "nothing-new", found.missing)
    elif under_way is not None and under_way.assignment.content.shown == found.shown:
        last = Account(slot, "nothing-new", f"{under_way.deployment} brings it already")
    elif now - slot > PATIENCE:
        last = Account(slot, "missed", _late(slot, standing))
    else:
        return replace(found, due=slot, accounts=accounts)
    return replace(found, accounts=(*accounts, last))


def missed(desired: Desired, closed: Sequence[Reason], *, now: datetime) -> Account | None:
    """The slot that these gates have made it miss; nothing while it may still leave."""
    if desired.due is None or not closed:
        return None
    firm = [each for each in closed if each.state == "closed" and each.gate not in _PASSING]
    if not firm and now - desired.due <= PATIENCE:
        return None
    reason = (firm or list(closed))[0]
    return Account(desired.due, "missed", f"{reason.gate}: {reason.why}")


def _late(slot: datetime, standing: Standing) -> str:
    """Why nothing left with a slot within its patience: what held it then, as far as is written."""
    refusal = standing.last_refusal
    if standing.open_claim is not None:
        return f"claim: {standing.open_claim.deployment} was under way"
    if refusal is not None and refusal.reasons and instant_of(refusal.at) >= slot:
        return f"{refusal.reasons[0].gate}: {refusal.reasons[0].why}"
    return "no reconciler looked in time"


def _set_aside_for(found: Desired, promotion: Promotion, missed: Departure) -> bool:
    """Whether the promotion came with an override for what missed its slot."""
    override = promotion.override
    return override is not None and found.new and override.release == found.shown == missed.wanted
