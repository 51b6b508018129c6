"""Gate ``history``: nothing starts on a history or branch that went back."""

from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened

NAME = "history"


def answer(ask: Ask) -> Reason:
    """Closed by an alarm, by a stopped place, or by a fence above everything in the history."""
    inputs = ask.inputs
    if inputs.alarms:
        alarm = inputs.alarms[0]
        return closed(NAME, str(alarm), remedy=alarm.remedy)
    if ask.place in inputs.stopped:
        remedy = "look at the journal in the state folder of this host"
        return closed(NAME, inputs.stopped[ask.place], remedy=remedy)
    broken = inputs.ledger.at(ask.place).broken
    if broken:
        return closed(NAME, broken.message, remedy=broken.hint)
    seen = inputs.observations.get(ask.place)
    if seen and seen.fence > inputs.ledger.sequence:
        why = f"the place obeyed record {seen.fence}, the history ends at {inputs.ledger.sequence}"
        return closed(NAME, why, remedy="restore the branch tagboat/history")
    return opened(NAME, "branch and history only grew (no force-push)")
