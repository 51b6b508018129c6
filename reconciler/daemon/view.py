"""The repository as this machine sees it: followed, judged, loaded, with its history folded."""

from dataclasses import dataclass, field
from datetime import datetime

from reconciler.daemon.court import Court, Judged
from reconciler.deployer.ledger import Ledger
from reconciler.errors import ConfigurationError, RewoundError
from reconciler.model.records import Record
from reconciler.names import instant_of, instant_text
from reconciler.planner.inputs import Inputs
from reconciler.repository.git import Git, GitError
from reconciler.repository.history import BRANCH, HistoryBranch, UnreadableHistoryError
from reconciler.system.configuration import Configuration
from reconciler.system.facts import FactStore

FOLLOWED = "refs/tagboat/main"


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
    alarms: tuple[str, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    records: list[Record] = field(default_factory=list)
    tip: str = ""
    _branch_alarm: str = ""
    _history_alarm: str = ""
    _court: Court = field(init=False)
    _seen: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        """Judging starts at this view's trust root."""
        self._court = Court(self.git, self.root, self.store)

    def refresh(self) -> bool:
        """Ask the remote for its refs and bring what is new; whether anything was.

        Raises `UnreachableError` when it doesn't answer; what was known stays known.
        """
        remote = self.configuration.address(self.configuration.host.remote.url)
        branch = f"refs/heads/{self.configuration.host.remote.branch}"
        refs = self.git.remote_refs(remote, branch, BRANCH)
        seen = (refs.get(branch, ""), refs.get(BRANCH, ""))
        if seen == self._seen:
            return False
        self._branch_alarm = self._follow(remote, branch, seen[0])
        self.read_history()
        self._seen = seen
        return True

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

    def _follow(self, remote: str, branch: str, commit: str) -> str:
        known = self.git.resolve(FOLLOWED) or ""
        self.tip = self.tip or known
        if not commit:
            return f"the branch {branch} is gone from the remote"
        if commit != known:
            try:
                self.git.fetch(remote, f"{branch}:{FOLLOWED}")
            except GitError:
                return f"{branch} was rewritten: {known[:12]} is no longer part of it"
        self.tip = self.git.resolve(FOLLOWED) or commit
        return ""

    def read_history(self) -> None:
        """Fetch and fold new records. A history that can't be trusted becomes an alarm."""
        self._history_alarm = ""
        try:
            self.history.fetch()
        except RewoundError as error:
            self._history_alarm = error.message
        self._fold()

    def _fold(self) -> None:
        try:
            while entries_ := self.history.refresh():
                for entry in entries_:
                    self._take(entry.record)
        except UnreadableHistoryError as error:
            # What stands before the first bad record is known and stays known.
            for entry in error.entries:
                self._take(entry.record)
            self._history_alarm = f"{error.message} ({error.hint})"
        self.alarms = tuple(each for each in (self._branch_alarm, self._history_alarm) if each)

    def _take(self, record: Record) -> None:
        self.ledger.apply(record)
        self.records.append(record)

    def judged(self) -> Judged:
        """What is in force at the tip; made once for each tip.

        Raises `ConfigurationError` when the trust root can't be one.
        """
        return self._court.at(self.tip)

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
            **known,  # type: ignore[arg-type]
        )
