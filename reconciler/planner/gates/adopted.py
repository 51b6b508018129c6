"""Gate ``adopted``: what somebody says runs here isn't contradicted by what is found here.

Asked instead of the gates before something new, where a place is taken over as it is.
"""

from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened

NAME = "adopted"


def answer(ask: Ask) -> Reason:
    """Closed where the driver finds something else; what was put by hand it may not see at all."""
    seen, granted = ask.inputs.observations.get(ask.place), ask.standing.granted
    if seen and seen.digest and ask.content and seen.digest != ask.content.digest:
        why = f"{seen.version or 'something else'} was found here, not {ask.wanted}"
        return closed(NAME, why, remedy="promote what is there, and have it merged; or deploy")
    by = granted.by if granted else "somebody"
    return opened(NAME, f"{by} says that {ask.wanted} runs here: nothing is changed")
