"""Setting a gate aside: once, for one release, by somebody who may, and with a debt that is dated.

The override stands in the promotion, so it is signed off like one, and approvals cover it. What the
gate itself says stays visible. A debt that is overdue closes the place to further overrides.
"""

from datetime import date, datetime, timedelta
from typing import get_args

from reconciler.model.promotion import Gate, Override
from reconciler.model.records import Claim, Reason
from reconciler.model.records.reason import Aside
from reconciler.names import instant_of, instant_text
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import zone_of
from reconciler.timetable.moments import day_at, start_of

GATES: frozenset[str] = frozenset(get_args(Gate))
"""Those that can be set aside; sign-off, approvals, quarantine and integrity aren't among them."""


def unless_set_aside(ask: Ask, reason: Reason) -> Reason:
    """The gate's answer, or that it is set aside and what it says otherwise."""
    override = ask.promotion.override if ask.promotion else None
    version = ask.release.version if ask.release else ask.wanted
    if override is None or override.gate != reason.gate or reason.gate not in GATES:
        return reason
    if reason.state == "open" or override.release != version:
        return reason
    obstacle = _obstacle(ask, override)
    if obstacle:
        why = f"{reason.why}; the override isn't in force: {obstacle}"
        return reason.model_copy(update={"why": why})
    by = ask.sign_off.merged_by if ask.sign_off else ""
    until = instant_text(datetime.fromisoformat(override.expires))
    aside = Aside(
        by=by,
        version=version,
        until=until,
        reason=override.reason,
        evidence=override.evidence,
        review_by=override.review_by or "",
        said=reason.why,
    )
    why = f"set aside by {by or 'the trust root'} until {until}: {override.reason}"
    return Reason(gate=reason.gate, state="open", why=f"{why} (it says: {reason.why})", aside=aside)


def ends(ask: Ask, aside: Aside) -> datetime:
    """Until when a gate stays set aside: it expires, or the debt of an older one is overdue."""
    zone = zone_of(ask)
    due = [
        start_of(date.fromisoformat(each.aside.review_by) + timedelta(days=1), zone)
        for claim in ask.standing.overrode
        if claim.deployment not in ask.standing.reviewed
        for each in claim.reasons
        if each.aside is not None and each.aside.review_by
    ]
    return min((instant_of(aside.until), *due))


def _obstacle(ask: Ask, override: Override) -> str:
    """Why an override isn't in force; empty if it is."""
    if ask.now >= datetime.fromisoformat(override.expires):
        return f"it expired on {override.expires}"
    by = ask.sign_off.merged_by if ask.sign_off else ""
    if by and by not in _may_override(ask):
        return f"{by} merged it and may not override here"
    if _used(ask, override):
        return "it was used up by an earlier promotion"
    for claim in ask.standing.overrode:
        if claim.deployment not in ask.standing.reviewed and (due := _overdue(ask, claim)):
            return (
                f"the one of {claim.deployment} was to be looked at by {due};"
                f" then run: tagboat confirm {claim.deployment}"
            )
    return ""


def _may_override(ask: Ask) -> frozenset[str]:
    people = ask.inputs.snapshot.people
    if people is None or ask.environment is None:
        return frozenset()
    customer = ask.environment.customer
    found = (people.counting(each, customer) for each in ask.environment.permissions.override)
    return frozenset().union(*found)


def _used(ask: Ask, override: Override) -> bool:
    """Whether a claim of another promotion relied on it: an override is good for one."""
    commit = ask.sign_off.commit if ask.sign_off else ""
    return any(
        claim.sign_off.commit != commit
        and each.gate == override.gate
        and each.aside is not None
        and each.aside.version == override.release
        for claim in ask.standing.overrode
        for each in claim.reasons
    )


def _overdue(ask: Ask, claim: Claim) -> str:
    """The day that has passed, in the place's time zone; empty while none has."""
    today = day_at(ask.now, zone_of(ask))
    due = [
        each.aside.review_by
        for each in claim.reasons
        if each.aside is not None and each.aside.review_by
    ]
    return min((each for each in due if date.fromisoformat(each) < today), default="")
