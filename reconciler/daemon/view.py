"""The repository as this machine sees it: followed, judged, loaded, with its history folded."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.deployer.ledger import Ledger
from reconciler.diagnostics import Report
from reconciler.errors import ConfigurationError, RewoundError
from reconciler.manifest.layering import effective_environments
from reconciler.manifest.snapshot import Parsed, Snapshot
from reconciler.model.people import People
from reconciler.model.records import Record
from reconciler.planner.inputs import Inputs
from reconciler.repository.arrivals import gather
from reconciler.repository.git import Git, GitError
from reconciler.repository.history import BRANCH, HistoryBranch, UnreadableHistoryError
from reconciler.repository.reading import load_entries
from reconciler.repository.trees import Entries, GitContents, entries
from reconciler.signoff import Authority, Judgement, judge
from reconciler.signoff.facts import Facts
from reconciler.system.configuration import Configuration
from reconciler.system.facts import FactStore
from reconciler.validator import validate

FOLLOWED = "refs/tagboat/main"


@dataclass(frozen=True, slots=True)
class Judged:
    """One tip of the protected branch: what is in force there, and what the branch itself says."""

    tip: str
    judgement: Judgement
    admitted: Snapshot
    shown: Snapshot
    report: Report


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
    _trusted: tuple[People, Authority] | None = None
    _parsed: dict[tuple[str, str], Parsed] = field(default_factory=dict)
    _facts: Facts | None = None
    _judged: Judged | None = None
    _seen: tuple[str, str] | None = None

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
        known = self._judged
        if known is None or known.tip != self.tip or known.judgement.undecided:
            people, authority = self._trust()
            keys = {person: entry.keys for person, entry in people.people.items() if entry.keys}
            cache = self.git.home / "signatures.json"
            facts = self._facts = gather(
                self.git,
                root=self.root,
                tip=self.tip,
                people_keys=keys,
                cache=cache,
                before=self._facts,
            )
            judgement = judge(
                facts,
                root=self.root,
                tip=self.tip,
                authority=authority,
                known=known.judgement.progress if known else None,
            )
            inside = {path: (each.mode, each.id) for path, each in judgement.admitted.items()}
            admitted, report = self._load(inside)
            there = entries(self.git, self.tip)
            shown = admitted if there == inside else self._load(there)[0]
            report = report + validate(admitted)
            self._forget(admitted, shown)
            known = self._judged = Judged(self.tip, judgement, admitted, shown, report)
        return known

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
            now=now,
            alarms=self.alarms,
            **known,  # type: ignore[arg-type]
        )

    def _trust(self) -> tuple[People, Authority]:
        """People and permissions of the trust root, whose tree is admitted whole."""
        if self._trusted is None:
            if self.git.resolve(self.root) != self.root:
                raise ConfigurationError(
                    f"the trust root {self.root[:12]} is not in the repository",
                    hint="set [trust] root in tagboat.toml to a commit of the protected branch",
                )
            snapshot, report = self._load(entries(self.git, self.root), at=self.root)
            if snapshot.people is None:
                found = "; ".join(str(each) for each in report.findings[:3])
                raise ConfigurationError(
                    f"the trust root {self.root[:12]} has no usable environments/people.yaml",
                    hint=found or "write one, and set [trust] root to the commit that has it",
                )
            in_force = replace(snapshot, environments=effective_environments(snapshot))
            self._trusted = (snapshot.people, Authority.of(in_force))
        return self._trusted

    def _load(self, wanted: Entries, *, at: str = "") -> tuple[Snapshot, Report]:
        return load_entries(
            at or self.tip,
            wanted,
            contents=GitContents(self.git),
            known=self._parsed,
            store=self.store,
        )

    def _forget(self, *used: Snapshot) -> None:
        """Let go of what was read of files that are long gone."""
        kept = {each for snapshot in used for each in snapshot.blobs.items()}
        if len(self._parsed) > 2 * len(kept):
            self._parsed = {key: each for key, each in self._parsed.items() if key in kept}
