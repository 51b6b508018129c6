"""Gate ``renamed``: the environment isn't another one under a new name (B63)."""

from reconciler.manifest.codes import changes
from reconciler.manifest.paths import environment_path
from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask, Inputs
from reconciler.planner.reasons import closed

NAME = "renamed"


def answer(ask: Ask) -> Reason | None:
    """Closed while what is promoted here runs under the name of an environment that is gone.

    Only asked of an environment where nothing has ever been deployed.
    """
    inputs, here = ask.inputs, ask.place.environment
    if inputs.ledger.knows(here):
        return None
    wanted = {
        (app, promotion.wanted)
        for (environment, app), promotion in inputs.snapshot.promotions.items()
        if environment == here
    }
    for name, found in sorted(_orphans(inputs).items()):
        if found == wanted:
            return closed(
                NAME,
                f"{changes.RENAMED.id} {here} has the promotions that {name} had, which is gone"
                f" and still runs",
                remedy=changes.RENAMED.fix,
            )
    return None


def _orphans(inputs: Inputs) -> dict[str, set[tuple[str, str]]]:
    """Environment whose file is gone → the apps that still run there, with their versions."""
    found: dict[str, set[tuple[str, str]]] = {}
    for place in inputs.ledger.places:
        running = inputs.ledger.running(place)
        gone = environment_path(place.environment) not in inputs.snapshot.blobs
        if running is not None and gone:
            found.setdefault(place.environment, set()).add((place.app, running.version))
    return found
