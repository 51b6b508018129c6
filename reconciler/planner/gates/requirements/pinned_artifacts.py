"""Gate ``require/pinned-artifacts``: every artifact is known by its digest (P6)."""

from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened, unfounded

NAME = "require/pinned-artifacts"


def answer(ask: Ask) -> Reason:
    """Closed by the first component whose artifact has no digest."""
    if ask.content is None:
        return unfounded(NAME)
    for each in ask.content.components:
        found = each.artifact
        if not (found.tree or found.sha256 or found.image or found.chart):
            remedy = "release it with a digest for each artifact"
            return closed(NAME, f"component {each.name} has no digest", remedy=remedy)
    return opened(NAME, "every artifact has a digest")
