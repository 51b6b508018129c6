"""Whether visitors of a place shall see a page of maintenance between deployments (L2, pure).

A person keeps them out until an instant, and a deployment that got stuck leaves its page up. During
a deployment the page is a matter of its steps alone.
"""

from datetime import datetime

from reconciler.deployer.standing import Standing
from reconciler.model.deployment import Work
from reconciler.model.records import Answer, Claim
from reconciler.names import instant_of


def screens_at(standing: Standing, at: datetime) -> tuple[Answer, ...]:
    """By which requests visitors are kept out at an instant: of its environment, of the place."""
    return tuple(
        each
        for each in standing.screens
        if each.verb == "maintenance-on" and each.until and at < instant_of(each.until)
    )


def left_up(standing: Standing) -> Claim | None:
    """The deployment that got stuck with its page up, unless somebody let visitors in since (D15).

    Only a request for this very place counts for that, and never one for its whole environment.
    """
    last, end = standing.last_claim, standing.last_end
    if last is None or end is None or not standing.stuck or not last.assignment.lanes.maintained:
        return None
    # Where the page of a stuck place is up, nobody is allowed to put up another one.
    lifted = any(each.app and each.sequence > end.sequence for each in standing.screens)
    return None if lifted else last


def wanted(standing: Standing, at: datetime) -> bool | None:
    """Whether people want a page at an instant; nothing where a deployment's own is to be let be.

    As long as nothing is under way. In an empty place there is nothing to keep visitors out of, and
    what was taken over as it is can't be stopped.
    """
    adopted = standing.settled and standing.settled[-1].assignment.lanes.adopts
    there = standing.stuck or (standing.running is not None and not adopted)
    if there and screens_at(standing, at):
        return True
    return None if left_up(standing) else False


def by_driver(claim: Claim) -> bool:
    """Whether the pages of a deployment's steps are the driver's, and not a command's."""
    steps = claim.assignment.lanes.forward
    return all(each.page is not None for each in steps if each.work is Work.MAINTENANCE_ON)
