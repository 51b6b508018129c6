"""A slot is never used twice and never silently lost, whatever becomes of clocks and daemons."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from planner_town import gates, saw

from reconciler.deployer.ledger import Ledger
from reconciler.model.deployment import Assignment
from reconciler.model.plan import Verdict
from reconciler.model.records import Claim, Departure, End, Outcome
from reconciler.model.schedule import Schedule
from reconciler.names import instant_of, instant_text
from reconciler.planner.evidence import Witness
from reconciler.planner.inputs import Inputs
from reconciler.planner.plan import make_plan
from reconciler.planner.scribe import Scribe
from reconciler.timetable.slots import slots

ZONE = "America/New_York"
VERSIONS = [f"2.{number}.0" for number in range(8)]
SCHEDULE = {"days": ["mon", "wed"], "time": "02:30"}
START = datetime(2026, 10, 28, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Line:
    """A follower with a schedule, and daemons that know nothing but its history."""

    scene: object
    inputs: Inputs
    arrivals: list[Assignment]
    latest: datetime = START

    @property
    def records(self) -> list:
        return self.scene.records

    def look(self, minutes: int, column: str, *, arrives: bool, ends: bool) -> None:
        """The clock is set by so much, something happens, and a new daemon looks."""
        scene = self.scene
        scene.now += minutes * MINUTE
        self.latest = max(self.latest, scene.now)
        if arrives and self.arrivals:
            assignment = self.arrivals.pop(0)
            scene._deployed("staging", assignment, Outcome.SUCCEEDED, assignment.content)
        if column:
            saw(scene, "ticket", "shop jira https://jira.example SHOP-1", state=column)
            moment = instant_text(scene.now)
            self.records[-1] = self.records[-1].model_copy(update={"at": moment})
        if ends:
            self._end()
        self._decide()
        self._decide()

    def _decide(self) -> None:
        known = replace(self.inputs, now=self.scene.now, ledger=Ledger.of(self.records))
        plan = make_plan(known)
        at = instant_text(self.scene.now)
        number = iter(range(100))
        scribe = Scribe(
            Witness(known, {}),
            plan,
            "one",
            lambda: f"{len(self.records)}-{next(number)}",
            lambda: at,
        )
        for each in (*scribe.departures(), *scribe.refusals(known.ledger)):
            self.scene.add(each)
        for each in plan.decisions:
            if each.place.environment == "production" and each.verdict is Verdict.DEPLOY:
                self.scene.add(scribe.claim(each))

    def _end(self) -> None:
        ledger = Ledger.of(self.records)
        for place in ledger.open_places():
            claim = ledger.open_claim(place)
            at = instant_text(self.scene.now)
            self.scene.add(
                End(
                    id=f"e{len(self.records)}",
                    at=at,
                    reconciler="one",
                    environment=place.environment,
                    app=place.app,
                    deployment=claim.deployment,
                    outcome=Outcome.SUCCEEDED,
                    version=claim.assignment.content.version,
                    running=claim.assignment.content,
                    steps=(),
                    started=at,
                    ended=at,
                    seconds=0,
                )
            )

    def accounted(self) -> list[datetime]:
        """The slots that something left with, or that were written down."""
        found = []
        for each in self.records:
            match each:
                case Claim(environment="production", slot=slot):
                    found.append(instant_of(slot))
                case Departure(slot=slot, fate=fate) if fate != "counting":
                    found.append(instant_of(slot))
        return found

    def expected(self) -> list[datetime]:
        (begun,) = [x for x in self.records if isinstance(x, Departure) and x.fate == "counting"]
        schedule = Schedule.model_validate(SCHEDULE, strict=False)
        after = instant_of(begun.slot)
        return list(slots(schedule, ZONE, after=after, until=self.latest))


@pytest.fixture
def line_from(scene) -> Callable[[], Line]:
    """The line at its beginning, made again and again from the same files."""
    gates(scene, "{tickets: {state: Staging}}")
    scene.files["environments/production/environment.yaml"] += f"timezone: {ZONE}\n"
    app = "releases/shop/app.yaml"
    scene.files[app] += 'tracker: {name: jira, pattern: "SHOP-[0-9]+"}\n'
    scene.files["environments/connections.yaml"] = (
        "apiVersion: tagboat/v1\nkind: Connections\n"
        "trackers: {jira: {type: jira, url: 'https://jira.example', secret: KEY}}\n"
    )
    scene.files["environments/staging/environment.yaml"] = (
        "apiVersion: tagboat/v1\nkind: Environment\nname: staging\n"
        'target: {driver: local, root: "{environment}/{app}"}\n'
    )
    text = scene.files["releases/shop/1.0.0/release.yaml"] + "tickets: [SHOP-1]\n"
    for number, version in enumerate(VERSIONS):
        own = text.replace("1.0.0", version).replace("b" * 40, str(number) * 40)
        scene.files[f"releases/shop/{version}/release.yaml"] = own
    head = "apiVersion: tagboat/v1\nkind: Promotion\napp: shop\n"
    scene.files["environments/staging/shop.yaml"] = f'{head}release: "{VERSIONS[0]}"\n'
    scene.files["environments/production/shop.yaml"] = (
        f"{head}follow: {{environment: staging, schedule: {{days: [mon, wed], time: '02:30'}}}}\n"
    )
    scene.now = START
    inputs = scene.inputs()
    arrivals = [scene.assignment(each, "staging") for each in VERSIONS]
    return lambda: Line(replace(scene, records=[]), inputs, [*arrivals])


SLOT = int((datetime(2026, 11, 2, 7, 30, tzinfo=UTC) - START) / MINUTE)
"""Minutes to the first slot, after the clocks went back."""
COLUMNS = st.sampled_from(["Staging", "Staging", "Doing", ""])
SPANS = st.one_of(
    st.integers(-3 * 24 * 60, 9 * 24 * 60), st.integers(-90, 90), st.sampled_from([0, SLOT])
)
STEPS = st.lists(st.tuples(SPANS, COLUMNS, st.booleans(), st.booleans()), min_size=1, max_size=14)


@pytest.mark.timeout(300)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example([(SLOT, "Staging", True, True), (0, "Staging", True, True)])
@example([(SLOT, "Doing", True, True), (0, "Staging", True, True)])
@example([(SLOT, "", True, True), (61, "Staging", True, True)])
@example([(SLOT, "Staging", True, False), (-SLOT, "Staging", True, True), (SLOT, "", True, True)])
@given(STEPS)
def test_i1_f37_s11_each_slot_is_accounted_for_exactly_once(line_from, steps):
    line = line_from()
    line.look(0, "", arrives=False, ends=False)
    for minutes, column, arrives, ends in steps:
        line.look(minutes, column, arrives=arrives, ends=ends)
    # In the end nothing is under way, and somebody looks once the clock is past all it was.
    rest = int((line.latest - line.scene.now) / MINUTE) + 61
    line.look(rest, "Doing", arrives=False, ends=True)
    assert sorted(line.accounted()) == line.expected()
