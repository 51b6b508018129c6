"""Gate ``attended``: somebody who may says that it shall start now, and stays with it (D17)."""

from reconciler.model.records import Reason
from reconciler.names import instant_of
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened

NAME = "attended"


def answer(ask: Ask) -> Reason | None:
    """Open after a granted ``confirm`` of this very content since the last claim here."""
    if not ask.gates.attended:
        return None
    digest = ask.content.digest if ask.content else None
    said = [each for each in ask.standing.confirmations if each.content == digest]
    if said:
        since = instant_of(said[-1].at)
        return opened(NAME, f"{said[-1].by} attends to it", since=since)
    who = ask.environment.permissions.who("confirm") if ask.environment else ()
    return closed(
        NAME,
        "it starts when somebody attends to it",
        remedy=f"tagboat confirm {ask.place}",
        who=who,
    )
