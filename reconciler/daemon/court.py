"""What is in force at a commit of the protected branch: gathered, judged and loaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reconciler.diagnostics import Report
from reconciler.errors import ConfigurationError
from reconciler.manifest.snapshot import Parsed, Snapshot
from reconciler.model.people import People
from reconciler.repository.arrivals import gather
from reconciler.repository.folds import FoldStore
from reconciler.repository.git import Git
from reconciler.repository.reading import load_entries
from reconciler.repository.returns import Settled, nowhere
from reconciler.repository.trees import Entries, GitContents, entries
from reconciler.signoff import Answers, Judgement, Named, judge, judge_named, judge_requests
from reconciler.signoff.facts import Facts, Trains
from reconciler.signoff.judging import Progress
from reconciler.signoff.verdicts import lasting_of, lasts, text_of
from reconciler.system.collector import paused_collector
from reconciler.system.facts import FactStore
from reconciler.validator import Review, validate


@dataclass(frozen=True, slots=True)
class Judged:
    """One commit of the branch: what is in force there, and what the branch itself says."""

    tip: str
    judgement: Judgement
    admitted: Snapshot
    shown: Snapshot
    report: Report


@dataclass(slots=True)
class Court:
    """Judges commits from one trust root; what it has read and judged makes the next one cheap.

    One thread uses it. ``store`` keeps what was read between runs.
    """

    git: Git
    root: str
    store: FactStore | None = None
    recorded: Callable[[], Mapping[str, str]] = dict
    """Commit → verdict on its signature, as checkpoints have it."""
    trains: Callable[[], Trains] = Trains
    """What reconcilers may bring by themselves."""
    settled: Settled = nowhere
    """Where the history says that a promotion's place had success."""
    folds: FoldStore | None = None
    """Where judging from this root had come to, from run to run of this host."""
    _people: People | None = None
    _parsed: dict[tuple[str, str], Parsed] = field(default_factory=dict)
    _facts: Facts | None = None
    _judged: Judged | None = None
    _progress: Progress | None = None
    _answers: Answers | Named | None = None
    _review: Review = field(default_factory=Review)

    def at(self, tip: str, answers: Answers | Named | None = None) -> Judged:
        """What is in force at a commit; made once as long as the same one is asked for.

        With a forge's ``answers`` merge requests are judged, without them signatures.

        Raises `ConfigurationError` when the trust root can't be one.
        """
        known = self._judged
        stale = known is None or known.tip != tip or known.judgement.undecided
        if known is None or stale or answers != self._answers:
            self._trust()
            with paused_collector():
                facts = self._gather(tip)
            self._answers = answers
            judgement = self.judge(facts, answers, tip=tip)
            self._progress = judgement.progress
            if self.folds is not None and not judgement.undecided:
                self.folds.keep(facts, judgement.progress)
            known = self._judged = self.rule(judgement)
            self._forget(known.admitted, known.shown)
        return known

    def _gather(self, tip: str) -> Facts:
        """What is known of the commits up to a tip, by what was known before or kept."""
        kept = self.folds.recall() if self.folds and self._facts is None else None
        recorded = self.recorded() if self._facts is None else {}
        facts = self._facts = gather(
            self.git,
            root=self.root,
            tip=tip,
            cache=self.git.home / "signatures.json",
            before=kept.facts if kept else self._facts,
            verdicts={each: lasting_of(word) for each, word in recorded.items()},
            trains=self.trains(),
            settled=self.settled,
        )
        if kept is not None:
            self._progress = kept.progress(facts)
        return facts

    def judge(self, facts: Facts, answers: Answers | Named | None, *, tip: str) -> Judgement:
        """What is in force at a commit by these facts, from what was judged before."""
        if isinstance(answers, Answers):
            return judge_requests(facts, answers, tip=tip)
        if isinstance(answers, Named):
            return judge_named(facts, tip=tip)
        return judge(facts, root=self.root, tip=tip, known=self._progress)

    def rule(self, judgement: Judgement) -> Judged:
        """The files that are in force by a judgement, and those of its tip, loaded and checked."""
        tip, before = judgement.tip, self._judged.admitted if self._judged else None
        admitted, report = self.load(judgement.admitted, at=tip, before=before)
        shown = admitted
        if judgement.taints:  # else the branch holds what is in force, path by path
            shown, _ = self.load(entries(self.git, tip), at=tip, before=admitted)
        report = report + validate(admitted, review=self._review)
        return Judged(tip, judgement, admitted, shown, report)

    @property
    def people_at_root(self) -> People | None:
        """The trust root's people file, once something was judged."""
        return self._people

    @property
    def facts(self) -> Facts | None:
        """What is known of the commits that were judged last."""
        return self._facts

    def verdicts(self) -> dict[str, str]:
        """Commit → what was found out of its signature and can't change, as text."""
        facts = self._facts.commits if self._facts else {}
        signed = ((each.id, each.signature) for each in facts.values() if each.signature)
        return {commit: text_of(verdict) for commit, verdict in signed if lasts(verdict)}

    def _trust(self) -> None:
        """See to it that the trust root, whose tree is admitted whole, can be one."""
        if self._people is not None:
            return
        if self.git.resolve(self.root) != self.root:
            raise ConfigurationError(
                f"the trust root {self.root[:12]} is not in the repository",
                hint="set [trust] root in tagboat.toml to a commit of the protected branch",
            )
        snapshot, report = self.load(entries(self.git, self.root), at=self.root)
        if snapshot.people is None:
            found = "; ".join(str(each) for each in report.findings[:3])
            raise ConfigurationError(
                f"the trust root {self.root[:12]} has no usable environments/people.yaml",
                hint=found or "write one, and set [trust] root to the commit that has it",
            )
        self._people = snapshot.people

    def load(
        self, wanted: Entries, *, at: str, before: Snapshot | None = None
    ) -> tuple[Snapshot, Report]:
        """The snapshot of these entries, and what is wrong with each file by itself.

        ``at`` is the commit that it is called after; ``before`` a snapshot of this court that is
        like it.
        """
        return load_entries(
            at,
            wanted,
            contents=GitContents(self.git),
            known=self._parsed,
            store=self.store,
            before=before,
        )

    def _forget(self, *used: Snapshot) -> None:
        """Let go of what was read of files that are long gone."""
        if len(self._parsed) > 2 * sum(len(each.blobs) for each in used):
            kept = {each for snapshot in used for each in snapshot.blobs.items()}
            self._parsed = {key: each for key, each in self._parsed.items() if key in kept}
