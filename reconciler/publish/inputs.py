"""All that the pages are made of: facts and one given instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.deployer.progress import StepProgress
from reconciler.model.app import App
from reconciler.model.environment import Environment
from reconciler.model.people import People
from reconciler.model.plan import Plan
from reconciler.model.records import Record
from reconciler.model.release import Release


@dataclass(frozen=True, slots=True)
class SiteInputs:
    """What is known. Equal inputs give equal pages.

    ``records`` are the whole history, in its order. ``releases`` are by app and version.
    ``generated_at`` is the only "now" that the pages know. ``progress`` has the steps of
    deployments under way, by deployment, where the caller knows them; the others show the steps of
    their claim as still to come.
    """

    title: str
    plan: Plan
    records: tuple[Record, ...]
    releases: Mapping[tuple[str, str], Release]
    apps: Mapping[str, App]
    environments: Mapping[str, Environment]
    people: People | None
    generated_at: datetime
    progress: Mapping[str, tuple[StepProgress, ...]] = field(default_factory=dict)
