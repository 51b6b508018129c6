"""Pages of maintenance that people ask for, put up and taken down.

Nothing is remembered: what the history wants at this instant is compared with what a place shows.
So whatever was killed in between, the next look makes it right (D27).
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.daemon.teller import Teller
from reconciler.deployer.ledger import Ledger
from reconciler.deployer.screens import screens_at, wanted
from reconciler.deployer.standing import Standing
from reconciler.errors import TagboatError
from reconciler.model.deployment import Page
from reconciler.model.observation import Presence
from reconciler.model.place import Place
from reconciler.model.records import Claim
from reconciler.names import instant_of
from reconciler.ports import Clock, Driver, Failpoints

_AT_ONCE = 8
_AGAIN = 10.0
_TIMEOUT = 30.0
_SOONEST, _LATEST = 60, 3600
"""Seconds after which visitors may try again: it may end before its time."""


@dataclass(slots=True)
class Screens:
    """The pages of places where nothing is under way. Only the deciding thread calls it.

    A place that no request was ever granted for is never touched.
    """

    drivers: Mapping[str, Driver]
    clock: Clock
    failpoints: Failpoints
    reconciler: str
    teller: Teller
    _wanted: Mapping[Place, bool] = field(default_factory=dict)
    _looked: float = float("-inf")

    def look(self, ledger: Ledger, busy: frozenset[Place], *, host: str) -> None:
        """Make visitors see what is wanted, a few places at a time, and tell what goes wrong.

        It looks every ten seconds, and at once when something else is wanted. Only where this
        ``host`` deployed last: a place of another one is that one's.
        """
        now, moment = self.clock.now(), self.clock.monotonic()
        asked = {
            place: (standing, claim)
            for place in ledger.places
            if (standing := ledger.at(place)).screens and place not in busy
            if standing.open_claim is None and not standing.broken
            if (claim := standing.last_claim) and claim.is_of(self.reconciler, host)
        }
        found = {place: wanted(standing, now) for place, (standing, _) in asked.items()}
        settled = {place: each for place, each in found.items() if each is not None}
        if settled == self._wanted and moment - self._looked < _AGAIN:
            return
        self._wanted, self._looked = settled, moment
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            said = pool.map(lambda place: self._put(*asked[place], now, up=settled[place]), settled)
            for place, (done, trouble) in zip(settled, said, strict=True):
                self.teller.tell(f"page {place}", f"{place} {done}" if done else "")
                line = f"{place}: its page of maintenance can't be changed: {trouble}"
                self.teller.tell(f"trouble {place}", line if trouble else "")

    def _put(self, standing: Standing, claim: Claim, now: datetime, *, up: bool) -> tuple[str, str]:
        """What was done, and what went wrong; one place's trouble is no other's (X5)."""
        target = claim.assignment.target
        driver = self.drivers.get(target.driver)
        if driver is None:
            return "", ""
        seen = driver.observe(target)
        if seen.presence is Presence.UNKNOWN:
            return "", seen.detail
        if seen.page == up:
            return "", ""
        page = _page(standing, now) if up else None
        self.failpoints.reach("screen.before")
        try:
            driver.maintain(target, page, fence=claim.sequence, timeout=_TIMEOUT)
        except TagboatError as error:
            return "", error.message
        self.failpoints.reach("screen.after")
        return "shows a page of maintenance" if up else "lets visitors in again", ""


def _page(standing: Standing, now: datetime) -> Page:
    """What visitors see: nothing of who keeps them out, and why."""
    until = max(instant_of(each.until) for each in screens_at(standing, now))
    left = int((until - now).total_seconds())
    return Page(title=standing.place.app, retry_after=max(_SOONEST, min(left, _LATEST)))
