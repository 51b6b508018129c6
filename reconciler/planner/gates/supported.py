"""Gate ``supported``: what the place's files ask for is enforced by this version."""

from reconciler.manifest.support import unsupported
from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened

NAME = "supported"


def answer(ask: Ask) -> Reason:
    """Closed by the first field that nothing enforces yet; the rest are counted."""
    snapshot = ask.inputs.snapshot
    uses = list(unsupported(snapshot, ask.place.environment, ask.place.app))
    if not uses:
        why = "this version of Tagboat does all that the files ask for"
        return opened(NAME, why)
    first = uses[0]
    more = f" (and {len(uses) - 1} more)" if len(uses) > 1 else ""
    why = (
        f"{first.locate(snapshot)}: this version of Tagboat doesn't enforce {first.what} yet{more}"
    )
    remedy = "take it out, or use a newer Tagboat"
    return closed(NAME, why, remedy=remedy)
