"""Everything a plan is made from; nothing else may influence it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.deployer.ledger import Ledger, Standing
from reconciler.diagnostics import Report
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.app import App
from reconciler.model.content import Content
from reconciler.model.deployment import Assignment
from reconciler.model.environment import Environment
from reconciler.model.observation import Observation
from reconciler.model.place import Place
from reconciler.model.promotion import Promotion
from reconciler.model.records import SignOff
from reconciler.model.release import Release
from reconciler.signoff import Judgement


@dataclass(frozen=True, slots=True)
class Inputs:
    """One commit judged and loaded, the history, what was observed, and the time.

    ``now`` is an instant in UTC: the only time that a plan knows. ``snapshot`` holds the admitted
    files, ``tip`` the files as the branch has them: they differ where something is not signed off.
    ``journalled`` are the deployments whose journal this host has. ``alarms`` are reasons that stop
    every new start; ``stopped`` are places that this host may not touch, and why. ``drivers`` are
    the enabled ones, or nothing when the host isn't known (a plan made on somebody's laptop).
    """

    basis: str
    snapshot: Snapshot
    tip: Snapshot
    report: Report
    judgement: Judgement
    ledger: Ledger
    now: datetime
    reconciler: str = ""
    journalled: frozenset[str] = frozenset()
    observations: Mapping[Place, Observation] = field(default_factory=dict)
    drivers: frozenset[str] | None = None
    alarms: tuple[str, ...] = ()
    stopped: Mapping[Place, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """What every gate is asked about: whether this place may start to run that content.

    ``wanted`` is the version the branch's tip asks for. ``promotion``, ``environment`` (as it is in
    force for this app), ``app`` and ``release`` are the admitted ones. They and ``assignment`` are
    missing when the admitted files don't lead to one.
    """

    inputs: Inputs
    place: Place
    wanted: str
    promotion: Promotion | None
    environment: Environment | None
    app: App | None
    release: Release | None
    sign_off: SignOff | None
    assignment: Assignment | None
    running: Content | None

    @property
    def standing(self) -> Standing:
        """What the history says of the place."""
        return self.inputs.ledger.at(self.place)

    @property
    def now(self) -> datetime:
        """The instant that is decided for, in UTC."""
        return self.inputs.now
