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
_TIMEOUT = 10.0
"""Seconds for one page: the next look goes on with one that isn't done."""
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
    troubles: dict[str, str] = field(default_factory=dict)
    """Place → why its page can't be changed, as of the last look."""
    _wanted: Mapping[Place, bool] = field(default_factory=dict)
    _looked: float = float("-inf")

    def look(self, ledger: Ledger, busy: frozenset[Place], *, host: str) -> None:
        """Make visitors see what is wanted, a few places at a time, and tell what goes wrong.

        It looks every ten seconds, and at once when something else is wanted. Only where this
        ``host`` deployed last: a place of another one is that one's. What goes wrong in a place is
        among the `troubles`, and tried again; nothing is raised for it.
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
            answers = dict(zip(settled, said, strict=True))
        for place, (done, _) in answers.items():
            self.teller.tell(f"page {place}", f"{place} {done}" if done else "")
        before = self.troubles
        self.troubles = {
            f"page of {place}": f"{place}: its page of maintenance can't be changed: {trouble}"
            for place, (_, trouble) in answers.items()
            if trouble
        }
        for subject in before.keys() | self.troubles.keys():
            self.teller.tell(subject, self.troubles.get(subject, ""))

    def _put(self, standing: Standing, claim: Claim, now: datetime, *, up: bool) -> tuple[str, str]:
        """What was done, and what went wrong; one place's trouble is no other's (X5)."""
        target = claim.assignment.target
        driver = self.drivers.get(target.driver)
        if driver is None:
            return "", ""
        seen = driver.observe(target)
        here = standing.running is not None or standing.stuck
        if seen.presence is Presence.UNKNOWN:
            return "", seen.detail
        if seen.page == up:
            return "", ""
        page = _page(standing, now) if up else None
        self.failpoints.reach("screen.before")
        try:
            driver.maintain(target, page, fence=claim.sequence, timeout=_TIMEOUT)
        except (TagboatError, OSError) as error:
            return "", TagboatError.of(error).message
        self.failpoints.reach("screen.after")
        down = "lets visitors in again" if here else "shows no page of maintenance any more"
        return "shows a page of maintenance" if up else down, ""


def _page(standing: Standing, now: datetime) -> Page:
    """What visitors see: nothing of who keeps them out, and why."""
    until = max(instant_of(each.until) for each in screens_at(standing, now))
    left = int((until - now).total_seconds())
    return Page(title=standing.place.app, retry_after=max(_SOONEST, min(left, _LATEST)))
