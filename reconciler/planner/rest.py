"""Places at rest: what their files ask for runs there, and nothing that could change it did (pure).

Most plans find most places as the last one did. Such a decision rests on a handful of values alone:
it is kept beside the files, and handed on to the files of the next commit, as long as those are the
very same. Time, the host and other places have no part in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.deployer.ledger import Standing
from reconciler.manifest.layering import resolve
from reconciler.manifest.paths import RESERVED
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.place import Place
from reconciler.model.plan import Decision, Verdict
from reconciler.model.promotion import Promotion
from reconciler.planner.concerns import subject_of, subjects_of
from reconciler.planner.inputs import Inputs
from reconciler.signoff import Judgement

_KEY = "rest"


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a place rests on; two are the same when every value is the same object."""

    promotion: Promotion
    shown: object
    app: object
    release: object
    environment: object
    admission: object

    def same(self, other: "_Ground") -> bool:
        return (
            self.promotion is other.promotion
            and self.shown is other.shown
            and self.app is other.app
            and self.release is other.release
            and self.environment is other.environment
            and self.admission is other.admission
        )


@dataclass(slots=True)
class Rest:
    """What is kept for one set of files and one judgement of them; one thread uses it."""

    snapshot: Snapshot
    tip: Snapshot
    judgement: Judgement
    named: frozenset[Place]
    """The places that files name."""
    _decisions: dict[Place, tuple[Standing, Decision, _Ground]] = field(default_factory=dict)
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

    def keep(self, decision: Decision, standing: Standing) -> bool:
        """Keep a decision if the place rests; whether it was kept.

        What follows something, is there for a while, is a commit or is under maintenance until some
        time depends on more: it doesn't.
        """
        rests = decision.verdict is Verdict.IN_SYNC and not decision.kept_out
        if rests and not decision.reasons:
            ground = self._ground(standing.place)
            if ground is not None:
                self._decisions[standing.place] = (standing, decision, ground)
                return True
        return False

    def handed_on(self, inputs: Inputs) -> "Rest":
        """What still holds for these files and this judgement."""
        snapshot, tip = inputs.snapshot, inputs.tip
        same = _names(self.snapshot, self.tip) == _names(snapshot, tip)
        named = self.named if same else _named(snapshot, tip)
        made = Rest(snapshot, tip, inputs.judgement, named)
        made._places = self._places if same else None
        if inputs.judgement.root != self.judgement.root:
            return made
        new = {each.path for each in inputs.judgement.taints} - self.judgement.tainted.keys()
        tainted = {subject_of(each) for each in new}
        for place, (standing, decision, before) in self._decisions.items():
            ground, versions = made._ground(place), frozenset({decision.wanted})
            held = not tainted.isdisjoint(subjects_of(place, versions))
            if ground is not None and ground.same(before) and not held:
                made._decisions[place] = (standing, decision, before)
        return made

    def _ground(self, place: Place) -> _Ground | None:
        """What the place rests on, if it may."""
        key = (place.environment, place.app)
        promotion = self.snapshot.promotions.get(key)
        if promotion is None or not promotion.release or promotion.temporary is not None:
            return None
        path, laid = place.promotion_path, resolve(self.snapshot, place.environment, place.app)
        if laid.environment is not None and laid.environment.temporary is not None:
            return None
        if path not in self.judgement.admitted or path in self.tip.broken:
            return None
        return _Ground(
            promotion,
            self.tip.promotions.get(key),
            self.snapshot.apps.get(place.app),
            self.snapshot.releases.get((place.app, promotion.release)),
            laid,
            self.judgement.admissions.get(path),
        )


def rest_of(inputs: Inputs) -> Rest:
    """What is kept for these files, judged like this."""
    kept = inputs.snapshot.layered
    found = kept.get(_KEY)
    if not isinstance(found, Rest):
        named = _named(inputs.snapshot, inputs.tip)
        found = Rest(inputs.snapshot, inputs.tip, inputs.judgement, named)
    elif (
        found.snapshot is not inputs.snapshot
        or found.tip is not inputs.tip
        or found.judgement is not inputs.judgement
    ):
        found = found.handed_on(inputs)
    kept[_KEY] = found
    return found


def _names(snapshot: Snapshot, tip: Snapshot) -> tuple[object, ...]:
    return (snapshot.placed, tip.placed, snapshot.broken, tip.broken)


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
