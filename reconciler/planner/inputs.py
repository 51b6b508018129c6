"""Everything a plan is made from; nothing else may influence it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.deployer.ledger import Ledger
from reconciler.diagnostics import Report
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.content import Content
from reconciler.model.deployment import Assignment
from reconciler.model.observation import Observation
from reconciler.model.place import Place
from reconciler.model.records import SignOff
from reconciler.signoff import Judgement


@dataclass(frozen=True, slots=True)
class Inputs:
    """One commit judged and loaded, the history, and what was observed.

    ``snapshot`` holds the admitted files, ``tip`` the files as the branch has them: they differ
    where something is not signed off. ``journalled`` are the deployments whose journal this host
    has. ``alarms`` are reasons that stop every new start; ``stopped`` are places that this host may
    not touch, and why. ``drivers`` are the enabled ones, or nothing when the host isn't known (a
    plan made on somebody's laptop).
    """

    basis: str
    snapshot: Snapshot
    tip: Snapshot
    report: Report
    judgement: Judgement
    ledger: Ledger
    reconciler: str = ""
    journalled: frozenset[str] = frozenset()
    observations: Mapping[Place, Observation] = field(default_factory=dict)
    drivers: frozenset[str] | None = None
    alarms: tuple[str, ...] = ()
    stopped: Mapping[Place, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """What every gate is asked about: whether this place may start to run that content.

    ``wanted`` is the version the branch's tip asks for; ``assignment`` is missing when the admitted
    files don't lead to one.
    """

    inputs: Inputs
    place: Place
    wanted: str
    sign_off: SignOff | None
    assignment: Assignment | None
    running: Content | None
