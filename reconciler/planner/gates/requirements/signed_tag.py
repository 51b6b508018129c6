"""Gate ``require/signed-tag``: the tag carries the signature of somebody who is listed (D19)."""

from reconciler.model.records import Reason
from reconciler.planner.gates.tag import known_tag
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened

NAME = "require/signed-tag"


def answer(ask: Ask) -> Reason:
    """Open if a good ssh signature is by a key of a person in ``environments/people.yaml``.

    The sighting says by which key it is signed; whose key that is, the admitted files say.
    """
    facts = known_tag(ask, NAME)
    if isinstance(facts, Reason):
        return facts
    name = ask.content.tag if ask.content else "the tag"
    remedy = "cut a new release with a tag that a listed person signs: git tag -s"
    match facts.get("signature", "none"):
        case "good":
            people = ask.inputs.snapshot.people
            person = people.owner_of(facts.get("key", "")) if people else ""
            if person:
                return opened(NAME, f"{name} is signed by {person}")
            why = f"{name} is signed by a key that is no one person's in environments/people.yaml"
        case "bad":
            why = f"the signature of {name} isn't right"
        case "other":
            why = f"{name} is signed in another way than by an ssh key"
        case _:
            why = f"{name} carries no signature"
    return closed(NAME, why, remedy=remedy)
