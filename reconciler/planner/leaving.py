"""Whether what runs leaves a place without being followed by a descendant of its commit."""

from collections.abc import Iterator

from reconciler.deployer.lanes import Before
from reconciler.model.question import Question
from reconciler.model.records import Sighting
from reconciler.planner.inputs import Ask


def leaves(ask: Ask) -> bool:
    """Whether the last good content leaves; unknown counts as staying, since then nothing starts.

    The gate `migration` closes a place whose data depend on it while nobody knows.
    """
    seen = lineage(ask)
    return seen is not None and seen.facts.get("contains") == "no"


def lineage(ask: Ask) -> Sighting | None:
    """What was last seen of whether the wanted commit contains the one that was there before."""
    about = _about(ask)
    return ask.inputs.ledger.sighting("ancestry", about) if about else None


def unfollowed(ask: Ask) -> bool:
    """Whether other content was there whose migration is taken back unless it is followed."""
    migrate = Before.of(ask.standing, leaves=False).migrate
    return bool(_about(ask)) and migrate is not None and migrate.undo is not None


def questions(ask: Ask) -> Iterator[Question]:
    """Whether the wanted commit contains the one whose migration would be taken back."""
    before, content = ask.standing.last_good, ask.content
    if before is not None and content is not None and unfollowed(ask):
        yield Question("ancestry", _about(ask), content.repository, content, before)


def _about(ask: Ask) -> str:
    """What such a sighting is about; empty when there is nothing to ask."""
    before, source = ask.standing.last_good, ask.desired.source
    if before is None or source is None or before.commit == source.commit:
        return ""
    return f"{before.repository} {source.commit} {before.commit}"
