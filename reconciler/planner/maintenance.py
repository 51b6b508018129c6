"""Maintenance by hand: what is in the way of its page, and what is said of it (pure)."""

from datetime import datetime

from reconciler.deployer.screens import by_driver, left_up, screens_at, wanted
from reconciler.deployer.standing import Standing
from reconciler.manifest.layering import resolve
from reconciler.model.place import Place
from reconciler.model.records import Answer
from reconciler.names import instant_of
from reconciler.planner.inputs import Ask, Inputs
from reconciler.planner.obstacle import Obstacle, explaining
from reconciler.planner.opening import zone_of
from reconciler.planner.permission import Deed
from reconciler.timetable.moments import local_text


def turning_on(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    """Why the page can't be put up: in an environment, wherever something runs."""
    del by
    if here := _on(inputs, deed):
        remedy = f"to have it otherwise, first: tagboat maintenance off {deed.scope}"
        return Obstacle(f"{deed.scope} is under maintenance by {here.by} already", remedy)
    there = [
        standing
        for place in inputs.ledger.places
        if place.environment == deed.environment and deed.app in {"", place.app}
        if (standing := inputs.ledger.at(place)).running or standing.stuck or standing.open_claim
    ]
    if not there:
        return Obstacle("nothing runs there that visitors could be kept out of", explaining(deed))
    found = (_unfit(inputs, deed, each) for each in there)
    return next((each for each in found if each is not None), None)


def _unfit(inputs: Inputs, deed: Deed, standing: Standing) -> Obstacle | None:
    """Why one place can't be put under maintenance now."""
    place, last = standing.place, standing.last_claim
    if standing.open_claim is not None:
        remedy = f"wait for it, or stop it: tagboat abort {place}"
        return Obstacle(f"{standing.open_claim.deployment} is under way", remedy)
    if deed.app and (stuck := left_up(standing)) is not None:
        why = f"the page of {stuck.deployment} is up, since that got stuck"
        return Obstacle(why, f"to let visitors in: tagboat maintenance off {place}")
    laid = resolve(inputs.snapshot, place.environment, place.app).environment
    steps = laid.pipeline.maintenance if laid else None
    if steps is not None and (steps.run is not None or steps.undo is not None):
        why = f"commands of its pipeline do maintenance in {place}, only within a deployment"
        return Obstacle(why, "take pipeline.maintenance.run and undo out, or do it by hand")
    if last is None or (standing.settled and standing.settled[-1].assignment.lanes.adopts):
        why = f"what runs in {place} was taken over as it is, and its driver can't stop it"
        return Obstacle(why, "have a release deployed there first")
    target = last.assignment.target
    if target.driver == "local" and not target.listen:
        why = f"nobody can be shown a page in {place}: its target has no listen"
        return Obstacle(why, "write an address into target.listen, and have it deployed")
    return None


def turning_off(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    """Why no page is taken down: it is neither one by hand nor that of a stuck place (D15)."""
    del by
    if _on(inputs, deed):
        return None
    stuck = left_up(inputs.ledger.at(Place(deed.environment, deed.app))) if deed.app else None
    if stuck is not None and by_driver(stuck):
        return None
    if stuck is not None:
        why = f"commands did the maintenance of {stuck.deployment}, and only those end it"
        return Obstacle(why, f"let visitors in by hand, or promote again: {explaining(deed)}")
    why = f"{deed.scope} is not under maintenance by hand"
    if deed.app and _on(inputs, Deed(deed.verb, deed.environment)):
        wide = deed.environment
        return Obstacle(f"{why}, but {wide} is", f"tagboat maintenance off {wide}")
    return Obstacle(why, explaining(deed))


def _on(inputs: Inputs, deed: Deed) -> Answer | None:
    """The request by which exactly this scope is under maintenance."""
    standing = inputs.ledger.at(Place(deed.environment, deed.app))
    found = screens_at(standing, inputs.now)
    return next((each for each in found if (each.app or "") == deed.app), None)


def notes_of(ask: Ask) -> tuple[str, ...]:
    """What readers should know of a page that visitors see though nothing is under way."""
    standing, found = ask.standing, _kept_out(ask)
    if found:
        last = max(found, key=_end)
        until = local_text(_end(last), zone_of(ask))
        back = " && ".join(f"tagboat maintenance off {scope_of(each)}" for each in found)
        why = f"visitors are to see a page of maintenance until {until}, asked for by {last.by}"
        return (f"{why}: {last.reason}; to take it down: {back}",)
    stuck = left_up(standing)
    if stuck is None or not by_driver(stuck):
        return ()
    why = f"visitors see the page of maintenance that {stuck.deployment} has left"
    return (f"{why}; to let them in: tagboat maintenance off {ask.place}",)


def kept_out_until(ask: Ask) -> str:
    """Until when people keep visitors out; empty if nobody does."""
    found = _kept_out(ask)
    return max(found, key=_end).until if found else ""


def _kept_out(ask: Ask) -> tuple[Answer, ...]:
    """The requests by which visitors are kept out; none where there is nothing to visit."""
    return screens_at(ask.standing, ask.now) if wanted(ask.standing, ask.now) else ()


def scope_of(answer: Answer) -> str:
    """Where a request is for: ``production/shop``, or ``production`` for all its apps."""
    return f"{answer.environment}/{answer.app}" if answer.app else answer.environment


def _end(answer: Answer) -> datetime:
    return instant_of(answer.until)
