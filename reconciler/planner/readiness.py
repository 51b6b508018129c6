"""Whether a place could go back to what has run there: looked at now and then, and told (pure).

The gate ``require/rollback-ready`` asks before a start; this is for places that have nothing to do.
"""

from collections.abc import Iterable, Iterator

from reconciler.deployer.standing import Standing
from reconciler.manifest.layering import resolve
from reconciler.model.place import Place
from reconciler.model.question import Question
from reconciler.planner.inputs import Inputs

READY = (("ready", "yes"),)


def of_kept(inputs: Inputs, places: Iterable[Place]) -> frozenset[Question]:
    """Whether everything of the contents that these places keep is where it was.

    Those that are ready, as one expects, are no records.
    """
    return frozenset(each for place in places for each in _of_place(inputs, place))


def _of_place(inputs: Inputs, place: Place) -> Iterator[Question]:
    here = resolve(inputs.snapshot, place.environment, place.app).environment
    if here is None or (inputs.drivers is not None and here.target.driver not in inputs.drivers):
        return
    for each in inputs.ledger.at(place).last_settled(here.pipeline.rollback.keep):
        about = f"{place.app} {place.environment} {each.digest}"
        yield Question("readiness", about, each.repository, each, expected=READY)


def notes_of(standing: Standing) -> tuple[str, ...]:
    """To which of the contents that are kept the place can't go back by fetching them."""
    if not standing.unready:
        return ()
    return tuple(
        f"{each.shown} could not be fetched again: {why}; bring its tag and artifacts back"
        for each in standing.last_settled(len(standing.settled))
        if (why := standing.unready.get(each.digest))
    )
