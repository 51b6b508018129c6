"""One gate per file; each answers open, closed or unknown, with a reason and a remedy (L2, pure).

A gate that can't be decided is unknown, and unknown is not open. Gates are asked only before a
start: nothing here stands in the way of going back.
"""

from collections.abc import Callable

from reconciler.model.records import Reason
from reconciler.planner.gates import claim, driver, files, history, hold, sign_off, supported
from reconciler.planner.inputs import Ask

GATES: tuple[Callable[[Ask], Reason], ...] = (
    sign_off.answer,
    files.answer,
    supported.answer,
    hold.answer,
    claim.answer,
    history.answer,
    driver.answer,
)
"""All gates, in the order in which they are shown."""
