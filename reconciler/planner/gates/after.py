"""Gate ``after``: the same work is proven somewhere else first.

Proven: its deployment there succeeded and, if that place has long tests, the newest they said of it
is that they passed; a later failure closes the gate again. ``soak`` counts from the end of the
deployment there, while nothing else took its place; ``max_age`` from the newest proof. What the
same work is, `sameness` says.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from reconciler.manifest.layering import resolve
from reconciler.model.gates import After
from reconciler.model.place import Place
from reconciler.model.records import Reason
from reconciler.names import seconds_of
from reconciler.planner.durations import in_words
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import span_of
from reconciler.planner.reasons import closed, opened, undecided, unfounded
from reconciler.planner.verified import Stay, stays_of
from reconciler.timetable.spans import Span

NAME = "after"


def answer(ask: Ask) -> Reason | None:
    """Open as soon as one of the places in question is; closed by the one that opens first."""
    after = ask.gates.after
    if after is None:
        return None
    found = [_of_place(ask, after, each) for each in _places(ask, after)]
    if not found:
        where = f"no place of tier {after.tier}" if after.tier else "no place"
        why = f"{where} of this customer has to come before" if _customer(ask) else where
        remedy = "name an environment that there is in 'gates.after'"
        return closed(NAME, f"{why} is there to be verified in", remedy=remedy)
    return min(found, key=_rank)


def span(ask: Ask, at: datetime) -> Span:
    """Closed until it has soaked, and from when the proof is too old; nothing is verified anew."""
    return span_of(answer(ask.at(at)))


def tests_passed(ask: Ask) -> bool:
    """Whether what stands before has proven it, however long it has still to soak."""
    after = ask.gates.after
    if after is None or ask.content is None:
        return after is None
    return any(
        stay.proven is not None
        for place in _places(ask, after)
        for stay in stays_of(ask.content, place, ask.inputs.ledger)
    )


def _rank(reason: Reason) -> tuple[int, str]:
    match reason.state, reason.opens:
        case "open", _:
            return 0, ""
        case "closed", opens if opens:
            return 1, opens
        case "unknown", _:
            return 2, ""
        case _:
            return 3, "" if reason.since else "never ran"


def _customer(ask: Ask) -> str | None:
    return ask.environment.customer if ask.environment else None


def _places(ask: Ask, after: After) -> tuple[Place, ...]:
    """Where it may have been proven, sorted; never the place itself."""
    app, own = ask.place.app, ask.place.environment
    if after.environment is not None:
        return (Place(after.environment, app),)
    return tuple(Place(name, app) for name in _of_tier(ask, after.tier) if name != own)


def _of_tier(ask: Ask, tier: str | None) -> Iterator[str]:
    snapshot, customer = ask.inputs.snapshot, _customer(ask)
    for name in sorted(snapshot.environments):
        found = resolve(snapshot, name).environment
        mine = found is not None and customer in {None, found.customer}
        if found is not None and mine and (found.tier or name) == tier:
            yield name


def _of_place(ask: Ask, after: After, place: Place) -> Reason:
    if ask.content is None:
        return unfounded(NAME)
    if ask.inputs.ledger.at(place).broken:
        why = f"the history of {place} contradicts itself"
        return undecided(NAME, why, remedy=f"find out who wrote the records of {place}")
    stays = stays_of(ask.content, place, ask.inputs.ledger)
    if not stays:
        version = ask.content.version
        return closed(
            NAME,
            f"{version} was not deployed with success in {place}",
            remedy=f"tagboat promote {place.app}@{version} --to {place.environment}",
        )
    found = [_of_stay(ask, after, each) for each in stays]
    return next((each for each in found if each.state == "open"), found[0])


def _of_stay(ask: Ask, after: After, stay: Stay) -> Reason:
    name = f"{stay.content.version} in {stay.place}"
    proven = stay.proven
    if proven is None:
        return _unproven(stay, name)
    limit = timedelta(seconds=seconds_of(after.max_age)) if after.max_age else None
    again = f"tagboat verify {stay.place}"
    if limit is not None and ask.now - proven > limit:
        old = in_words((ask.now - proven).total_seconds())
        why = f"{name} was verified {old} ago, and {after.max_age} is the most"
        return closed(NAME, why, remedy=again, since=proven + limit)
    soak = timedelta(seconds=seconds_of(after.soak)) if after.soak else timedelta()
    if stay.lasted(ask.now) < soak.total_seconds():
        return _soaking(ask, stay, name, soak, until=proven + limit if limit else None)
    since = max(proven, stay.began + soak)
    return opened(NAME, f"verified as {name}", since=since)


def _unproven(stay: Stay, name: str) -> Reason:
    if stay.test is None:
        why = f"the tests of {name} have not ended"
        return closed(NAME, why, remedy=f"wait for them: tagboat history {stay.place}")
    return Reason(
        gate=NAME,
        state="closed",
        why=f"the tests of {name} failed: {stay.test.why}",
        remedy=f"mend it and promote another release, or try again: tagboat verify {stay.place}",
        since=stay.test.at,
    )


def _soaking(ask: Ask, stay: Stay, name: str, soak: timedelta, *, until: datetime | None) -> Reason:
    ran, whole = in_words(stay.lasted(ask.now)), in_words(soak.total_seconds())
    if stay.left is not None:
        place = stay.place
        return closed(
            NAME,
            f"{name} ran for {ran} of {whole}, then something else came",
            remedy=f"tagboat promote {place.app}@{stay.content.version} --to {place.environment}",
            since=stay.left,
        )
    opens = stay.began + soak
    too_late = until is not None and opens > until
    return closed(
        NAME,
        f"{name} has run for {ran} of {whole}",
        remedy=f"wait, and verify it again: tagboat verify {stay.place}" if too_late else "wait",
        since=stay.began,
        opens=None if too_late else opens,
    )
