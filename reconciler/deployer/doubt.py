"""Whether a deployment that got stuck leaves data whose version nobody can tell (L2, pure)."""

from collections.abc import Sequence

from reconciler.model.deployment import Lanes, Result, StepOutcome


def in_doubt(lanes: Lanes, steps: Sequence[StepOutcome]) -> bool:
    """Whether its data may be other than those of the content before.

    What was begun of them has to be taken back by its own counterpart, or by the backup. A
    migration that passed and that nothing takes back is one that the old code can live with.
    """
    begun = {each.name for each in steps if each.begun}
    passed = {each.name for each in steps if each.result is Result.PASSED}
    if "back/restore" in passed:
        return False
    ways_back = {each.name for each in lanes.backward} & {"back/restore", "back/unmigrate"}
    lives_with = "migrate" in passed and not ways_back
    return ("migrate" in begun and "back/unmigrate" not in passed and not lives_with) or (
        "unmigrate" in begun and "back/migrate" not in passed
    )
