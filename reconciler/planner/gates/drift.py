"""Gate ``drift``: what was changed by hand is put back only where the policy or a person says so.

Asked, with `MENDING`, instead of the gates before something new: what runs by the history is what
the files ask for, and something else was found there.
"""

from datetime import timedelta

from reconciler.model.records import Reason
from reconciler.names import instant_of
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened

NAME = "drift"
REST = timedelta(minutes=10)
"""How long after it was put back it is left alone, should somebody change it again and again."""


def answer(ask: Ask) -> Reason | None:
    """Open for ``drift: repair``, and for a granted ``retry``; nothing where nothing drifted."""
    standing = ask.standing
    drift, asked = standing.drifted, standing.put_back
    if not ask.mends or drift is None:
        return None
    said = f"{drift.found}, not what {drift.deployment} put there"
    if asked is not None:
        return opened(NAME, f"{said}; {asked.by} asked for that to be put back")
    remedy = f"put it back: tagboat retry {ask.place}; or promote what shall be there"
    if ask.environment is None or ask.environment.drift == "report":
        return closed(NAME, f"{said}; here that is only reported", remedy=remedy)
    last, end = standing.last_claim, standing.last_end
    if (
        last is not None
        and last.mends
        and end is not None
        and ask.now < instant_of(end.ended) + REST
    ):
        until = instant_of(end.ended) + REST
        why = f"{said}, a few minutes after {end.deployment} had put that back"
        remedy = f"find out who changes it; {remedy}"
        return closed(NAME, why, remedy=remedy, opens=until)
    return opened(NAME, f"{said}: that is put back")
