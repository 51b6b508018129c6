"""Gate ``mass-change``: a merge that moves very many places at once is confirmed first (B122).

How many places one merge may move by itself is the host's to say (``[limits] places``). The trust
root isn't asked about: an operator has set it by hand. Removing a promotion removes nothing.
"""

from reconciler.model.records import Reason
from reconciler.names import instant_of
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened

NAME = "mass-change"


def answer(ask: Ask) -> Reason | None:
    """Open after a granted ``confirm`` that names the merge, for the place or its environment."""
    if ask.sign_off is None or not ask.sign_off.merged_by:
        return None
    commit = ask.sign_off.commit
    count = ask.inputs.moved.get(commit, 0)
    if count <= ask.inputs.places_at_once:
        return None
    for each in ask.inputs.ledger.confirmations(ask.place):
        if each.content == commit:
            why = f"{each.by} confirmed that {count} places change at once"
            return opened(NAME, why, since=instant_of(each.at))
    most = ask.inputs.places_at_once
    return closed(
        NAME,
        f"merge {commit[:12]} changes {count} places at once, and this host allows {most}",
        remedy=f"tagboat confirm {ask.place.environment} --change {commit[:12]}",
        who=ask.environment.permissions.who("confirm") if ask.environment else (),
    )
