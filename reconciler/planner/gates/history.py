"""Gate ``history``: nothing starts on a history or branch that went back."""

from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask

NAME = "history"


def answer(ask: Ask) -> Reason:
    """Closed by an alarm, by a stopped place, or by a fence above everything in the history."""
    inputs = ask.inputs
    if inputs.alarms:
        alarm = inputs.alarms[0]
        return Reason(gate=NAME, state="closed", why=str(alarm), remedy=alarm.remedy)
    if ask.place in inputs.stopped:
        remedy = "look at the journal in the state folder of this host"
        return Reason(gate=NAME, state="closed", why=inputs.stopped[ask.place], remedy=remedy)
    broken = inputs.ledger.at(ask.place).broken
    if broken:
        return Reason(gate=NAME, state="closed", why=broken.message, remedy=broken.hint)
    seen = inputs.observations.get(ask.place)
    if seen and seen.fence > inputs.ledger.sequence:
        why = f"the place obeyed record {seen.fence}, the history ends at {inputs.ledger.sequence}"
        return Reason(
            gate=NAME, state="closed", why=why, remedy="restore the branch tagboat/history"
        )
    return Reason(gate=NAME, state="open", why="branch and history only grew (no force-push)")
