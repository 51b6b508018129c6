"""Permission: who may do what where, and by what (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.manifest.snapshot import Snapshot
from reconciler.model.environment import Environment
from reconciler.model.permissions import Permissions

_INITIATOR = "initiator"
_ALIKE: Mapping[str, str] = {"adopt": "promote", "retire": "promote"}


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether somebody may, and why in one sentence."""

    may: bool
    why: str


def verbs() -> frozenset[str]:
    """What somebody can be asked to be allowed to do."""
    return frozenset(Permissions.model_fields) | _ALIKE.keys()


def needed_for(verb: str) -> str:
    """The permission that a verb wants: its own as a rule, and that of its opposite."""
    return _ALIKE.get(verb, verb.partition("-")[0])


def permission(snapshot: Snapshot, environment: Environment, verb: str, person: str) -> Permission:
    """Whether a listed person may do this in an environment, by the files of the snapshot.

    ``initiator`` is the author of the change that set a promotion: whether that is the person is
    known only of a given promotion.
    """
    references = environment.permissions.who(needed_for(verb))
    people = snapshot.people
    place = environment.name
    for each in references:
        if people and person in people.counting(each, environment.customer):
            return Permission(may=True, why=f"yes: {person} may {verb} in {place}, as {each}")
    named = ", ".join(references) or "nobody"
    if _INITIATOR in references:
        why = f"yes, what {person} promoted: {named} may {verb} in {place}"
        return Permission(may=True, why=why)
    wide = [each for each in references if people and person in people.counting(each, None)]
    if wide:
        why = f"{person} counts only in places of another customer than {environment.customer}"
        return Permission(may=False, why=f"no: {why}")
    return Permission(
        may=False, why=f"no: {named} may {verb} in {place}, and {person} is none of them"
    )
