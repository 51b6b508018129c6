"""Gate ``tickets``: all tickets of what would start stand where the place wants them (S11).

They are those that the release names, and its commits since what runs here. Where they stand is
what a sighting says. They are read at departure: what leaves with a slot needs a look since that
slot, and anything else one of the last minutes, before it starts.
"""

from collections.abc import Iterator
from datetime import timedelta

from reconciler.model.question import Question
from reconciler.model.records import Reason
from reconciler.planner import tickets
from reconciler.planner.gates.tag import unseen
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import zone_of
from reconciler.planner.reasons import closed, opened, undecided, unfounded
from reconciler.planner.tickets import Desk
from reconciler.timetable.moments import local_text

NAME = "tickets"
FRESH = timedelta(minutes=5)
"""How old a look may be at a start."""
MOST = 500
"""Tickets that are asked for at most."""
_SELDOM = 600.0
_OFTEN = 60.0


def answer(ask: Ask) -> Reason | None:
    """Closed by the first ticket that stands elsewhere, unknown while one was not looked at."""
    if ask.gates.tickets is None:
        return None
    if ask.content is None:
        return unfounded(NAME)
    names, desk = tickets.named(ask), tickets.desk_of(ask)
    if ask.release is None and desk is None:
        why = "nobody knows which tickets it has: the app names no tracker"
        return undecided(NAME, why, remedy=_REMEDY.format(ask.place.app))
    if names is None:
        why = "nobody has looked yet which tickets its commits name"
        unknown = unseen(NAME, ask.content.repository, ask.inputs.repositories, why)
        return _elsewhere(ask, tickets.own(ask)) or unknown
    return _elsewhere(ask, names) or _standing(ask, names, desk)


def at_the_start(ask: Ask, reason: Reason) -> Reason:
    """What it says where nothing else is in the way: what was seen long ago doesn't do."""
    names, desk = tickets.named(ask) or (), tickets.desk_of(ask)
    since = ask.now - FRESH
    old = [each for each in names if tickets.where(ask, each, since=since) is None]
    if not old or ask.inputs.repositories is None:
        return reason
    return _unseen(ask, desk, old, "where {} has to be looked at once more before it starts")


_REMEDY = "add 'tracker:' to releases/{}/app.yaml"


def _standing(ask: Ask, names: tuple[str, ...], desk: Desk | None) -> Reason:
    if not names:
        return opened(NAME, f"{'the release' if ask.release else ask.wanted} names no ticket")
    if len(names) > MOST:
        why = f"it names {len(names)} tickets, and {MOST} are the most"
        return undecided(NAME, why, remedy=f"take over what runs here: tagboat adopt {ask.place}")
    old = [each for each in names if tickets.where(ask, each, since=ask.desired.due) is None]
    if old:
        return _unseen(ask, desk, old, "nobody has looked yet where {}")
    return opened(NAME, f"in {_wanted(ask)}: {', '.join(names)}")


def _elsewhere(ask: Ask, names: tuple[str, ...]) -> Reason | None:
    """The first of these that was seen in another column."""
    state = _wanted(ask)
    for each in names:
        seen = tickets.where(ask, each, since=ask.desired.due)
        found = seen.facts.get("state", "") if seen else state
        if found != state:
            said = f"stands in {found}" if found else "isn't there"
            why = f"{each} {said}, and {state} is asked for"
            return closed(NAME, why, remedy=f"move {each} to {state}")
    return None


def _wanted(ask: Ask) -> str:
    return ask.gates.tickets.state if ask.gates.tickets else ""


def _unseen(ask: Ask, desk: Desk | None, names: list[str], why: str) -> Reason:
    """Why nobody knows where these stand, and when somebody last asked."""
    said = why.format(f"{', '.join(names)} {'stand' if len(names) > 1 else 'stands'}")
    if desk is None:
        why = f"{said}: the app names no tracker"
        return undecided(NAME, why, remedy=_REMEDY.format(ask.place.app))
    tracker, here = desk.tracker, ask.inputs.repositories
    if tracker.type not in tickets.ASKED:
        why = f"this version of Tagboat can't ask {desk.name}, a tracker of type {tracker.type}"
        return undecided(NAME, why, remedy="set the gate aside, or use a newer Tagboat")
    if not (tracker.secret and tracker.url):
        why = f"{said}: {desk.name} has no {'secret' if tracker.url else 'url'}"
        return undecided(NAME, why, remedy="add it in environments/connections.yaml")
    last = ask.inputs.ledger.sighting("tracker", desk.name)
    if here is not None and desk.secret not in here:
        remedy = f"name it in [secrets.{tracker.secret}] of the reconciler's host"
        return undecided(NAME, f"this host has no secret {tracker.secret}", remedy=remedy)
    if last is not None and last.facts.get("answers") == "no":
        when = local_text(tickets.instant(last), zone_of(ask))
        why = f"{desk.name} was last asked {when} and didn't answer: {last.facts.get('why', '')}"
        return undecided(
            NAME, f"{why}; {said}", remedy="wait until it answers, or set the gate aside"
        )
    return undecided(NAME, said, remedy=f"wait until {desk.name} has answered")


def questions(ask: Ask, *, alone: bool) -> Iterator[Question]:
    """Which tickets there are, where each stands, and whether the tracker answers.

    ``alone``: nothing is in the way of the start but that they weren't looked at lately.
    """
    if ask.gates.tickets is None or ask.content is None:
        return
    yield from tickets.of_commits(ask)
    names, desk = tickets.named(ask), tickets.desk_of(ask)
    if not names or len(names) > MOST or desk is None or not desk.can_ask(ask):
        return
    leaving = alone or ask.desired.due is not None
    again = _OFTEN if leaving or not ask.desired.scheduled else _SELDOM
    since = max(filter(None, (ask.desired.due, ask.now - FRESH if alone else None)), default=None)
    for each in names:
        about = tickets.about_ticket(ask, desk, each)
        yield Question("ticket", about, desk.source, tracker=desk.tracker, since=since, again=again)
    last = ask.inputs.ledger.sighting("tracker", desk.name)
    mute = leaving and last is not None and last.facts.get("answers") == "no"
    since = ask.now - 2 * FRESH if mute else None
    yield Question(
        "tracker", desk.name, desk.source, tracker=desk.tracker, since=since, again=again
    )
