"""Named points around every journal write and effect, where a test may end the process.

``TAGBOAT_FAILPOINT=<name>[#<n>]`` in the environment of a real daemon kills it with SIGKILL when it
reaches that point for the n-th time (the first, if left out). Nothing else can be done there, so
the variable gives nobody more than the right to signal the process already gives.
"""

import os
import signal
import threading
from collections.abc import Mapping

VARIABLE = "TAGBOAT_FAILPOINT"


class NoFailpoints:
    """Every point is passed."""

    def reach(self, name: str) -> None:
        """Do nothing."""


class KillingFailpoint:
    """Ends this process, as kill -9 would, when it reaches one point for the n-th time."""

    def __init__(self, name: str, *, visit: int = 1) -> None:
        """Aim at the ``visit``-th time that ``name`` is reached."""
        self._name = name
        self._left = visit
        self._lock = threading.Lock()

    def reach(self, name: str) -> None:
        """Kill the process if this is the point, and the time."""
        if name != self._name:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
                threading.Event().wait()


def failpoints_of(environment: Mapping[str, str]) -> NoFailpoints | KillingFailpoint:
    """What the environment asks for; usually nothing."""
    asked = environment.get(VARIABLE, "")
    if not asked:
        return NoFailpoints()
    name, _, visit = asked.partition("#")
    return KillingFailpoint(name, visit=int(visit or "1"))
