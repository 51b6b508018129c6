"""Gate ``require/way-back``: the release says to people how to go back (P5)."""

from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened, unfounded

NAME = "require/way-back"


def answer(ask: Ask) -> Reason:
    """Closed to a release without ``way_back``, and to content without a release."""
    if ask.release is not None and ask.release.way_back is not None:
        return opened(NAME, ask.release.way_back)
    if ask.content is None:
        return unfounded(NAME)
    what = f"release {ask.release.version}" if ask.release else "content without a release"
    return closed(
        NAME,
        f"{what} doesn't say how to go back",
        remedy="release it again with a 'way_back', and promote that",
    )
