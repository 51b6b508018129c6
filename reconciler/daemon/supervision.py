"""Processes that died while their content is unchanged are started again: that is not drift."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from reconciler.daemon.view import View
from reconciler.deployer.standing import Standing
from reconciler.errors import TagboatError
from reconciler.model.content import PlaceTarget
from reconciler.model.observation import Observation
from reconciler.model.place import Place
from reconciler.model.records import Claim, Restart
from reconciler.names import instant_text
from reconciler.ports import Clock, Driver

_AT_ONCE = 8


class Supervision:
    """Looks at places where nothing is under way. Only the deciding thread calls it."""

    def __init__(
        self, drivers: Mapping[str, Driver], clock: Clock, identify: Callable[[], str]
    ) -> None:
        """Work with the enabled drivers."""
        self._drivers = drivers
        self._clock = clock
        self._identify = identify

    def restart(
        self, view: View, reconciler: str, busy: frozenset[Place]
    ) -> tuple[list[Restart], Mapping[Place, str]]:
        """Start what should run and doesn't, a few places at a time.

        What was done, as records; and for each place looked at what went wrong there, or nothing.
        """
        idle = [
            claim
            for place in view.ledger.places
            if place not in busy and (standing := view.ledger.at(place)).open_claim is None
            if not standing.broken and (claim := _looked_after(standing))
            if claim.reconciler == reconciler
        ]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            answers = pool.map(lambda claim: self._start(view, claim), idle)
            answered = list(zip(idle, answers, strict=True))
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
            for claim, (why, _) in answered
            if why
        ]
        return restarts, {
            Place(claim.environment, claim.app): trouble for claim, (_, trouble) in answered
        }

    def _start(self, view: View, claim: Claim) -> tuple[str, str]:
        """Why it was started, and what went wrong: one place's trouble is no other's (X5)."""
        standing = view.ledger.at(Place(claim.environment, claim.app))
        running = standing.running or claim.assignment.content
        driver = self._drivers.get(claim.assignment.target.driver)
        if driver is None:
            return "", ""
        try:
            return driver.supervise(claim.assignment.target, running), ""
        except TagboatError as error:
            return "", error.message

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
