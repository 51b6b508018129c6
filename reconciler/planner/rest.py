"""Places at rest: what their files ask for runs there, and nothing that could change it did (pure).

Most plans find most places as the last one did. Such a decision rests on the files, the judgement
and the place's standing alone, so it is kept beside the files as long as those are the very same
values; time, the host and other places have no part in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.deployer.ledger import Standing
from reconciler.manifest.paths import RESERVED
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.place import Place
from reconciler.model.plan import Decision, Verdict
from reconciler.model.promotion import Promotion
from reconciler.planner.inputs import Inputs
from reconciler.signoff import Judgement

_KEY = "rest"


@dataclass(slots=True)
class Rest:
    """What is kept for one set of files and one judgement of them; one thread uses it."""

    tip: Snapshot
    judgement: Judgement
    named: frozenset[Place]
    """The places that files name."""
    _decisions: dict[Place, tuple[Standing, Decision]] = field(default_factory=dict)
    _places: tuple[frozenset[Place], tuple[Place, ...]] | None = None

    def places(self, occupied: frozenset[Place]) -> tuple[Place, ...]:
        """Those that files name and those where something is, sorted."""
        if self._places is None or self._places[0] is not occupied:
            self._places = (occupied, tuple(sorted(self.named | occupied)))
        return self._places[1]

    def known(self, standing: Standing) -> Decision | None:
        """The decision about a place that rests; nothing if it has to be made."""
        found = self._decisions.get(standing.place)
        return found[1] if found is not None and found[0] is standing else None

    def keep(self, decision: Decision, standing: Standing, promotion: Promotion | None) -> None:
        """Keep a decision if the place rests.

        What follows something, is there for a while or is a commit depends on more: it doesn't.
        """
        plain = promotion is not None and promotion.release and promotion.temporary is None
        if plain and decision.verdict is Verdict.IN_SYNC and not decision.reasons:
            self._decisions[standing.place] = (standing, decision)


def rest_of(inputs: Inputs) -> Rest:
    """What is kept for these files, judged like this."""
    kept = inputs.snapshot.layered
    found = kept.get(_KEY)
    if isinstance(found, Rest) and found.tip is inputs.tip and found.judgement is inputs.judgement:
        return found
    made = kept[_KEY] = Rest(inputs.tip, inputs.judgement, _named(inputs.snapshot, inputs.tip))
    return made


def _named(snapshot: Snapshot, tip: Snapshot) -> frozenset[Place]:
    named: Mapping[tuple[str, str], object] = {**snapshot.promotions, **tip.promotions}
    broken = (_place_of(path) for path in (*snapshot.broken, *tip.broken))
    return frozenset((*(Place(*each) for each in named), *(each for each in broken if each)))


def _place_of(path: str) -> Place | None:
    match path.removesuffix(".yaml").split("/"):
        case ["environments", environment, app] if (
            app != "environment" and environment not in RESERVED
        ):
            return Place(environment, app)
        case _:
            return None
