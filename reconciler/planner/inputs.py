"""Everything a plan is made from; nothing else may influence it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from reconciler.deployer.ledger import Ledger, Standing
from reconciler.diagnostics import Report
from reconciler.manifest.layering import LAID
from reconciler.manifest.paths import promotion_path
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.alarm import Alarm
from reconciler.model.app import App
from reconciler.model.approval import Approval
from reconciler.model.content import Content
from reconciler.model.deployment import Assignment
from reconciler.model.desired import Desired
from reconciler.model.environment import Environment
from reconciler.model.gates import After, Gates
from reconciler.model.observation import Observation
from reconciler.model.place import Place
from reconciler.model.promotion import Promotion
from reconciler.model.records import SignOff
from reconciler.model.release import Release
from reconciler.names import instant_of
from reconciler.planner.concerns import Subject, subject_of
from reconciler.signoff import Judgement, Taint

PLACES_AT_ONCE = 20
"""Places that one merge may move without a confirmation, unless the host says otherwise."""


@dataclass(frozen=True)
class Inputs:
    """One commit judged and loaded, the history, what was observed, and the time.

    ``now`` is an instant in UTC: the only time that a plan knows. ``snapshot`` holds the admitted
    files, ``tip`` the files as the branch has them: they differ where something is not signed off.
    ``host`` tells hosts with one reconciler's name apart, where it is known.
    ``journalled`` are the deployments whose journal this host has. ``alarms`` are reasons that stop
    every new start; ``stopped`` are places that this host may not touch, and why; ``full`` says why
    it has no room for anything new. ``drivers`` are the enabled ones, ``repositories`` those that
    this host can look at, or nothing when the host isn't known (a plan made on somebody's laptop).
    ``places_at_once`` is how many places one merge may move without a confirmation.
    """

    basis: str
    snapshot: Snapshot
    tip: Snapshot
    report: Report
    judgement: Judgement
    ledger: Ledger
    now: datetime
    reconciler: str = ""
    host: str = ""
    journalled: frozenset[str] = frozenset()
    observations: Mapping[Place, Observation] = field(default_factory=dict)
    drivers: frozenset[str] | None = None
    repositories: frozenset[str] | None = None
    places_at_once: int = PLACES_AT_ONCE
    full: str = ""
    alarms: tuple[Alarm, ...] = ()
    stopped: Mapping[Place, str] = field(default_factory=dict)
    rehearsal: bool = False
    """To look ahead: what nobody can know yet is as it should be, and every driver is at hand."""

    @cached_property
    def approvals(self) -> Mapping[tuple[str, str, str], tuple[Approval, ...]]:
        """App, version and environment → the approvals in force there."""
        found: dict[tuple[str, str, str], list[Approval]] = defaultdict(list)
        for each in self.snapshot.approvals.values():
            found[each.app, each.version, each.environment].append(each)
        return {key: tuple(each) for key, each in found.items()}

    def versions_of(self, app: str) -> frozenset[str]:
        """The versions of an app that are released, or would be if they were signed off."""
        return frozenset(
            version for each in (self.snapshot, self.tip) for version in each.versions.get(app, ())
        )

    def quarantined(self, app: str, version: str) -> bool:
        """Whether a release is in quarantine at this instant."""
        found = self.snapshot.quarantines.get((app, version))
        return found is not None and (found.until is None or self.now < instant_of(found.until))

    @cached_property
    def of_root(self) -> SignOff:
        """What brought the files that stand by the trust root."""
        return SignOff(commit=self.judgement.root)

    @cached_property
    def taints_about(self) -> Mapping[Subject, tuple[tuple[int, Taint], ...]]:
        """What paths are about → what is wrong with them, each with its number in their order."""
        found: dict[Subject, list[tuple[int, Taint]]] = defaultdict(list)
        for number, each in enumerate(self.judgement.taints):
            found[subject_of(each.path)].append((number, each))
        return {subject: tuple(each) for subject, each in found.items()}

    @cached_property
    def moved(self) -> Mapping[str, int]:
        """Merge → how many places' promotions it brought that are in force."""
        paths = (promotion_path(environment, app) for environment, app in self.snapshot.promotions)
        found = (self.judgement.admissions.get(each) for each in paths)
        return Counter(each.came for each in found if each is not None)


@dataclass(frozen=True, slots=True)
class Ask:
    """What every gate is asked about: whether this place may start to run that content.

    ``desired`` is what the admitted promotion comes to, and ``wanted`` its name: an answer speaks
    of that and of nothing else. ``shown`` is the version that the branch's tip asks for, another
    one where the two differ (`in_force`). ``promotion``, ``environment`` (as it is in
    force for this app), ``app`` and ``release`` are the admitted ones. They and ``assignment`` are
    missing when the admitted files don't lead to one.
    """

    inputs: Inputs
    place: Place
    wanted: str
    shown: str
    promotion: Promotion | None
    environment: Environment | None
    app: App | None
    desired: Desired
    release: Release | None
    sign_off: SignOff | None
    assignment: Assignment | None
    running: Content | None

    @property
    def asked_for(self) -> bool:
        """Whether a file asks for something here, signed off or not, readable or not."""
        key, tip = (self.place.environment, self.place.app), self.inputs.tip
        there = key in tip.promotions or self.place.promotion_path in tip.broken
        return self.promotion is not None or there

    @property
    def in_force(self) -> bool:
        """Whether what the branch asks for here is what is admitted.

        If it isn't, what the gates say of content would be about other content than is shown.
        """
        path = self.place.promotion_path
        shown = self.inputs.tip.promotions.get((self.place.environment, self.place.app))
        same = shown is None or shown == self.promotion
        return same and path not in self.inputs.judgement.tainted

    @property
    def standing(self) -> Standing:
        """What the history says of the place."""
        return self.inputs.ledger.at(self.place)

    @property
    def content(self) -> Content | None:
        """What would run here, with the configuration of this place."""
        return self.assignment.content if self.assignment else None

    @property
    def gates(self) -> Gates:
        """What a promotion must pass here; nothing where the environment can't be had.

        What follows an environment has to be proven there, whether the policy says so or not.
        """
        # Of these files alone, and asked for by every other gate.
        return self.inputs.snapshot.derive(
            (*LAID, "promotions"), ("gates", self.place), self._gates
        )

    def _gates(self) -> Gates:
        gates = self.environment.gates if self.environment else Gates()
        follow = self.promotion.follow if self.promotion else None
        if gates.after is None and follow is not None and follow.environment is not None:
            return gates.model_copy(update={"after": After(environment=follow.environment)})
        return gates

    @property
    def now(self) -> datetime:
        """The instant that is decided for, in UTC."""
        return self.inputs.now

    def at(self, instant: datetime) -> "Ask":
        """The same question at another instant, as long as nothing else happens."""
        if instant == self.now:
            return self
        return replace(self, inputs=replace(self.inputs, now=instant))

    @property
    def adopts(self) -> bool:
        """Whether what is asked for runs here already, put there by hand, as was granted."""
        answer, never = self.standing.granted, self.standing.last_claim is None
        verb, version = (answer.verb, answer.content) if answer else ("", "")
        return verb == "adopt" and never and self.desired.shown == version

    @property
    def mends(self) -> bool:
        """Whether what is asked for is what should run here, and something else was found."""
        running, content = self.running, self.content
        same = running is not None and content is not None and content.digest == running.digest
        return same and self.in_force and self.standing.drifted is not None

    @property
    def goes_back(self) -> bool:
        """Whether it leads back to what has run here with success, and is among the last that did.

        That was proven and agreed to here, so gates before something new don't ask then.
        """
        return self.content is not None and self.content.digest in self.inputs.ledger.keep(
            self.place
        )
