"""Gate ``require/annotated-tag``: the tag is an object that says who made it (D19)."""

from reconciler.model.records import Reason
from reconciler.planner.gates.tag import known_tag
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened

NAME = "require/annotated-tag"


def answer(ask: Ask) -> Reason:
    """Open for an annotated tag, whoever made it."""
    facts = known_tag(ask, NAME)
    if isinstance(facts, Reason):
        return facts
    name = ask.content.tag if ask.content else "the tag"
    if facts.get("kind") == "annotated":
        by = facts.get("tagger", "")
        return opened(NAME, f"{name} is annotated{f' by {by}' if by else ''}")
    remedy = f"cut a new release with an annotated tag: git tag -a; {name} stays as it is"
    return closed(NAME, f"{name} is a plain tag", remedy=remedy)
