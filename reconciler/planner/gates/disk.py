"""Gate ``disk``: nothing new starts on a host whose disk is nearly full (X27).

What is under way needs the rest: it is carried to its end, gone back from, and recorded. Going back
to what is kept there is never in need of it.
"""

from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed

NAME = "disk"


def answer(ask: Ask) -> Reason | None:
    """Closed by the host's low-water mark; nothing where it has room, isn't known, or goes back."""
    if not ask.inputs.full or (ask.goes_back and not ask.mends):
        return None
    remedy = "make room on the reconciler's host, or lower limits.free in its tagboat.toml"
    return closed(NAME, ask.inputs.full, remedy=remedy)
