"""Gate ``require/rollback-ready``: what runs now could be fetched and put back (P17)."""

from collections.abc import Iterator

from reconciler.model.question import Question
from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened, undecided

NAME = "require/rollback-ready"


def answer(ask: Ask) -> Reason:
    """Open where nothing runs: there is nothing to go back to, and the plan says so."""
    back = ask.standing.last_good
    if back is None:
        return opened(NAME, "nothing runs here that one could go back to")
    seen = ask.inputs.ledger.sighting("readiness", _about(ask))
    match seen.facts.get("ready") if seen else None:
        case "yes":
            return opened(NAME, f"{back.version} could be put back")
        case "no":
            why = seen.facts.get("why", "") if seen else ""
            remedy = "bring its tag and artifacts back to where they were"
            return closed(NAME, f"{back.version} could not be put back: {why}", remedy=remedy)
        case _:
            why = f"nobody has looked yet whether {back.version} could be put back"
            remedy = f"wait until the repository {back.repository} has answered"
            return undecided(NAME, why, remedy=remedy)


def questions(ask: Ask) -> Iterator[Question]:
    """Whether everything of it is where it was."""
    back = ask.standing.last_good
    if back is not None:
        yield Question("readiness", _about(ask), back.repository, back)


def _about(ask: Ask) -> str:
    back = ask.standing.last_good
    return f"{ask.place.app} {ask.place.environment} {back.digest if back else ''}"
