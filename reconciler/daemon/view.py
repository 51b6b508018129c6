"""The repository as this machine sees it: followed, judged, loaded, with its history folded."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from reconciler.daemon.court import Court, Judged
from reconciler.deployer.ledger import Ledger
from reconciler.diagnostics import Location
from reconciler.errors import ConfigurationError, RefusedError, RewoundError
from reconciler.manifest.codes import Code, integrity
from reconciler.manifest.paths import release_path
from reconciler.model.alarm import Alarm
from reconciler.model.host import Forge, Host
from reconciler.model.merge_request import MergeRequest
from reconciler.model.people import People, fingerprint_of
from reconciler.model.place import Place
from reconciler.model.question import Question
from reconciler.model.records import Record
from reconciler.model.sight import Facts
from reconciler.names import instant_of, instant_text
from reconciler.planner.inputs import Inputs
from reconciler.planner.returns import BRANCHES, successes
from reconciler.repository.folds import FoldStore
from reconciler.repository.git import Git, GitError
from reconciler.repository.history import BRANCH, HistoryBranch, UnreadableHistoryError
from reconciler.repository.integrity import IntegrityError
from reconciler.repository.request_refs import PATTERN, PREFIX
from reconciler.repository.returns import Success
from reconciler.repository.trees import has_files
from reconciler.signoff import Answers, Named
from reconciler.signoff.authority import bare_key
from reconciler.signoff.facts import Trains
from reconciler.system.configuration import Configuration
from reconciler.system.facts import FactStore

FOLLOWED = "refs/tagboat/main"
_RETURNS = f"refs/heads/{BRANCHES}"
ASKED_AT_ONCE = 50
"""Commits about which a forge is asked in one look; the newest come first."""


@dataclass(slots=True)
class View:
    """What is known of the remote: `refresh` asks it, everything else is local.

    One thread uses it. ``alarms`` are reasons that stop every start: a branch that went back, a
    history that isn't what a reconciler wrote. ``store`` keeps what was read between runs; it is
    this view's own, and nothing else writes to it.
    """

    configuration: Configuration
    git: Git
    history: HistoryBranch
    root: str
    store: FactStore | None = None
    alarms: tuple[Alarm, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    records: list[Record] = field(default_factory=list)
    tip: str = ""
    requests: dict[str, str] = field(default_factory=dict)
    """Ref → commit of the requests that the remote has."""
    returned: dict[str, str] = field(default_factory=dict)
    """Name → commit of the branches that ask for a file to be put back."""
    _branch_alarm: Alarm | None = None
    _history_alarm: Alarm | None = None
    _court: Court = field(init=False)
    _seen: tuple[str, str] | None = None
    _whole: bool = False
    """Whether the history was read to its end since the branch was."""

    def __post_init__(self) -> None:
        """Judging starts at this view's trust root."""
        self._court = Court(
            self.git,
            self.root,
            self.store,
            recorded=lambda: self.ledger.verdicts(self.root),
            trains=self.trains,
            settled=self.settled,
            folds=FoldStore(self.store, self.root) if self.store else None,
        )

    @property
    def remote(self) -> str:
        """The address of the repository."""
        return self.configuration.address(self.configuration.host.remote.url)

    @property
    def writable(self) -> bool:
        """Whether the history is as a reconciler left it, so that facts may be added to it."""
        return self._history_alarm is None

    def refresh(self) -> bool:
        """Ask the remote for its refs and bring what is new; whether anything was.

        Raises `UnreachableError` when it doesn't answer; what was known stays known. Raises
        `RefusedError` when nothing ever was and nothing can be brought.
        """
        remote = self.remote
        branch = f"refs/heads/{self.configuration.host.remote.branch}"
        refs = self.git.remote_refs(remote, branch, BRANCH, PATTERN, f"{_RETURNS}*")
        self.requests = {ref: each for ref, each in refs.items() if ref.startswith(PREFIX)}
        self.returned = {
            ref.removeprefix("refs/heads/"): each
            for ref, each in refs.items()
            if ref.startswith(_RETURNS)
        }
        seen = (refs.get(branch, ""), refs.get(BRANCH, ""))
        if seen == self._seen:
            return False
        self._whole = False
        self._branch_alarm = self._follow(remote, branch, seen[0])
        if self._branch_alarm and not self.tip:
            raise RefusedError(str(self._branch_alarm), hint=self._branch_alarm.remedy)
        self.read_history()
        self._branch_alarm = self._branch_alarm or self._lost(branch)
        self.alarms = tuple(each for each in (self._branch_alarm, self._history_alarm) if each)
        # A remote may be mended without any of its refs moving.
        self._seen = None if self._branch_alarm else seen
        return True

    def _lost(self, branch: str) -> Alarm | None:
        """Whether what was judged once is no longer part of the branch, as a record tells."""
        judged = self.ledger.judged_up_to(self.root)
        there = not judged or (
            self.git.resolve(judged) is not None and self.git.contains(judged, within=self.tip)
        )
        if there:
            return None
        said = f"was rewritten: {judged[:12]} was judged and is no longer part of it"
        return _alarm(integrity.REWRITTEN, branch, said)

    def verdicts(self) -> dict[str, str]:
        """Commit → what was found out of its signature, up to what was judged last."""
        return self._court.verdicts()

    def recall(self) -> None:
        """Take up what an earlier run brought here, without asking the remote.

        Raises `ConfigurationError` when nothing was ever brought.
        """
        self.tip = self.git.resolve(FOLLOWED) or ""
        if not self.tip:
            raise ConfigurationError(
                "nothing is known yet of the remote",
                hint="try again when it answers",
            )
        self._fold()

    def _follow(self, remote: str, branch: str, commit: str) -> Alarm | None:
        known = self.git.resolve(FOLLOWED) or ""
        self.tip = self.tip or known
        if not commit:
            return _alarm(integrity.GONE, branch, "is gone from the remote")
        if commit != known:
            try:
                self.git.fetch(remote, f"{branch}:{FOLLOWED}")
            except IntegrityError as error:
                return Alarm.of(error.finding)
            except GitError:
                said = f"was rewritten: {known[:12]} is no longer part of it"
                return _alarm(integrity.REWRITTEN, branch, said)
        self.tip = self.git.resolve(FOLLOWED) or commit
        if not has_files(self.git, self.tip):
            said = f"{self.tip[:12]} has no file below releases/ or environments/"
            return _alarm(integrity.GONE, branch, said)
        return None

    def read_history(self) -> None:
        """Fetch and fold new records. A history that can't be trusted becomes an alarm."""
        self._history_alarm = None
        try:
            self.history.fetch()
        except IntegrityError as error:
            self._history_alarm = Alarm.of(error.finding)
        except RewoundError as error:
            self._history_alarm = _alarm(
                integrity.HISTORY, BRANCH, error.message, remedy=error.hint
            )
        self._fold()
        self._whole = self._history_alarm is None

    def _fold(self) -> None:
        try:
            while entries_ := self.history.refresh():
                for entry in entries_:
                    self._take(entry.record)
        except UnreadableHistoryError as error:
            # What stands before the first bad record is known and stays known.
            for entry in error.entries:
                self._take(entry.record)
            self._history_alarm = _alarm(
                integrity.HISTORY, BRANCH, error.message, remedy=error.hint
            )
        self.alarms = tuple(each for each in (self._branch_alarm, self._history_alarm) if each)

    def _take(self, record: Record) -> None:
        self.ledger.apply(record)
        self.records.append(record)

    def judged(self) -> Judged:
        """What is in force at the tip; made once for each tip.

        Raises `ConfigurationError` when the trust root can't be one.
        """
        return self._court.at(self.tip, answers_in(self.ledger, self.configuration.host))

    def court(self, git: Git) -> Court:
        """A court of its own with the same trust root, which reads another repository."""
        return Court(git, self.root, self.store, trains=self.trains, settled=self.settled)

    def trains(self) -> Trains:
        """What reconcilers may bring by themselves, as the history and this host say."""
        keys = chain.from_iterable(self.configuration.host.history.reconcilers.values())
        lines = self.ledger.lines.items()
        seen, tagged = (
            {
                release_path(app, version): each.facts
                for app, line in lines
                for version, each in (line.cut if cut else line.tagged).items()
            }
            for cut in (True, False)
        )
        whole = self._whole and not self.ledger.open_places()
        return Trains(frozenset(map(bare_key, keys)), seen, tagged, whole)

    def settled(self, path: str) -> tuple[Success, ...]:
        """The successful deployments in a promotion's place."""
        _, environment, file = path.split("/")
        standing = self.ledger.at(Place(environment, file.removesuffix(".yaml")))
        return successes(standing)

    def unasked(self) -> frozenset[Question]:
        """What the forge has to be asked before more can be in force; empty in mode ``signed``."""
        forge = self.configuration.host.forge
        asked = self.judged().judgement.asked[:ASKED_AT_ONCE]
        return frozenset(
            Question("forge", about_commit(forge, each), f"forge {forge.called}")
            for each in asked
            if forge is not None
        )

    def keys(self) -> dict[Question, Facts]:
        """When keys of people came and went, told apart from those of the trust root.

        A key is there as long as the people file in force has it for that person. Dates that
        commits state about themselves are never believed.
        """
        judged = self.judged()
        if judged.admitted.people is None:
            return {}
        here, rooted = _keys(judged.admitted.people), _keys(self._court.people_at_root)
        told = {about for sort, about in self.ledger.sightings if sort == "key"}
        came = {each: Facts({"seen": "yes"}) for each in here if each not in rooted - told}
        gone = {each: Facts({}) for each in (rooted | told) - here}
        return {Question("key", each, "people"): facts for each, facts in (came | gone).items()}

    def inputs(self, *, now: datetime, **known: object) -> Inputs:
        """What a plan for this instant is made from; ``known`` are the facts of this host."""
        judged = self.judged()
        return Inputs(
            basis=judged.tip,
            snapshot=judged.admitted,
            tip=judged.shown,
            report=judged.report,
            judgement=judged.judgement,
            ledger=self.ledger,
            now=instant_of(instant_text(now)),  # what a record can say
            alarms=self.alarms,
            places_at_once=self.configuration.host.limits.places,
            **known,  # type: ignore[arg-type]
        )


def _keys(people: People | None) -> frozenset[str]:
    """Person and fingerprint, of every key in a people file."""
    return frozenset(
        f"{person} {fingerprint_of(line)}"
        for person, each in (people.people.items() if people else ())
        for line in each.keys
        if fingerprint_of(line)
    )


def answers_in(ledger: Ledger, host: Host) -> Answers | Named | None:
    """What a history holds of the forge's answers; nothing in mode ``signed``."""
    forge = host.forge
    if host.trust.mode == "author":
        return Named()
    if host.trust.mode == "signed" or forge is None:
        return None
    requests = {
        about.rpartition(" ")[2]: MergeRequest.of(each.facts)
        for (sort, about), each in ledger.sightings.items()
        if sort == "forge" and about == about_commit(forge, about.rpartition(" ")[2])
    }
    return Answers(forge.called, host.remote.branch, requests)


def about_commit(forge: Forge, commit: str) -> str:
    """What a sighting of a commit's merge request is about."""
    return f"{forge.called} {forge.repository} {commit}"


def _alarm(code: Code, branch: str, why: str, *, remedy: str = "") -> Alarm:
    return Alarm.of(code.at(Location(branch), why, hint=remedy))
