"""Past decisions made again, from a clone alone: `tagboat prove` and back-tests stand on it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.daemon.court import Court
from reconciler.daemon.view import View, answers_in
from reconciler.deployer.ledger import Ledger
from reconciler.diagnostics import Report
from reconciler.errors import TagboatError
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.place import Place
from reconciler.model.records import Claim, Departure, Record, Refusal
from reconciler.names import instant_of
from reconciler.planner.backtest import Replay, is_policy, replay
from reconciler.planner.inputs import Inputs
from reconciler.planner.proof import Agreement, Proof, prove
from reconciler.repository.git import Git
from reconciler.signoff.facts import Entry


@dataclass(slots=True)
class Proving:
    """Walks the history once and decides again what it decided; asks no remote.

    ``editions`` are this Tagboat's. Records must have been read into the view.
    """

    view: View
    editions: Mapping[str, str]
    git: Git | None = None
    """Where files are read, if not in the view's clone."""
    _courts: dict[str, Court] = field(default_factory=dict)
    _laid: tuple[Snapshot, Snapshot, Report] | None = None
    """Files that were in force, and what they are under the policies that are tried."""

    def proofs(self, wanted: frozenset[int] | None = None) -> Iterator[Proof]:
        """A proof for each decision with one of these sequences (all without), oldest first."""
        for record, inputs in self.replayed(wanted):
            if isinstance(inputs, str):
                yield Proof(
                    record.sequence,
                    Place(record.environment, record.app),
                    record.subject,
                    Agreement.DIFFERENT if inputs else Agreement.NO_EVIDENCE,
                    (inputs,) if inputs else (),
                )
            else:
                yield prove(record, inputs, editions=self.editions)

    def backtest(self, changed: Mapping[str, Entry | None]) -> Iterator[Replay]:
        """Every deployment decided again as if these policies had been in force, oldest first."""
        self._laid = None
        policies = {path: each for path, each in changed.items() if is_policy(path)}
        claims = frozenset(
            each.sequence for each in self.view.records if isinstance(each, Claim) and policies
        )
        for record, inputs in self.replayed(claims):
            if not isinstance(record, Claim) or isinstance(inputs, str):
                continue
            found = replay(record, self._under(policies, inputs), ledger=self.view.ledger)
            if found is not None:
                yield found

    def _under(self, policies: Mapping[str, Entry | None], inputs: Inputs) -> Inputs:
        """The inputs with other policies in force."""
        if self._laid is not None and self._laid[0] is inputs.snapshot:
            _, snapshot, report = self._laid
            return replace(inputs, snapshot=snapshot, tip=snapshot, report=report)
        admitted = {**inputs.judgement.admitted}
        for path, entry in policies.items():
            admitted.pop(path, None)
            if entry is not None:
                admitted[path] = entry
        court = self._court(inputs.judgement.root)
        inside = {path: (each.mode, each.id) for path, each in admitted.items()}
        before = self._laid[1] if self._laid is not None else None
        snapshot, report = court.load(inside, at=inputs.basis, before=before)
        self._laid = (inputs.snapshot, snapshot, report)
        return replace(inputs, snapshot=snapshot, tip=snapshot, report=report)

    def replayed(
        self, wanted: frozenset[int] | None
    ) -> Iterator[tuple[Claim | Refusal | Departure, Inputs | str]]:
        """Each decision with its inputs, or why they can't be had (empty: it kept none).

        The ledger of the inputs goes on with the next decision.
        """
        ledger = Ledger()
        waiting: dict[int, list[Claim | Refusal | Departure]] = {}
        records = self.view.records
        for each in records:
            if isinstance(each, Claim | Refusal | Departure) and (
                wanted is None or each.sequence in wanted
            ):
                # Claims of one push were all decided on the same history.
                known = each.evidence.history if each.evidence else each.sequence - 1
                waiting.setdefault(known, []).append(each)
        yield from self._decided(waiting.pop(0, []), ledger)
        for record in records:
            ledger.apply(record)
            yield from self._decided(waiting.pop(record.sequence, []), ledger)
        for left in waiting.values():
            yield from ((each, "the history that it was decided on") for each in left)

    def _decided(
        self, records: list[Claim | Refusal | Departure], ledger: Ledger
    ) -> Iterator[tuple[Claim | Refusal | Departure, Inputs | str]]:
        for each in records:
            evidence = each.evidence
            if evidence is None:
                yield each, ""
                continue
            if evidence.history >= each.sequence:
                yield each, "the history that it was decided on"
                continue
            try:
                answers = answers_in(ledger, self.view.configuration.host)
                judged = self._court(evidence.root).at(each.basis, answers)
            except TagboatError as error:
                yield each, f"the files: {error.message}"
                continue
            yield (
                each,
                Inputs(
                    basis=judged.tip,
                    snapshot=judged.admitted,
                    tip=judged.shown,
                    report=judged.report,
                    judgement=judged.judgement,
                    ledger=ledger,
                    now=instant_of(evidence.now),
                    reconciler=each.reconciler,
                ),
            )

    def _court(self, root: str) -> Court:
        if root not in self._courts:
            git = self.git or self.view.git
            self._courts[root] = Court(
                git, root, self.view.store, trains=self.view.trains, settled=self.view.settled
            )
        return self._courts[root]


def decisions_in(records: list[Record], words: str) -> Mapping[int, Claim | Refusal | Departure]:
    """The decisions that these words name: a record's number, its id, or a deployment."""
    return {
        each.sequence: each
        for each in records
        if isinstance(each, Claim | Refusal | Departure)
        and words in {str(each.sequence), each.id, getattr(each, "deployment", "")}
    }
