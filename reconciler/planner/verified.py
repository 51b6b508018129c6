"""What a place has proven of some work: how long it ran there, and what the tests said last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from reconciler.deployer.ledger import Ledger, Standing
from reconciler.model.content import Content
from reconciler.model.place import Place
from reconciler.model.records import Claim, Verification
from reconciler.names import instant_of
from reconciler.planner.sameness import is_same_work


@dataclass(frozen=True, slots=True)
class Stay:
    """One stretch of time in which the same work ran in a place without anything in between.

    ``began`` is when it first passed its smoke tests there, ``renewed`` when it last did, ``left``
    when something else took its place (nothing while it runs). ``tested`` says whether the place
    has long tests; ``test`` is their newest answer about this work, in this stay or an earlier one.
    """

    place: Place
    content: Content
    began: datetime
    renewed: datetime
    left: datetime | None
    tested: bool
    test: Verification | None

    @property
    def proven(self) -> datetime | None:
        """When this work was last found good here; nothing if its tests haven't said so."""
        if not self.tested:
            return self.renewed
        return instant_of(self.test.at) if self.test and self.test.passed else None

    def lasted(self, now: datetime) -> float:
        """Seconds that it has run here, or ran."""
        return ((self.left or now) - self.began).total_seconds()


def stays_of(work: Content, place: Place, ledger: Ledger) -> tuple[Stay, ...]:
    """Every stay of this work in a place, the newest first.

    Another configuration of the same work continues a stay. A deployment that failed and went back
    doesn't end one; one that got stuck does, since nobody can tell what runs.
    """
    standing = ledger.at(place)
    contents = {each: standing.settled[each].assignment.content for each in standing.akin(work)}
    same = [each for each, content in contents.items() if is_same_work(work, content)]
    digests = {contents[each].digest for each in same}
    told = [each for digest, each in standing.verifications.items() if digest in digests]
    test = max(told, key=lambda each: each.sequence, default=None)
    found = [
        _stay(place, standing.settled[first:last], _left(standing, last, ledger), test, ledger)
        for first, last in _stretches(same)
    ]
    return tuple(reversed(found))


def _stretches(same: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First index and the index after the last, of each run of numbers without a gap."""
    for _, run in groupby(enumerate(same), key=lambda pair: pair[1] - pair[0]):
        indexes = [each for _, each in run]
        yield indexes[0], indexes[-1] + 1


def _stay(
    place: Place,
    claims: tuple[Claim, ...],
    left: datetime | None,
    test: Verification | None,
    ledger: Ledger,
) -> Stay:
    last = claims[-1].assignment
    return Stay(
        place=place,
        content=last.content,
        began=instant_of(ledger.ends[claims[0].deployment].ended),
        renewed=instant_of(ledger.ends[claims[-1].deployment].ended),
        left=left,
        tested=bool(last.lanes.verification),
        test=test,
    )


def _left(standing: Standing, after: int, ledger: Ledger) -> datetime | None:
    if after < len(standing.settled):
        return instant_of(ledger.ends[standing.settled[after].deployment].ended)
    if standing.running is None and standing.last_end is not None:
        return instant_of(standing.last_end.ended)
    return None
