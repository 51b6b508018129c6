"""What will happen when: the planner itself, played forward under a clock that is given (L2, pure).

Taken to be so: deployments succeed and take as long as their releases say; long tests pass and take
as long as they may; a train always finds something new, and a branch that is followed gets a commit
each day; what a gate can't know yet is as it should be, and every driver is at hand. What needs a
person still needs one: such a promotion waits, and the timetable says for whom.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any, Literal

from reconciler.errors import UsageError
from reconciler.manifest.layering import resolve
from reconciler.model.app import App
from reconciler.model.deployment import Assignment
from reconciler.model.place import Place
from reconciler.model.plan import Decision, Departed, Verdict
from reconciler.model.promotion import Follow
from reconciler.model.records import (
    Claim,
    Departure,
    End,
    Outcome,
    Record,
    Sighting,
    Verification,
    numbered,
)
from reconciler.names import instant_of, instant_text, seconds_of
from reconciler.planner.inputs import Inputs
from reconciler.planner.invention import invented, next_release, stopped_by
from reconciler.planner.waiting import Waiting
from reconciler.timetable.slots import slots

What = Literal[
    "cut",
    "not-cut",
    "starts",
    "succeeds",
    "verified",
    "missed",
    "nothing-new",
    "waits",
    "freeze",
    "leaves",
]
"""``starts`` and ``succeeds`` are of deployments; ``waits`` needs a person, or what never
comes; what ``leaves`` is taken away, as its place was a temporary one."""
_ESTIMATE = "10m"
_DAY = timedelta(days=1)
_PASSING = frozenset({"after", "claim", "follow", "needs"})
"""Gates that open by what else happens in the timetable."""
Planner = Callable[[Inputs], tuple[Decision, ...]]
_AGAIN = 50
"""Plans at one instant, at the most: what starts one thing may let another start."""


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One line of the timetable; ``subject`` is a place, or an app for what is cut."""

    at: datetime
    subject: str
    what: What
    version: str = ""
    why: str = ""

    def as_json(self) -> dict[str, str]:
        """The line as plain JSON."""
        return {
            "at": instant_text(self.at),
            "subject": self.subject,
            "what": self.what,
            "version": self.version,
            "why": self.why,
        }


def simulate(inputs: Inputs, *, until: datetime, planner: Planner | None = None) -> Iterator[Event]:
    """The timetable from ``inputs.now`` on, in order of time; the inputs stay as they are.

    ``planner`` gives the decisions of a plan; without it, places that wait are passed over.
    """
    play = replace(inputs, ledger=inputs.ledger.fork(), rehearsal=True, observations={})
    return _Play(play, until, planner or Waiting().decisions).events()


@dataclass(order=True, slots=True)
class _Due:
    at: datetime
    number: int
    record: Record | None = field(default=None, compare=False)
    app: str = field(default="", compare=False)
    branch: str = field(default="", compare=False)


@dataclass(slots=True)
class _Play:
    inputs: Inputs
    until: datetime
    plan: Planner
    heap: list[_Due] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)
    told: dict[Place, str] = field(default_factory=dict)
    trials: set[str] = field(default_factory=set)
    """Versions that stand for a branch's commit of the day."""

    def events(self) -> Iterator[Event]:
        self._plan_ahead()
        while self.inputs.now <= self.until:
            while self.heap and self.heap[0].at <= self.inputs.now:
                yield from self._happens(heappop(self.heap))
            opens: list[datetime] = []
            for _ in range(_AGAIN):
                decisions = self.plan(self.inputs)
                found = [each for one in decisions for each in self._acts(one)]
                yield from found
                if not any(each.what in {"starts", "missed"} for each in found):
                    opens = [each for one in decisions for each in self._opens(one)]
                    break
            later = [self.heap[0].at] if self.heap else []
            following = min((*opens, *later), default=None)
            if following is None:
                yield from (each for one in decisions for each in self._is_left(one))
                return
            self.inputs = replace(self.inputs, now=following)

    def _plan_ahead(self) -> None:
        """Everything that files announce: trains, followers' slots, freezes, days of branches."""
        start, snapshot = self.inputs.now, self.inputs.snapshot
        for app in snapshot.apps.values():
            if app.train is not None:
                for each in slots(app.train.schedule, "Etc/UTC", after=start, until=self.until):
                    self._push(each, app=app.name)
        for (environment, app_name), promotion in snapshot.promotions.items():
            if promotion.follow is not None and app_name in snapshot.apps:
                self._plan_to_follow(environment, app_name, promotion.follow)
        until = [each.temporary.expires for each in snapshot.promotions.values() if each.temporary]
        until += [
            each.temporary.expires for each in snapshot.environments.values() if each.temporary
        ]
        for instant in until:
            self._push(max(start, instant_of(instant)))
        for place in self.inputs.ledger.places:
            self._plan_to_finish(place)
        ends = (
            (instant_of(each.from_), instant_of(each.until)) for each in snapshot.freezes.values()
        )
        for moment in (each for both in ends for each in both if start < each <= self.until):
            self._push(moment.astimezone(UTC))

    def _plan_to_finish(self, place: Place) -> None:
        """What is under way ends when its estimate says so, and at once if it is late.

        Long tests that have said nothing yet begin now.
        """
        standing = self.inputs.ledger.at(place)
        claim = standing.open_claim
        for each in standing.settled[-1:]:
            if each.assignment.content.digest not in standing.verifications:
                self._test(each)
        if claim is not None:
            lasts = timedelta(seconds=claim.estimate or seconds_of(_ESTIMATE))
            left = max(timedelta(), instant_of(claim.at) + lasts - self.inputs.now)
            end = self._end(claim, int(left.total_seconds()))
            self._push(instant_of(end.ended), record=end)

    def _plan_to_follow(self, environment: str, app: str, follow: Follow) -> None:
        start = self.inputs.now
        if follow.schedule is not None:
            found = resolve(self.inputs.snapshot, environment, app).environment
            zone = (found.timezone if found else None) or "Etc/UTC"
            for each in slots(follow.schedule, zone, after=start, until=self.until):
                self._push(each)
        if follow.branch is not None:
            for day in range((self.until - start).days + 1):
                self._push(start + day * _DAY, app=app, branch=follow.branch)

    def _push(
        self, at: datetime, *, record: Record | None = None, app: str = "", branch: str = ""
    ) -> None:
        heappush(self.heap, _Due(at, next(self.numbers), record, app, branch))

    def _happens(self, due: _Due) -> Iterator[Event]:
        match due:
            case _Due(record=End() as end):
                self._append(end)
                claim = self.inputs.ledger.claims[end.deployment]
                if self._is_told(claim) and not end.retired:
                    yield self._event(Place(end.environment, end.app), "succeeds", end.version)
                self._test(claim)
            case _Due(record=Verification() as verification):
                self._append(verification)
                if self._is_told(self.inputs.ledger.claims[verification.deployment]):
                    place = Place(verification.environment, verification.app)
                    yield self._event(place, "verified", verification.version)
            case _Due(app=str() as app, branch=str() as branch) if app and branch:
                self._append(self._head(app, branch, due.at))
            case _Due(app=str() as app) if app:
                yield self._cut(self.inputs.snapshot.apps[app], due.at)
            case _:
                pass

    def _is_told(self, claim: Claim) -> bool:
        """What a branch's commit of the day does at once is only there for others to follow."""
        return bool(claim.slot) or claim.assignment.content.commit not in self.trials

    def _acts(self, decision: Decision) -> Iterator[Event]:
        place = decision.place
        for each in decision.departures:
            self._append(self._departure(decision, each))
            if each.fate != "counting":
                yield self._event(place, each.fate, decision.wanted, each.why)
        if decision.verdict is Verdict.DEPLOY and decision.assignment and decision.sign_off:
            claim = self._append(self._claim(decision, decision.assignment))
            assert isinstance(claim, Claim)  # noqa: S101 - what was appended
            seconds = decision.estimate or seconds_of(_ESTIMATE)
            self._push(
                self.inputs.now + timedelta(seconds=seconds), record=self._end(claim, seconds)
            )
            if decision.assignment.lanes.retires:
                yield self._event(place, "leaves", decision.running, decision.reasons[0].why)
            elif self._is_told(claim):
                why = f"slot {decision.slot}" if decision.slot else ""
                yield self._event(place, "starts", decision.wanted, why)
            self.told.pop(place, None)
        elif decision.verdict is Verdict.HOLD:
            yield from self._waits(decision)

    def _waits(self, decision: Decision) -> Iterator[Event]:
        """For whom a promotion waits, said once."""
        asked = [each for each in decision.closed if not each.opens and each.gate not in _PASSING]
        line = "; ".join(f"{each.gate}: {each.why}" for each in asked)
        if asked and self.told.get(decision.place) != line:
            self.told[decision.place] = line
            yield self._event(decision.place, "waits", decision.wanted, line)

    def _is_left(self, decision: Decision) -> Iterator[Event]:
        """What waits for something that nothing in the timetable brings any more."""
        asked = [each for each in decision.closed if not each.opens]
        if asked and decision.verdict is Verdict.HOLD and decision.place not in self.told:
            line = "; ".join(f"{each.gate}: {each.why}" for each in asked)
            yield self._event(decision.place, "waits", decision.wanted, line)

    def _opens(self, decision: Decision) -> Iterator[datetime]:
        for each in decision.closed:
            if each.opens and instant_of(each.opens) > self.inputs.now:
                yield instant_of(each.opens)

    def _cut(self, app: App, at: datetime) -> Event:
        stopped = stopped_by(self.inputs.snapshot, app, at)
        if stopped:
            return Event(at, app.name, "not-cut", why=f"freeze {stopped}")
        try:
            release = next_release(self.inputs.snapshot, app, at)
        except UsageError as error:
            return Event(at, app.name, "not-cut", why=error.message)
        releases = {**self.inputs.snapshot.releases, (app.name, release.version): release}
        snapshot = replace(self.inputs.snapshot, releases=releases)
        self.inputs = replace(self.inputs, snapshot=snapshot)
        return Event(at, app.name, "cut", release.version)

    def _head(self, app: str, branch: str, at: datetime) -> Sighting:
        commit = invented(f"{app} {branch} {instant_text(at)}", 40)
        self.trials.add(commit)
        components = self.inputs.snapshot.apps[app].components
        trees = {f"tree {each.name}": invented(f"{commit} {each.name}", 40) for each in components}
        return Sighting(
            **self._base(),
            sort="branch",
            about=f"{app} {branch}",
            facts={"commit": commit, **trees},
        )

    def _claim(self, decision: Decision, assignment: Assignment) -> Claim:
        assert decision.sign_off is not None  # noqa: S101 - asked by the caller
        return Claim(
            **self._base(),
            environment=decision.place.environment,
            app=decision.place.app,
            assignment=assignment,
            basis=self.inputs.basis,
            sign_off=decision.sign_off,
            slot=decision.slot,
            expires=decision.expires,
        )

    def _departure(self, decision: Decision, departed: Departed) -> Departure:
        return Departure.model_validate(
            {
                **self._base(),
                "environment": decision.place.environment,
                "app": decision.place.app,
                "slot": departed.slot,
                "fate": departed.fate,
                "wanted": decision.wanted,
                "why": departed.why,
                "basis": self.inputs.basis,
                "sign_off": departed.admitted,
            }
        )

    def _end(self, claim: Claim, seconds: int) -> End:
        ended = instant_text(self.inputs.now + timedelta(seconds=seconds))
        content = claim.assignment.content
        return End(
            **{**self._base(), "at": ended},
            environment=claim.environment,
            app=claim.app,
            deployment=claim.deployment,
            outcome=Outcome.SUCCEEDED,
            version=content.version,
            running=None if claim.assignment.lanes.retires else content,
            steps=(),
            started=claim.at,
            ended=ended,
            seconds=seconds,
        )

    def _test(self, claim: Claim) -> None:
        """Long tests begin; they take as long as they may."""
        content = claim.assignment.content
        seconds = sum(each.timeout for each in claim.assignment.lanes.verification)
        if not seconds:
            return
        at = self.inputs.now + timedelta(seconds=seconds)
        self._push(
            at,
            record=Verification(
                **{**self._base(), "at": instant_text(at)},
                environment=claim.environment,
                app=claim.app,
                deployment=claim.deployment,
                digest=content.digest,
                version=content.version,
                commit=content.commit,
                passed=True,
            ),
        )

    def _append(self, record: Record) -> Record:
        final = numbered(record, self.inputs.ledger.sequence + 1)
        self.inputs.ledger.apply(final)
        return final

    def _base(self) -> dict[str, Any]:
        return {
            "id": f"simulated-{next(self.numbers)}",
            "at": instant_text(self.inputs.now),
            "reconciler": "simulation",
        }

    def _event(self, place: Place, what: What, version: str, why: str = "") -> Event:
        return Event(self.inputs.now, str(place), what, version, why)
