"""Cells: what is to be said of each place, derived from its decision and its history."""

from dataclasses import dataclass, replace
from enum import Enum

from reconciler.deployer.ledger import Ledger, Standing
from reconciler.deployer.pauses import pauses_at
from reconciler.model.place import Place
from reconciler.model.plan import Decision, Verdict
from reconciler.model.records import Answer, Reason
from reconciler.publish.attempts import Attempt, attempts_of
from reconciler.publish.inputs import SiteInputs

TIERS = {
    "dev": 0,
    "development": 0,
    "test": 1,
    "qa": 1,
    "uat": 2,
    "staging": 3,
    "production": 5,
    "prod": 5,
}
_OTHER_TIER = 4


class Status(Enum):
    """What a place does: the class that colours it, a symbol, and the word that says it."""

    RUNS = ("runs", "✔", "runs")
    STARTS = ("busy", "⟳", "about to deploy")
    DEPLOYING = ("busy", "⟳", "deploying")
    HELD = ("held", "⏸", "held")
    STUCK = ("stuck", "✖", "stuck")
    BROKEN = ("stuck", "✖", "broken")
    NOTHING = ("nothing", "—", "nothing")

    @property
    def colour(self) -> str:
        """The class that colours it."""
        return self.value[0]

    @property
    def symbol(self) -> str:
        """One character, never shown without the word."""
        return self.value[1]

    @property
    def word(self) -> str:
        """What it is called."""
        return self.value[2]


_OF_VERDICT = {
    Verdict.DEPLOY: Status.STARTS,
    Verdict.BUSY: Status.DEPLOYING,
    Verdict.GO_BACK: Status.DEPLOYING,
    Verdict.HOLD: Status.HELD,
    Verdict.BROKEN: Status.BROKEN,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One place as it is shown. Versions are empty for nothing."""

    place: Place
    status: Status
    running: str
    wanted: str
    since: str
    """Instant from which on what runs has been running."""
    sentence: str
    closed: tuple[Reason, ...]
    notes: tuple[str, ...]
    standing: Standing
    latest: Attempt | None
    """The newest deployment here."""
    kept_out: bool = False
    """Whether somebody keeps visitors out by a page of maintenance."""
    pauses: tuple[Answer, ...] = ()
    """What stops new starts here, oldest first, also where nothing waits for its end."""

    @property
    def needs_attention(self) -> bool:
        """Whether somebody should look: held, stuck, broken, or running with a closed gate.

        Also where people are asked something, where what a place keeps is gone at its source, or
        where visitors are kept out.
        """
        closed = self.closed if self.status is Status.RUNS else ()
        return self.status in {Status.HELD, Status.STUCK, Status.BROKEN} or bool(
            closed or self.standing.questions or self.standing.unready or self.kept_out
        )


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything derived once and shown on many pages.

    ``apps`` are sorted, ``environments`` go from development to production, ``attempts`` are newest
    first.
    """

    inputs: SiteInputs
    apps: tuple[str, ...]
    environments: tuple[str, ...]
    cells: dict[Place, Cell]
    attempts: tuple[Attempt, ...]


def overview_of(inputs: SiteInputs) -> Overview:
    """The overview of these inputs."""
    ledger = Ledger.of(inputs.records)
    attempts = attempts_of(inputs)
    newest: dict[Place, Attempt] = {}
    for each in attempts:
        newest.setdefault(each.place, each)
    decisions = {each.place: each for each in inputs.plan.decisions}
    places = sorted({*decisions, *ledger.places})
    apps = {*inputs.apps, *(each.app for each in places)}
    environments = {*inputs.environments, *(each.environment for each in places)}
    return Overview(
        inputs=inputs,
        apps=tuple(sorted(apps)),
        environments=tuple(sorted(environments, key=lambda each: _rank(inputs, each))),
        cells={
            each: replace(
                _cell(each, decisions.get(each), ledger.at(each), newest.get(each)),
                pauses=tuple(pauses_at(ledger.pauses, each, inputs.generated_at)),
            )
            for each in places
        },
        attempts=attempts,
    )


def _rank(inputs: SiteInputs, name: str) -> tuple[int, str]:
    environment = inputs.environments.get(name)
    tier = environment.tier if environment and environment.tier else name
    return (TIERS.get(tier, _OTHER_TIER), name)


def _cell(
    place: Place, decision: Decision | None, standing: Standing, latest: Attempt | None
) -> Cell:
    running = standing.running.version if standing.running else ""
    status = _status(decision, standing)
    return Cell(
        place=place,
        status=status,
        running=running,
        wanted=_wanted(decision, standing, running),
        since=standing.running_since,
        sentence=_sentence(decision, standing, running),
        closed=() if status is Status.DEPLOYING or decision is None else decision.closed,
        notes=decision.notes if decision else (),
        standing=standing,
        latest=latest,
        kept_out=bool(decision and decision.kept_out),
    )


def _status(decision: Decision | None, standing: Standing) -> Status:
    verdict = decision.verdict if decision else Verdict.IN_SYNC
    if standing.broken:
        return Status.BROKEN
    if standing.open_claim:
        return Status.DEPLOYING
    if standing.stuck and verdict is not Verdict.DEPLOY:
        return Status.STUCK
    if verdict is Verdict.IN_SYNC:
        return Status.RUNS if standing.running else Status.NOTHING
    return _OF_VERDICT[verdict]


def _wanted(decision: Decision | None, standing: Standing, running: str) -> str:
    if standing.open_claim:
        return standing.open_claim.assignment.content.version
    return decision.wanted if decision else running


def _sentence(decision: Decision | None, standing: Standing, running: str) -> str:
    if standing.broken:
        return standing.broken.message
    if decision:
        return decision.sentence
    return f"runs {running}" if running else "nothing runs here"
