"""Gate ``approvals``: every seat is filled, each by another person, and nobody said no.

A word counts for exactly what it was given for (`bound_digest`), until it expires, and for one
promotion: the first claim of a promotion uses it up, and only retries of that promotion may use it
again. The merge is a word too. A rejection closes the gate whoever's it is, until it is removed.
"""

from collections.abc import Iterable
from datetime import datetime

from reconciler.manifest.binding import bound_digest
from reconciler.manifest.paths import release_path
from reconciler.model.gates import Seat
from reconciler.model.people import People
from reconciler.model.records import Reason
from reconciler.planner.consents import Consent, consents_of, lasting, used_up
from reconciler.planner.gates import after
from reconciler.planner.inputs import Ask
from reconciler.planner.overrides import unless_set_aside
from reconciler.planner.reasons import closed, opened
from reconciler.signoff import codes
from reconciler.signoff.seats import fill
from reconciler.timetable.spans import Span

NAME = "approvals"


def answer(ask: Ask) -> Reason | None:
    """Closed by a rejection, else by seats that nobody fills; those who may are named."""
    consents = consents_of(ask)
    for each in consents:
        if each.decision == "rejected" and each.counts(ask.now):
            return _rejected(ask, each)
    seats = [seat for seat in ask.gates.approvals for _ in range(seat.count)]
    if not seats:
        return None
    faults = {each: _fault(ask, each) for each in consents}
    good = [each for each in consents if not faults[each]]
    people = ask.inputs.snapshot.people
    filled = fill([_eligible(ask, seat, good, people) for seat in seats])
    if None not in filled:
        who = ", ".join(f"{seat.role} {person}" for seat, person in zip(seats, filled, strict=True))
        return opened(NAME, f"agreed: {who}")
    empty = [seat.role for seat, person in zip(seats, filled, strict=True) if person is None]
    if not _is_time(ask):
        why = "asked for as soon as what comes before has passed its tests"
        return closed(NAME, why, remedy="see the gate after", who=_roles(empty))
    return _lacking(ask, empty, total=len(seats), faults=[each for each in faults.values() if each])


def span(ask: Ask, at: datetime) -> Span:
    """Closed from when a word expires without which a seat is empty; nobody gives another."""
    return lasting(ask, at, answer)


def _is_time(ask: Ask) -> bool:
    """Whether what comes before has passed its tests, or isn't waited for."""
    before = after.answer(ask)
    if before is None or after.tests_passed(ask):
        return True
    return unless_set_aside(ask, before).state == "open"


def _rejected(ask: Ask, consent: Consent) -> Reason:
    said = f": {consent.comment}" if consent.comment else ""
    app, version = ask.place.app, ask.wanted
    return closed(
        NAME,
        f"{consent.person} rejected {app} {version}{said}",
        remedy=f"promote another release, or let {consent.person} have {consent.path} removed",
        who=(f"person/{consent.person}",),
        since=consent.at if consent.at < ask.now else None,
    )


def _lacking(ask: Ask, empty: list[str], *, total: int, faults: list[str]) -> Reason:
    names = ", ".join(dict.fromkeys(empty))
    many = "seats are" if len(empty) > 1 else "seats is"
    said = (
        f"{len(empty)} of {total} {many} empty: {names}"
        if total > 1
        else f"the seat of {names} is empty"
    )
    why = "; ".join([said, *faults])
    version = ask.release.version if ask.release else ask.wanted
    return closed(
        NAME,
        why,
        remedy=f"tagboat approve {ask.place.app}@{version} --to {ask.place.environment}",
        who=_roles(empty),
    )


def _roles(roles: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"role/{each}" for each in dict.fromkeys(roles))


def _eligible(
    ask: Ask, seat: Seat, consents: list[Consent], people: People | None
) -> frozenset[str]:
    """Those whose word fits the seat."""
    customer = ask.environment.customer if ask.environment else None
    may = people.counting(f"role/{seat.role}", customer) if people else frozenset()
    return frozenset(
        each.person
        for each in consents
        if each.role in {"", seat.role} and each.decision in seat.accepts and each.person in may
    )


def _fault(ask: Ask, consent: Consent) -> str:
    """Why a word doesn't count; empty if it does."""
    authors = _authors(ask) if ask.gates.four_eyes else frozenset()
    whose = consent.recorded_by or consent.person
    if consent.decision == "rejected":
        return f"the rejection by {consent.person} has expired"
    if {consent.person, whose} & authors:
        return f"{whose} wrote what is to be agreed to"
    if not consent.counts(ask.now):
        return f"the word of {consent.person} has expired"
    if consent.digest:
        bound = _bound(ask)
        if consent.digest != bound:
            code, now = codes.OTHER_APPROVED.id, (bound or "nothing")[:15]
            return f"{code} {consent.person} agreed to {consent.digest[:15]}…, this is {now}…"
        if used_up(ask, consent):
            return f"the word of {consent.person} was for the promotion before this one"
    return ""


def _bound(ask: Ask) -> str | None:
    version = ask.release.version if ask.release else ""
    place, snapshot = ask.place, ask.inputs.snapshot
    return bound_digest(
        snapshot, place.environment, place.app, version=version, promotion=ask.promotion
    )


def _authors(ask: Ask) -> frozenset[str]:
    """Who wrote the promotion or the release."""
    found = set(ask.sign_off.authors if ask.sign_off else ())
    if ask.release is not None:
        path = release_path(ask.place.app, ask.release.version)
        admission = ask.inputs.judgement.admissions.get(path)
        found |= set(admission.authors if admission else ())
    return frozenset(found)
