"""Judging requests: whether who asked may, and whether what is asked for can still be done (pure).

What a granted request does follows from its answer in the history, and from nothing else.
"""

from datetime import datetime

from reconciler.model.place import Place
from reconciler.model.records import Answer
from reconciler.model.request import HOST, Received, Request
from reconciler.names import instant_of, instant_text
from reconciler.planner.inputs import Inputs
from reconciler.planner.obstacles import Obstacle, obstacle
from reconciler.planner.permission import Deed, meant, permission


def judged_answer(inputs: Inputs, received: Received, *, reconciler: str) -> Answer:
    """The one answer to a request; its record has the request's id, so two are never kept.

    Pure: what it rests on are the files in force, the history and the time of ``inputs``.
    """
    request = received.request
    people = inputs.snapshot.people
    by = (people.owner_of(received.key) if people else "") if received.key else HOST
    app = request.app or ""
    deployment = request.deployment or meant(inputs, request.verb, request.environment, app)
    refused = _refused(inputs, request, by=by, key=received.key, deployment=deployment)
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
        granted=refused is None,
        reason=request.reason or "",
        why=refused.why if refused else "",
        remedy=refused.remedy if refused else "",
        until=request.until or "",
    )


def _refused(
    inputs: Inputs, request: Request, *, by: str, key: str, deployment: str
) -> Obstacle | None:
    """Why it isn't granted; nothing if it is."""
    root = inputs.judgement.root
    if request.repository != root:
        why = f"it is for trust root {request.repository[:12]}, and this is {root[:12]}"
        return Obstacle(why, "ask in a clone of the repository that is meant")
    if not by:
        why = f"the key {key} is nobody's in environments/people.yaml"
        return Obstacle(why, "have it added there, or sign with the key that stands there")
    if late := _late(request, inputs.now):
        return late
    if not _known(inputs, request):
        return Obstacle(f"there is no place {request.scope}", "tagboat status lists the places")
    content = request.content or ""
    deed = Deed(request.verb, request.environment, request.app or "", deployment, content)
    if by != HOST:
        found = permission(inputs, deed, by)
        if not found.may:
            remedy = "have one of them ask" if found.who else "have these files mended"
            return Obstacle(found.why, remedy)
    return obstacle(inputs, deed, by)


def _late(request: Request, now: datetime) -> Obstacle | None:
    if now >= instant_of(request.expires):
        why = f"it came too late: it was good until {request.expires}"
        return Obstacle(why, "ask again")
    if request.until and now >= instant_of(request.until):
        return Obstacle(f"its end, {request.until}, has passed", "ask again, with a later end")
    return None


def _known(inputs: Inputs, request: Request) -> bool:
    if request.app is None:
        return request.environment in inputs.snapshot.environments
    place = Place(request.environment, request.app)
    named = (request.environment, request.app) in inputs.snapshot.promotions
    return named or place in inputs.ledger.places
