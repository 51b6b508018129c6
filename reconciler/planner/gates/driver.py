"""Gate ``driver``: this host may use the driver that the place names."""

from reconciler.manifest.support import DRIVERS
from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import at_the_start, closed, opened

NAME = "driver"


def answer(ask: Ask) -> Reason:
    """Closed when host configuration doesn't enable the driver; unknown hosts allow it."""
    enabled = ask.inputs.drivers
    if ask.assignment is None or enabled is None:
        return at_the_start(NAME, "whether it may use the place's driver")
    name = ask.assignment.target.driver
    if name not in DRIVERS:
        return opened(NAME, "not asked: the gate supported is closed")
    if name in enabled:
        return opened(NAME, f"{name} is enabled on this host")
    remedy = f"add [drivers.{name}] to tagboat.toml of the reconciler's host"
    why = f"the driver {name} is not enabled on this host"
    return closed(NAME, why, remedy=remedy)
