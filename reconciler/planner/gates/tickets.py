"""Gate ``tickets``: all tickets of the release stand where the place wants them (S11).

The state is what a sighting says; one that was never looked at is unknown. Tickets are those that
the release names.
"""

from collections.abc import Iterator

from reconciler.model.question import Question
from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened, undecided, unfounded

NAME = "tickets"


def answer(ask: Ask) -> Reason | None:
    """Closed by the first ticket that stands elsewhere, unknown while one was never seen."""
    if ask.gates.tickets is None:
        return None
    if ask.content is None:
        return unfounded(NAME)
    if ask.release is None:
        why = "nobody knows which tickets it has"
        return undecided(NAME, why, remedy="promote a release, which names its tickets")
    state = ask.gates.tickets.state
    unseen = []
    for each in questions(ask):
        seen = ask.inputs.ledger.sighting("ticket", each.about)
        found = seen.facts.get("state", "") if seen else ""
        name = each.about.partition(" ")[2]
        if seen is None:
            unseen.append(name)
        elif found != state:
            said = f"stands in {found}" if found else "isn't there"
            why = f"{name} {said}, and {state} is asked for"
            return closed(NAME, why, remedy=f"move {name} to {state}")
    if unseen:
        why = f"nobody has looked yet where {', '.join(unseen)} stands"
        return undecided(NAME, why, remedy="wait until the tracker has answered")
    names = ", ".join(ask.release.tickets)
    return opened(NAME, f"in {state}: {names}" if names else "the release names no ticket")


def questions(ask: Ask) -> Iterator[Question]:
    """Where each ticket stands."""
    if ask.gates.tickets is not None and ask.release is not None:
        for each in dict.fromkeys(ask.release.tickets):
            yield Question("ticket", f"{ask.place.app} {each}", ask.place.app)
