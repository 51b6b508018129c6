"""Judging requests: whether who asked may, and whether what is asked for can still be done (pure).

What a granted request does follows from its answer in the history, and from nothing else.
"""

from datetime import datetime

from reconciler.model.place import Place
from reconciler.model.records import Answer, Inquiry
from reconciler.model.request import HOST, Received, Request
from reconciler.names import instant_of, instant_text
from reconciler.planner.inputs import Inputs
from reconciler.planner.inquiries import answering, besides_review, inquiry_meant
from reconciler.planner.obstacle import Obstacle
from reconciler.planner.obstacles import obstacle, unasked
from reconciler.planner.permission import Deed, meant, permission


def judged_answer(inputs: Inputs, received: Received, *, reconciler: str) -> Answer:
    """The one answer to a request; its record has the request's id, so two are never kept.

    Pure: what it rests on are the files in force, the history and the time of ``inputs``.
    """
    request = received.request
    people = inputs.snapshot.people
    by = (people.owner_of(received.key) if people else "") if received.key else HOST
    app = request.app or ""
    inquiry = _inquiry(inputs, request)
    deployment = request.deployment or meant(inputs, request.verb, request.environment, app)
    deed = Deed(
        request.verb,
        request.environment,
        app,
        inquiry.deployment if inquiry else deployment,
        request.content or "",
        inquiry.step if inquiry else "",
    )
    refused = _refused(inputs, request, deed, by=by, key=received.key)
    return Answer(
        id=received.id,
        at=instant_text(inputs.now),
        reconciler=reconciler,
        request=received.id,
        verb=request.verb,
        environment=request.environment,
        app=request.app,
        deployment=deed.deployment,
        content=deed.content,
        by=by or received.key,
        granted=refused is None,
        reason=request.reason or "",
        why=refused.why if refused else "",
        remedy=refused.remedy if refused else "",
        until=instant_text(instant_of(request.until)) if request.until else "",
        inquiry=inquiry.id if inquiry else "",
        question=deed.question,
        said=(request.said or "yes") if inquiry else "",
    )


def _inquiry(inputs: Inputs, request: Request) -> Inquiry | None:
    """The open question that it answers, if it does."""
    if request.verb != "confirm" or not request.app or request.content:
        return None
    place = Place(request.environment, request.app)
    return inquiry_meant(
        inputs, place, deployment=request.deployment or "", question=request.question or ""
    )


def _refused(inputs: Inputs, request: Request, deed: Deed, *, by: str, key: str) -> Obstacle | None:
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
    unclear = _ambiguous(inputs, request) or _unasked(inputs, request, deed)
    return unclear or _forbidden(inputs, deed, by) or obstacle(inputs, deed, by)


def _ambiguous(inputs: Inputs, request: Request) -> Obstacle | None:
    """Nobody's look back is taken for an answer, and nobody's answer for a look back."""
    if request.verb != "confirm" or not (request.app and request.deployment) or request.question:
        return None
    place = Place(request.environment, request.app)
    inquiry = besides_review(inputs, place, request.deployment)
    if inquiry is None:
        return None
    why = (
        f"{request.deployment} asks {inquiry.step},"
        " and waits for somebody to look at what it has set aside"
    )
    return Obstacle(why, f"answer the question first: {answering(inquiry)}")


def _unasked(inputs: Inputs, request: Request, deed: Deed) -> Obstacle | None:
    answers = (request.question or request.said) and not deed.question
    return unasked(inputs, deed, request.question or "") if answers else None


def _forbidden(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    found = permission(inputs, deed, by) if by != HOST else None
    if found is None or found.may:
        return None
    remedy = "have one of them ask" if found.who else "have these files mended"
    return Obstacle(found.why, remedy)


def _late(request: Request, now: datetime) -> Obstacle | None:
    if now >= instant_of(request.expires):
        why = f"it came too late: it was good until {request.expires}"
        return Obstacle(why, "ask again")
    if request.until and now >= instant_of(request.until):
        return Obstacle(f"its end, {request.until}, has passed", "ask again, with a later end")
    if request.verb == "maintenance-on" and not (request.reason and request.until):
        command = f"tagboat maintenance on {request.scope} --reason WHY --for 2h"
        return Obstacle("maintenance needs a reason and an end", f"ask again: {command}")
    return None


def _known(inputs: Inputs, request: Request) -> bool:
    if request.app is None:
        return request.environment in inputs.snapshot.environments
    place = Place(request.environment, request.app)
    named = (request.environment, request.app) in inputs.snapshot.promotions
    return named or place in inputs.ledger.places
