"""Obstacles: why what a request asks for can't be done (any more), and what to do instead (pure).

One function for each verb; who may ask is another matter.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from reconciler.deployer.ledger import Standing
from reconciler.manifest.layering import resolve
from reconciler.model.content import Content
from reconciler.model.place import Place
from reconciler.model.records import Answer, Outcome, Verb
from reconciler.model.request import Request
from reconciler.names import instant_of, instant_text, seconds_of
from reconciler.planner.asking import ask_of, way_back
from reconciler.planner.inputs import Inputs
from reconciler.planner.permission import answerers


class Obstacle(NamedTuple):
    """Why it is refused, and one action that helps."""

    why: str
    remedy: str


def obstacle(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle | None:
    """What is in the way of granting it to somebody who may; nothing if it can be done.

    ``deployment`` is the one that is meant, where the verb speaks of one.
    """
    return _JUDGES[request.verb](inputs, request, by, deployment)


def _place(request: Request) -> Place:
    return Place(request.environment, request.app or "")


def _standing(inputs: Inputs, request: Request) -> Standing:
    return inputs.ledger.at(_place(request))


def _promoting(request: Request, content: Content | None = None) -> str:
    version = content.version if content else "VERSION"
    return f"have it promoted: tagboat promote {request.app}@{version} --to {request.environment}"


def _explaining(request: Request) -> str:
    verb = "explain" if request.app else "status"
    return f"see how things are: tagboat {verb} {request.scope}"


def _waiting(request: Request) -> str:
    return f"wait for it: tagboat status {request.scope} --wait 600"


def _pause(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle | None:
    del by, deployment
    standing = _paused(inputs).get((request.environment, request.app))
    if standing is None:
        return None
    remedy = f"to pause it otherwise, first: tagboat resume {request.scope}"
    return Obstacle(f"{request.scope} is paused by {standing.by} already", remedy)


def _resume(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle | None:
    del by, deployment
    paused = _paused(inputs)
    if (request.environment, request.app) in paused:
        return None
    why = f"{request.scope} is not paused"
    if request.app and (request.environment, None) in paused:
        wide = request.environment
        return Obstacle(f"{why}, but {wide} is", f"tagboat resume {wide}")
    return Obstacle(why, _explaining(request))


def _paused(inputs: Inputs) -> Mapping[tuple[str, str | None], Answer]:
    return {
        (each.environment, each.app): each
        for each in inputs.ledger.pauses
        if not each.until or inputs.now < instant_of(each.until)
    }


def _confirm(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle | None:
    if deployment:
        return _confirm_deployment(inputs, request, by, deployment)
    content = request.content or ""
    if content in inputs.moved:
        waits = True
    elif request.app is None:
        why = f"no merge {content[:12]} changes promotions that are in force"
        return Obstacle(why, _explaining(request))
    else:
        asked = ask_of(inputs, _place(request))
        digest = asked.content.digest if asked.content else ""
        if content and content != digest:
            remedy = f"look at it, then ask again: tagboat explain {request.scope}"
            return Obstacle("what is wanted there is another by now", remedy)
        content = content or digest
        waits = asked.gates.attended and bool(content)
    given = inputs.ledger.confirmations(_place(request)) if request.app else ()
    if any(each.content == content for each in given):
        return Obstacle(f"{given[-1].by} confirmed it already", _explaining(request))
    if waits:
        return None
    return Obstacle("nothing there waits for a confirmation", _explaining(request))


def _confirm_deployment(
    inputs: Inputs, request: Request, by: str, deployment: str
) -> Obstacle | None:
    """Of one under way: it answers its questions. Of an ended one: it looks back at overrides."""
    standing = _standing(inputs, request)
    last = standing.last_claim
    asks = bool(answerers(inputs, deployment))
    if last and last.deployment == deployment and asks:
        given = (each for each in standing.confirmations if each.deployment == deployment)
        before = next(given, None)
        if before is None:
            return None
        return Obstacle(f"{before.by} confirmed it already", _explaining(request))
    claim = next((each for each in standing.overrode if each.deployment == deployment), None)
    if claim is None:
        return Obstacle(f"{deployment} waits for no confirmation", _explaining(request))
    if deployment in standing.reviewed:
        return Obstacle(f"{deployment} was looked at already", _explaining(request))
    if by in {each.aside.by for each in claim.reasons if each.aside}:
        why = f"{by} set its gate aside: another person has to look at it"
        return Obstacle(why, "have another person confirm it")
    return None


def _retry(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle | None:
    del by
    standing = _standing(inputs, request)
    if wrong := _not_the_last(standing, request, deployment):
        return wrong
    if standing.last_end is None:
        return Obstacle(f"nothing was deployed to {request.scope} yet", _promoting(request))
    if standing.open_claim:
        return Obstacle(f"{deployment} is under way", _waiting(request))
    if standing.last_end.outcome is Outcome.SUCCEEDED:
        return Obstacle(f"{deployment} has succeeded", _explaining(request))
    held = {each.deployment for each in (*standing.held.values(), *standing.failed.values())}
    if deployment in held:
        return None
    return Obstacle(f"{deployment} was allowed to be tried again already", _explaining(request))


def _abort(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle | None:
    del by
    under_way = _standing(inputs, request).open_claim
    if under_way is None:
        remedy = f"to take back what stands: tagboat rollback {request.scope}"
        return Obstacle("nothing is under way there", remedy)
    if under_way.deployment != deployment:
        why = f"{deployment} is not under way, {under_way.deployment} is"
        return Obstacle(why, f"tagboat abort {request.scope} means that one")
    before = inputs.ledger.said_of(deployment, _place(request))
    aborts = [each.by for each in before if each.verb == "abort"]
    return Obstacle(f"{aborts[0]} aborted it already", _waiting(request)) if aborts else None


def _verify(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle | None:
    del by
    standing = _standing(inputs, request)
    claim, end = standing.last_claim, standing.last_end
    if standing.open_claim or claim is None or end is None:
        return Obstacle("nothing stands there, or something is under way", _explaining(request))
    if wrong := _not_the_last(standing, request, deployment):
        return wrong
    if end.outcome is not Outcome.SUCCEEDED:
        return Obstacle(f"{deployment} did not succeed", _explaining(request))
    if not claim.assignment.lanes.verification:
        remedy = "declare them in pipeline.tests; what is deployed from then on has them"
        return Obstacle("no long tests are declared there", remedy)
    asked = inputs.ledger.asked_to_verify(_place(request))
    said = max((each.sequence for each in standing.verifications.values()), default=0)
    if asked is not None and asked.sequence > max(said, claim.sequence):
        why = f"{asked.by} asked for that already, and the tests are under way"
        return Obstacle(why, f"see what they said: tagboat history {request.scope}")
    return None


def _rollback(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle | None:
    if shut := _window_shut(inputs, request, by, deployment):
        return shut
    asked = ask_of(inputs, _place(request))
    claim = asked.standing.last_claim
    before = claim.assignment.previous if claim else None
    if claim is None or before is None:
        return Obstacle("nothing ran there before", _promoting(request))
    release = inputs.snapshot.releases.get((claim.app, claim.assignment.content.version))
    if release is not None and release.migration == "breaking":
        why = f"{release.version} changed the data, and maintenance is off"
        return Obstacle(why, "call an operator")
    if not asked.content or asked.content.digest != claim.assignment.content.digest:
        why = "the files ask for something else there by now"
        return Obstacle(why, _promoting(request, before))
    if way_back(asked) is None:
        return Obstacle(f"{before.shown} can't be made as it was", _promoting(request, before))
    return None


def _dismiss(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle | None:
    return _window_shut(inputs, request, by, deployment)


def _window_shut(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle | None:
    """Why nobody may roll it back on request any more; nothing while somebody may."""
    del by
    standing = _standing(inputs, request)
    end = standing.last_end
    if wrong := _not_the_last(standing, request, deployment):
        return wrong
    if standing.open_claim:
        remedy = f"to stop that: tagboat abort {request.scope}"
        return Obstacle(f"{standing.open_claim.deployment} is under way", remedy)
    if end is None or end.outcome is not Outcome.SUCCEEDED:
        return Obstacle("nothing has succeeded there", _explaining(request))
    before = standing.last_claim.assignment.previous if standing.last_claim else None
    why = _window_over(inputs, request, instant_of(end.ended))
    if deployment in standing.dismissed:
        why = why or f"the way back of {deployment} was dismissed"
    if why:
        return Obstacle(why, _promoting(request, before))
    if standing.returning is not None:
        return Obstacle(f"{standing.returning.by} asked for it already", _waiting(request))
    return None


def _window_over(inputs: Inputs, request: Request, since: datetime) -> str:
    environment = resolve(inputs.snapshot, request.environment, request.app).environment
    lasts = environment.pipeline.rollback.on_request if environment else None
    if lasts is None:
        return "nothing is rolled back on request there"
    until = since + timedelta(seconds=seconds_of(lasts))
    return f"that was possible until {instant_text(until)}" if inputs.now >= until else ""


def _not_the_last(standing: Standing, request: Request, deployment: str) -> Obstacle | None:
    last = standing.last_claim
    if last is None or last.deployment == deployment:
        return None
    why = f"{deployment} is not the last deployment there, {last.deployment} is"
    return Obstacle(why, f"tagboat {request.verb} {request.scope} means that one")


def _adopt(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle | None:
    """What runs was put there by hand: the history knows of nothing, and the files name it."""
    del by, deployment
    if request.app is None:
        return _of_one_place(request)
    place, asked = _place(request), ask_of(inputs, _place(request))
    if last := asked.standing.last_claim:
        why = f"{last.deployment} was deployed there: the history knows what runs"
        return Obstacle(why, _explaining(request))
    if asked.standing.granted is not None:
        return Obstacle(f"{asked.standing.granted.by} asked for it already", _waiting(request))
    if not request.content or asked.desired.shown != request.content:
        wanted = asked.desired.shown or "nothing"
        why = f"the files in force ask for {wanted} there, not for {request.content}"
        command = f"tagboat promote {request.app}@{request.content} --to {request.environment}"
        return Obstacle(why, f"have it promoted first: {command}")
    if asked.content:
        return None
    return Obstacle(f"the files in force don't lead to anything in {place}", "tagboat validate")


def _retire(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle | None:
    """The file is gone, by a signed-off merge; then somebody may ask that the place follows."""
    del by
    if request.app is None:
        return _of_one_place(request)
    key, standing = (request.environment, request.app), _standing(inputs, request)
    if key in inputs.snapshot.promotions or key in inputs.tip.promotions:
        path = _place(request).promotion_path
        remedy = f"have its removal merged: tagboat retire {request.scope} makes the branch"
        return Obstacle(f"{path} still asks for something", remedy)
    if standing.open_claim is not None:
        return Obstacle(f"{standing.open_claim.deployment} is under way", _waiting(request))
    if standing.running is None:
        why = "nothing runs there, as far as the history knows"
        return Obstacle(why, _explaining(request))
    if standing.granted is not None:
        return Obstacle(f"{standing.granted.by} asked for it already", _waiting(request))
    return _not_the_last(standing, request, deployment)


def _of_one_place(request: Request) -> Obstacle:
    remedy = f"name one: tagboat {request.verb} {request.environment}/APP"
    return Obstacle("it is for one place", remedy)


def _not_yet(inputs: Inputs, request: Request, by: str, deployment: str) -> Obstacle:
    del inputs, by, deployment
    return Obstacle(f"this version doesn't do {request.verb} yet", "use a newer Tagboat")


_JUDGES: Mapping[Verb, Callable[[Inputs, Request, str, str], Obstacle | None]] = {
    "pause": _pause,
    "resume": _resume,
    "confirm": _confirm,
    "retry": _retry,
    "rollback": _rollback,
    "dismiss": _dismiss,
    "abort": _abort,
    "verify": _verify,
    "maintenance-on": _not_yet,
    "maintenance-off": _not_yet,
    "adopt": _adopt,
    "retire": _retire,
}
