"""Processes that died while their content is unchanged are started again: that is not drift.

Content that isn't what the last deployment put there is drift: it is recorded, and what is to be
done about it is the plan's matter.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from reconciler.canonical import digest_of
from reconciler.daemon.view import View
from reconciler.deployer.standing import Standing
from reconciler.errors import TagboatError
from reconciler.model.content import PlaceTarget
from reconciler.model.observation import Observation
from reconciler.model.place import Place
from reconciler.model.records import Claim, Drift, Restart
from reconciler.names import instant_text
from reconciler.ports import Clock, Driver

_AT_ONCE = 8
_AGAIN = 10.0
"""Seconds from the beginning of one round to that of the next."""
_IN_A_HURRY = 16
"""Places that are looked at before it is asked whether something more urgent waits."""


class Supervision:
    """Looks at places where nothing is under way. Only the deciding thread calls it."""

    def __init__(
        self, drivers: Mapping[str, Driver], clock: Clock, identify: Callable[[], str]
    ) -> None:
        """Work with the enabled drivers."""
        self._drivers = drivers
        self._clock = clock
        self._identify = identify
        self._left: set[Place] = set()
        self._begun = float("-inf")

    @property
    def due(self) -> bool:
        """Whether it is time for a look."""
        return self.pending or self._clock.monotonic() >= self._begun + _AGAIN

    @property
    def pending(self) -> bool:
        """Whether a round was interrupted: the next look goes on with it."""
        return bool(self._left)

    def look(
        self,
        view: View,
        reconciler: str,
        busy: frozenset[Place],
        *,
        host: str = "",
        hurry: Callable[[], bool] = lambda: False,
    ) -> tuple[list[Restart | Drift], Mapping[Place, str]]:
        """Start what should run and doesn't, a few places at a time, and see what drifted.

        What was done and found, as records; those of drift have the same id until one of them is in
        the history. What another ``host`` of this reconciler's name deployed is that one's to tell
        of: two that live would contradict each other. And for each place looked at what went wrong
        there, or nothing.

        A round is a look at every place; when ``hurry`` says so, the rest waits for the next look,
        so that a merge doesn't wait for a thousand places.
        """
        idle = [
            claim
            for place in view.ledger.places
            if place not in busy and (standing := view.ledger.at(place)).open_claim is None
            if not standing.broken and (claim := _looked_after(standing))
            if claim.reconciler == reconciler
        ]
        if not self._left:
            self._begun = self._clock.monotonic()
        else:
            idle = [each for each in idle if Place(each.environment, each.app) in self._left]
        self._left = {Place(each.environment, each.app) for each in idle}
        answered: list[tuple[Claim, tuple[str, str, str | None]]] = []
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for start in range(0, len(idle), _IN_A_HURRY):
                some = idle[start : start + _IN_A_HURRY]
                answers = pool.map(lambda claim: self._start(view, claim), some)
                answered += zip(some, answers, strict=True)
                self._left -= {Place(each.environment, each.app) for each in some}
                if hurry():
                    break
        restarts = [
            Restart(
                id=self._identify(),
                at=instant_text(self._clock.now()),
                reconciler=reconciler,
                environment=claim.environment,
                app=claim.app,
                version=claim.assignment.content.version,
                why=why,
            )
            for claim, (why, _, _) in answered
            if why
        ]
        drifts = [
            self._drift(claim, standing, found, reconciler=reconciler)
            for claim, (_, _, found) in answered
            if (standing := view.ledger.at(Place(claim.environment, claim.app))).running
            and found is not None
            and claim.is_of(reconciler, host)
            and found != (standing.drift.found if standing.drift else "")
        ]
        return [*restarts, *drifts], {
            Place(claim.environment, claim.app): trouble for claim, (_, trouble, _) in answered
        }

    def _drift(self, claim: Claim, standing: Standing, found: str, *, reconciler: str) -> Drift:
        before = standing.drift.id if standing.drift else ""
        # After a deployment that went back, the same found again is news.
        last = standing.last_claim.id if standing.last_claim else ""
        said = {"drift": claim.id, "after": last, "found": found, "before": before}
        return Drift(
            id=digest_of(said),
            at=instant_text(self._clock.now()),
            reconciler=reconciler,
            environment=claim.environment,
            app=claim.app,
            deployment=claim.deployment,
            version=claim.assignment.content.version,
            found=found,
        )

    def _start(self, view: View, claim: Claim) -> tuple[str, str, str | None]:
        """Why it was started, what went wrong, and what is there instead of what should be.

        One place's trouble is no other's (X5).
        """
        standing = view.ledger.at(Place(claim.environment, claim.app))
        running = standing.running or claim.assignment.content
        driver = self._drivers.get(claim.assignment.target.driver)
        if driver is None:
            return "", "", None
        target = claim.assignment.target
        try:
            why = driver.supervise(target, running)
        except TagboatError as error:
            return "", error.message, None
        seen = driver.observe(target)
        # What was taken over as it is the driver need not see at all.
        unseen = not claim.assignment.lanes.forward and not seen.digest and not seen.altered
        return why, "", None if unseen else seen.instead_of(running.digest)

    def observe(self, places: Mapping[Place, PlaceTarget]) -> Mapping[Place, Observation]:
        """What is in these places now, asked a few at a time."""
        asked = [
            (place, target, driver)
            for place, target in places.items()
            if (driver := self._drivers.get(target.driver))
        ]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            seen = pool.map(lambda each: each[2].observe(each[1]), asked)
            return dict(zip((place for place, _, _ in asked), seen, strict=True))


def _looked_after(standing: Standing) -> Claim | None:
    """The claim that says what should run in an idle place: content, or a page of maintenance."""
    if standing.running and standing.settled:
        return standing.settled[-1]
    last = standing.last_claim
    return last if standing.stuck and last and last.assignment.lanes.maintained else None
