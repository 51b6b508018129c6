"""Which pauses are on in a place."""

from collections.abc import Iterable
from datetime import datetime

from reconciler.model.place import Place
from reconciler.model.records import Answer
from reconciler.names import instant_of


def pauses_at(pauses: Iterable[Answer], place: Place, at: datetime) -> list[Answer]:
    """Those of `Ledger.pauses` that stop new starts in a place at an instant, oldest first.

    They are for the place or for its whole environment. One ends at its own ``until``, or else when
    somebody resumes: then it is no longer among the ledger's.
    """
    return [
        each
        for each in pauses
        if each.environment == place.environment
        and each.app in {None, place.app}
        and (not each.until or at < instant_of(each.until))
    ]
