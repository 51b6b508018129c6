"""When it is looked at whether places could go back: each once an hour, at a minute of its own."""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.model.place import Place
from reconciler.model.question import Question
from reconciler.planner.inputs import Inputs
from reconciler.planner.readiness import of_kept

EACH = 3600
"""Seconds between two looks at what a place keeps."""
_HOLD = 60.0
"""Seconds for which a place is due, whoever else asks its source meanwhile."""


@dataclass(slots=True)
class Readiness:
    """Says which places are due. One thread, the deciding one.

    The minute is the clock's, so restarts neither skip a look nor add any, and many places don't
    ask their source at once.
    """

    _before: float = float("inf")

    def due(self, inputs: Inputs) -> frozenset[Question]:
        """What is to be looked at now of what places keep."""
        now = (inputs.now - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
        since, self._before = min(self._before, now - _HOLD), now
        places = inputs.ledger.occupied
        return of_kept(inputs, (each for each in places if _turn(each, now) > _turn(each, since)))


def _turn(place: Place, at: float) -> int:
    """How many of its moments have come by then."""
    return int((at - zlib.crc32(str(place).encode()) % EACH) // EACH)
