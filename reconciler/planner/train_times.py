"""What became of a train's last slot, when the next one is, and what would keep it then (pure)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from reconciler.deployer.trains import Line
from reconciler.model.app import App, Train
from reconciler.planner.inputs import Inputs
from reconciler.planner.trains import UTC, kept
from reconciler.timetable.slots import next_slot


@dataclass(frozen=True, slots=True)
class TrainTime:
    """One app's train: ``last`` is the sentence of the history, empty before the first slot."""

    app: str
    last: str
    next: datetime
    kept: str = ""
    """Why nothing will be cut then, as things are; empty where something will."""


def train_times(inputs: Inputs, apps: Iterable[str]) -> Iterator[TrainTime]:
    """Of each of these apps that has a train, in the order of their names."""
    for name in sorted(set(apps) & inputs.snapshot.apps.keys()):
        app = inputs.snapshot.apps[name]
        if app.train is not None:
            yield _of(inputs, app, app.train)


def _of(inputs: Inputs, app: App, train: Train) -> TrainTime:
    line = inputs.ledger.lines.get(app.name, Line())
    zone = train.schedule.timezone or UTC
    coming = next_slot(train.schedule, zone, after=inputs.now)
    last = line.last.subject if line.last else ""
    return TrainTime(app.name, last, coming, kept(inputs, app, coming))
