"""Judging requests: whether who asked may, and whether what is asked for can still be done.

Permissions are those of the admitted files now. ``initiator`` is who wrote the change that set the
promotion; for a deployment, that of its claim. What a granted request does follows from its answer
in the history, and from nothing else.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from reconciler.deployer.ledger import Standing
from reconciler.manifest.layering import resolve
from reconciler.model.place import Place
from reconciler.model.records import Answer, Claim, Outcome, Verb
from reconciler.model.request import HOST, Received, Request
from reconciler.names import instant_of, instant_text, seconds_of
from reconciler.planner.asking import ask_of, way_back
from reconciler.planner.inputs import Inputs
from reconciler.planner.permission import needed_for

_INITIATOR = "initiator"


def judged_answer(inputs: Inputs, received: Received, *, reconciler: str) -> Answer:
    """The one answer to a request; its record has the request's id, so two are never kept.

    Pure: what it rests on are the files in force, the history and the time of ``inputs``.
    """
    request = received.request
    people = inputs.snapshot.people
    by = (people.owner_of(received.key) if people else "") if received.key else HOST
    deployment = request.deployment or _meant(inputs, request)
    why = _refused(inputs, request, by=by, key=received.key, deployment=deployment)
    return Answer(
        id=received.id,
        at=instant_text(inputs.now),
        reconciler=reconciler,
        request=received.id,
        verb=request.verb,
        environment=request.environment,
        app=request.app,
        deployment=deployment,
        content=request.content or "",
        by=by or received.key,
        granted=not why,
        reason=request.reason or "",
        why=why,
        until=request.until or "",
    )


def _refused(inputs: Inputs, request: Request, *, by: str, key: str, deployment: str) -> str:
    """Why it isn't granted; empty if it is."""
    if request.repository != inputs.judgement.root:
        root = inputs.judgement.root[:12]
        return f"it is for trust root {request.repository[:12]}, and this is {root}"
    if not by:
        return f"the key {key} is nobody's in environments/people.yaml"
    if late := _late(request, inputs.now):
        return late
    if not _known(inputs, request):
        return f"there is no place {request.scope}"
    if by != HOST and (missing := _forbidden(inputs, request, by=by, deployment=deployment)):
        return missing
    return _JUDGES[request.verb](inputs, request, by, deployment)


def _late(request: Request, now: datetime) -> str:
    if now >= instant_of(request.expires):
        return f"it came too late: it was good until {request.expires}"
    if request.until and now >= instant_of(request.until):
        return f"its end, {request.until}, has passed"
    return ""


def _known(inputs: Inputs, request: Request) -> bool:
    if request.app is None:
        return request.environment in inputs.snapshot.environments
    place = Place(request.environment, request.app)
    named = (request.environment, request.app) in inputs.snapshot.promotions
    return named or place in inputs.ledger.places


def _meant(inputs: Inputs, request: Request) -> str:
    """The deployment that is meant where none is named: the last one of the place."""
    if request.app is None or request.verb in {"pause", "resume", "confirm", "adopt"}:
        return ""
    last = inputs.ledger.at(Place(request.environment, request.app)).last_claim
    return last.deployment if last else ""


def _forbidden(inputs: Inputs, request: Request, *, by: str, deployment: str) -> str:
    """Whom the environment's permissions want instead; empty if they allow it."""
    environment = resolve(inputs.snapshot, request.environment, request.app).environment
    people = inputs.snapshot.people
    if environment is None or people is None:
        return f"nobody can tell who may: the files of {request.environment} are broken"
    verb = needed_for(request.verb)
    references = environment.permissions.who(verb)
    if verb == "confirm":
        # A test by hand says itself who may answer.
        references = _answerers(inputs, deployment) or references
    allowed = {
        person
        for each in references
        if each != _INITIATOR
        for person in people.counting(each, environment.customer)
    }
    # Within its window, what the initiator brought is theirs to take back (D18).
    if _INITIATOR in references or verb == "rollback":
        allowed |= people.people.keys() & _initiators(inputs, request, deployment)
    if by in allowed:
        return ""
    return f"{by} may not {verb} here: {', '.join(references)} may"


def _answerers(inputs: Inputs, deployment: str) -> tuple[str, ...]:
    """Who may answer the questions that a deployment asks; nobody if it asks none."""
    claim = inputs.ledger.claims.get(deployment)
    if claim is None:
        return ()
    lanes = claim.assignment.lanes
    found = {
        each: None
        for step in (*lanes.forward, *lanes.verification)
        for test in step.tests
        if test.probe == "manual"
        for each in test.settings["by"]
    }
    return tuple(found)


def _initiators(inputs: Inputs, request: Request, deployment: str) -> frozenset[str]:
    claim = inputs.ledger.claims.get(deployment)
    if claim is not None and Place(claim.environment, claim.app) == _place(request):
        return frozenset(claim.sign_off.authors)
    if request.app is None or deployment:
        return frozenset()
    admission = inputs.judgement.admissions.get(_place(request).promotion_path)
    return frozenset(admission.authors) if admission else frozenset()


def _place(request: Request) -> Place:
    return Place(request.environment, request.app or "")


def _pause(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    del by, deployment
    standing = _paused(inputs).get((request.environment, request.app))
    return f"{request.scope} is paused by {standing.by} already" if standing else ""


def _resume(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    del by, deployment
    paused = (request.environment, request.app) in _paused(inputs)
    return "" if paused else f"{request.scope} is not paused"


def _paused(inputs: Inputs) -> Mapping[tuple[str, str | None], Answer]:
    return {
        (each.environment, each.app): each
        for each in inputs.ledger.pauses
        if not each.until or inputs.now < instant_of(each.until)
    }


def _confirm(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    if deployment:
        return _confirm_deployment(inputs, request, by, deployment)
    content = request.content or ""
    if content in inputs.moved:
        waits = True
    elif request.app is None:
        return f"no merge {content[:12]} changes promotions that are in force"
    else:
        asked = ask_of(inputs, _place(request))
        digest = asked.content.digest if asked.content else ""
        if content and content != digest:
            return "what is wanted there is another by now"
        content = content or digest
        waits = asked.gates.attended and bool(content)
    given = inputs.ledger.confirmations(_place(request)) if request.app else ()
    if any(each.content == content for each in given):
        return f"{given[-1].by} confirmed it already"
    return "" if waits else "nothing there waits for a confirmation"


def _confirm_deployment(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    """Of one under way: it answers its questions. Of an ended one: it looks back at overrides."""
    standing = _standing(inputs, request)
    last = standing.last_claim
    asks = bool(_answerers(inputs, deployment))
    if last and last.deployment == deployment and asks:
        given = (each for each in standing.confirmations if each.deployment == deployment)
        before = next(given, None)
        return f"{before.by} confirmed it already" if before else ""
    claim = next((each for each in standing.overrode if each.deployment == deployment), None)
    if claim is None:
        return f"{deployment} waits for no confirmation"
    if deployment in standing.reviewed:
        return f"{deployment} was looked at already"
    if by in {each.aside.by for each in claim.reasons if each.aside}:
        return f"{by} set its gate aside: another person has to look at it"
    return ""


def _retry(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    del by
    standing = _standing(inputs, request)
    if (wrong := _not_the_last(standing, deployment)) or standing.last_end is None:
        return wrong or f"nothing was deployed to {request.scope} yet"
    if standing.open_claim:
        return f"{deployment} is under way"
    if standing.last_end.outcome is Outcome.SUCCEEDED:
        return f"{deployment} has succeeded"
    held = {each.deployment for each in (*standing.held.values(), *standing.failed.values())}
    return "" if deployment in held else f"{deployment} was allowed to be tried again already"


def _abort(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    del by
    under_way = _standing(inputs, request).open_claim
    if under_way is None:
        return "nothing is under way there"
    if under_way.deployment != deployment:
        return f"{deployment} is not under way, {under_way.deployment} is"
    before = inputs.ledger.said_of(deployment, _place(request))
    aborts = [each.by for each in before if each.verb == "abort"]
    return f"{aborts[0]} aborted it already" if aborts else ""


def _verify(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    del by
    standing = _standing(inputs, request)
    claim, end = standing.last_claim, standing.last_end
    if standing.open_claim or claim is None or end is None:
        return "nothing stands there, or something is under way"
    if wrong := _not_the_last(standing, deployment):
        return wrong
    if end.outcome is not Outcome.SUCCEEDED:
        return f"{deployment} did not succeed"
    if not claim.assignment.lanes.verification:
        return "no long tests are declared there"
    asked = inputs.ledger.asked_to_verify(_place(request))
    said = max((each.sequence for each in standing.verifications.values()), default=0)
    if asked is not None and asked.sequence > max(said, claim.sequence):
        return f"{asked.by} asked for that already, and the tests are under way"
    return ""


def _rollback(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    if why := _window_shut(inputs, request, by, deployment):
        return why
    asked = ask_of(inputs, _place(request))
    claim = asked.standing.last_claim
    before = claim.assignment.previous if claim else None
    if claim is None or before is None:
        return "nothing ran there before"
    release = inputs.snapshot.releases.get((claim.app, claim.assignment.content.version))
    if release is not None and release.migration == "breaking":
        return f"{release.version} changed the data, and maintenance is off: call an operator"
    if not asked.content or asked.content.digest != claim.assignment.content.digest:
        return "the files ask for something else there by now"
    if way_back(asked) is None:
        return f"{before.shown} can't be made as it was: promote it and have it merged"
    return ""


def _dismiss(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    return _window_shut(inputs, request, by, deployment)


def _window_shut(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    """Why nobody may roll it back on request any more; empty while somebody may."""
    del by
    standing = _standing(inputs, request)
    end = standing.last_end
    if wrong := _not_the_last(standing, deployment):
        return wrong
    if end is None or standing.open_claim or end.outcome is not Outcome.SUCCEEDED:
        return "nothing has succeeded there, or something is under way"
    if why := _window_over(inputs, request, instant_of(end.ended)):
        return why
    if deployment in standing.dismissed:
        return f"the way back of {deployment} was dismissed"
    if standing.returning is not None:
        return f"{standing.returning.by} asked for it already"
    return ""


def _window_over(inputs: Inputs, request: Request, since: datetime) -> str:
    environment = resolve(inputs.snapshot, request.environment, request.app).environment
    lasts = environment.pipeline.rollback.on_request if environment else None
    if lasts is None:
        return "nothing is rolled back on request there: promote what ran before"
    until = since + timedelta(seconds=seconds_of(lasts))
    if inputs.now >= until:
        return f"that was possible until {instant_text(until)}: promote what ran before"
    return ""


def _not_the_last(standing: Standing, deployment: str) -> str:
    last: Claim | None = standing.last_claim
    if last is None or last.deployment == deployment:
        return ""
    return f"{deployment} is not the last deployment there, {last.deployment} is"


def _adopt(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    """What runs was put there by hand: the history knows of nothing, and the files name it."""
    del by, deployment
    if request.app is None:
        return "it is for one place"
    place, asked = _place(request), ask_of(inputs, _place(request))
    if last := asked.standing.last_claim:
        return f"{last.deployment} was deployed there: the history knows what runs"
    if asked.standing.granted is not None:
        return f"{asked.standing.granted.by} asked for it already"
    if not request.content or asked.desired.shown != request.content:
        wanted = asked.desired.shown or "nothing"
        return f"the files in force ask for {wanted} there: have {request.content} promoted first"
    return "" if asked.content else f"the files in force don't lead to anything in {place}"


def _retire(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    """The file is gone, by a signed-off merge; then somebody may ask that the place follows."""
    del by
    if request.app is None:
        return "it is for one place"
    key, standing = (request.environment, request.app), _standing(inputs, request)
    if key in inputs.snapshot.promotions or key in inputs.tip.promotions:
        return f"{_place(request).promotion_path} still asks for something: have it removed first"
    if standing.open_claim is not None:
        return f"{standing.open_claim.deployment} is under way"
    if standing.running is None:
        return "nothing runs there, as far as the history knows"
    if standing.granted is not None:
        return f"{standing.granted.by} asked for it already"
    return _not_the_last(standing, deployment)


def _not_yet(inputs: Inputs, request: Request, by: str, deployment: str) -> str:
    del inputs, by, deployment
    return f"this version doesn't do {request.verb} yet"


def _standing(inputs: Inputs, request: Request) -> Standing:
    return inputs.ledger.at(_place(request))


_JUDGES: Mapping[Verb, Callable[[Inputs, Request, str, str], str]] = {
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
