"""What is promoted by now where a deployment is under way (pure).

Such a deployment is given up as long as it has changed nothing (F36): whoever promotes something
else shouldn't have to wait for what nobody wants any more, and see it go out first.
"""

from reconciler.model.plan import Plan, Verdict
from reconciler.planner import gates
from reconciler.planner.answering import answers
from reconciler.planner.asking import ask_of
from reconciler.planner.inputs import Inputs


def newer_promotions(inputs: Inputs, plan: Plan) -> dict[str, str]:
    """Deployment → what its place is to run instead, in words, where a file says so by now.

    Only where that could begin at once: nothing is given up for what has to wait. A place that
    follows something is left alone: what it follows goes on all the time.
    """
    found: dict[str, str] = {}
    for decision in plan.decisions:
        if decision.verdict is not Verdict.BUSY:
            continue
        claim = inputs.ledger.at(decision.place).open_claim
        if claim is None:
            continue
        ask = ask_of(inputs, decision.place)
        if ask.promotion is None or ask.promotion.follow is not None or not ask.in_force:
            continue
        if ask.sign_off is None or ask.sign_off.commit == claim.sign_off.commit:
            continue
        if ask.content is None or ask.content.digest == claim.assignment.content.digest:
            continue
        others = (each for each in answers(ask) if each.gate != gates.claim.NAME)
        if all(each.state != "closed" for each in others):
            found[claim.deployment] = f"{ask.content.shown} was promoted instead"
    return found
