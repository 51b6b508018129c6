"""Gate ``migration``: whether data must be migrated back before this content comes is known."""

from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.leaving import lineage, unfollowed
from reconciler.planner.reasons import opened, undecided

NAME = "migration"


def answer(ask: Ask) -> Reason | None:
    """Unknown while what runs has a way to take its migration back, and nobody can tell if it must.

    It must when its commit isn't part of the one that comes. Not asked where there is none.
    """
    before = ask.standing.last_good
    if before is None or not unfollowed(ask):
        return None
    seen = lineage(ask)
    match seen.facts.get("contains") if seen else None:
        case "yes":
            return opened(NAME, f"{before.version}, which migrated the data, is part of what comes")
        case "no":
            return opened(NAME, f"the migration of {before.version} is taken back first")
        case _:
            why = f"nobody has looked yet whether {before.version}, which migrated the data, stays"
            remedy = f"wait until the repository {before.repository} has answered"
            return undecided(NAME, why, remedy=remedy)
