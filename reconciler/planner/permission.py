"""Permission: who may do what where, and by what (pure).

One function answers ``can-i`` and judges requests. Permissions are those of the files in force now.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.manifest.layering import resolve
from reconciler.model.environment import Environment
from reconciler.model.people import People
from reconciler.model.permissions import Permissions
from reconciler.model.place import Place
from reconciler.planner.inputs import Inputs
from reconciler.planner.inquiries import question_of

_INITIATOR = "initiator"
_ALIKE: Mapping[str, str] = {
    "adopt": "promote",
    "retire": "promote",
    "maintenance-on": "maintenance",
    "maintenance-off": "maintenance",
}
_DOING: Mapping[str, str] = {
    "rollback": "roll back",
    "override": "set a gate aside",
    "adopt": "adopt what runs",
    "maintenance": "turn maintenance on and off",
    "maintenance-on": "turn maintenance on",
    "maintenance-off": "turn maintenance off",
}
"""Verbs that are no words of a sentence as they are."""
WIDE = frozenset({"pause", "resume", "maintenance-on", "maintenance-off"})
"""What is asked for a place or for a whole environment, and never of a deployment."""
_OF_NO_DEPLOYMENT = WIDE | {"confirm", "adopt"}


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody wants to do, and where: in all of an environment without an app.

    ``deployment`` is the one that is meant, where the verb speaks of one, and ``content`` what is,
    where it speaks of content.
    """

    verb: str
    environment: str
    app: str = ""
    deployment: str = ""
    content: str = ""
    question: str = ""
    """The step whose question is answered, where one is."""

    @property
    def scope(self) -> str:
        """``production/shop``, or ``production`` for all its apps."""
        return f"{self.environment}/{self.app}" if self.app else self.environment


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether somebody may, why in one sentence, and who may.

    ``own``: not everywhere there, but in places whose promotion is theirs.
    """

    may: bool
    why: str
    who: tuple[str, ...] = ()
    own: bool = False


def verbs() -> frozenset[str]:
    """What somebody can be asked to be allowed to do, as far as this version does it."""
    return (frozenset(Permissions.model_fields) | _ALIKE.keys()) - Permissions.UNENFORCED


def needed_for(verb: str) -> str:
    """The permission that a verb wants: its own as a rule."""
    return _ALIKE.get(verb, verb)


def meant(inputs: Inputs, verb: str, environment: str, app: str) -> str:
    """The deployment that a verb means where none is named: the last one of the place, if any."""
    if not app or verb in _OF_NO_DEPLOYMENT:
        return ""
    last = inputs.ledger.at(Place(environment, app)).last_claim
    return last.deployment if last else ""


def permission(inputs: Inputs, deed: Deed, person: str) -> Permission:
    """Whether a listed person may do this.

    ``initiator`` is who wrote what a deployment brought, or else the change that set the promotion.
    Within its window, what the initiator brought is theirs to take back (D18). A test by hand says
    itself who may answer.
    """
    environment = resolve(inputs.snapshot, deed.environment, deed.app or None).environment
    people = inputs.snapshot.people
    if environment is None or people is None:
        why = f"nobody can tell who may: the files of {deed.environment} are broken"
        return Permission(may=False, why=why)
    verb = needed_for(deed.verb)
    references = environment.permissions.who(verb)
    if deed.question:
        references = answerers(inputs, deed.deployment, deed.question)
    if verb == "rollback" and _INITIATOR not in references:
        references = (*references, _INITIATOR)
    return _judged(inputs, deed, person, references, people, environment)


def _judged(
    inputs: Inputs,
    deed: Deed,
    person: str,
    references: tuple[str, ...],
    people: People,
    environment: Environment,
) -> Permission:
    doing = f"{_DOING.get(deed.verb, deed.verb)} in {deed.scope}"
    for each in references:
        if each != _INITIATOR and person in people.counting(each, environment.customer):
            return Permission(may=True, why=f"{person} may {doing}, as {each}", who=references)
    named = ", ".join(references) or "nobody"
    if _INITIATOR in references:
        if not deed.app:
            why = f"what {person} promoted: {named} may {doing}"
            return Permission(may=False, why=why, who=references, own=True)
        if person in people.people and person in _initiators(inputs, deed):
            why = f"{person} may {doing}, as {_INITIATOR}"
            return Permission(may=True, why=why, who=references)
    why = f"{person} may not {doing}: {named} may"
    if any(each != _INITIATOR and person in people.members(each) for each in references):
        why += f", and {person} counts only in places of another customer"
    return Permission(may=False, why=why, who=references)


def answerers(inputs: Inputs, deployment: str, question: str) -> tuple[str, ...]:
    """Who may answer a question that a deployment asks, as it was frozen; nobody if it doesn't."""
    claim = inputs.ledger.claims.get(deployment)
    step = question_of(claim.assignment.lanes, question) if claim else None
    return tuple(each for test in step.tests for each in test.settings["by"]) if step else ()


def _initiators(inputs: Inputs, deed: Deed) -> frozenset[str]:
    place = Place(deed.environment, deed.app)
    claim = inputs.ledger.claims.get(deed.deployment)
    if claim is not None and Place(claim.environment, claim.app) == place:
        return frozenset(claim.sign_off.authors)
    if deed.deployment:
        return frozenset()
    admission = inputs.judgement.admissions.get(place.promotion_path)
    return frozenset(admission.authors) if admission else frozenset()
