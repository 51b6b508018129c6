"""The fold over commits, from the trust root to a tip (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from reconciler.errors import RefusedError
from reconciler.folders import managed
from reconciler.signoff import codes
from reconciler.signoff.authority import Authority
from reconciler.signoff.eligibility import Meeting
from reconciler.signoff.facts import Commit, Entry, Facts, Unknown
from reconciler.signoff.merging import changed, merged, tangled
from reconciler.signoff.overlay import Overlay
from reconciler.signoff.standing import (
    Admission,
    Dispute,
    PathState,
    Refusal,
    Standing,
    State,
    reconcile,
)
from reconciler.signoff.taints import Taint, taints_of


@dataclass(frozen=True)
class Progress:
    """States already computed, to go on from; good for one root, authority and set of keys only."""

    root: str
    authority: Authority
    signers: str
    states: Mapping[str, State]


@dataclass(frozen=True)
class Judgement:
    """What is in force at a tip.

    ``admitted`` is the whole managed tree in force: judged entries, and never the tip's where that
    holds something else. ``admissions``: path → the sign-off of what is in force there, for paths
    that changed since the trust root; a missing path stands by the root. ``taints``: one for each
    path that holds something else than what is in force, sorted by path. ``undecided``: the
    verifier didn't answer somewhere, so gather the facts and judge again. ``progress`` makes the
    next judgement cheap.
    """

    root: str
    tip: str
    admitted: Mapping[str, Entry]
    admissions: Mapping[str, Admission]
    taints: tuple[Taint, ...]
    undecided: bool
    progress: Progress

    @cached_property
    def tainted(self) -> Mapping[str, Taint]:
        """Taints by path."""
        return {each.path: each for each in self.taints}

    def __eq__(self, other: object) -> bool:
        """Whether both say the same, however they were arrived at."""
        return isinstance(other, Judgement) and self._said() == other._said()

    def __hash__(self) -> int:
        """By root and tip, which decide everything else."""
        return hash((self.root, self.tip))

    def _said(self) -> tuple[object, ...]:
        return (self.root, self.tip, self.admitted, self.admissions, self.taints, self.undecided)


def judge(
    facts: Facts, *, root: str, tip: str, authority: Authority, known: Progress | None = None
) -> Judgement:
    """What is in force at ``tip``: a function of root, tip and authority, not of earlier calls.

    ``known`` is the progress of any earlier judgement, of whatever tips in whatever order; one of
    another root, authority or set of keys is ignored. Raises `RefusedError` when the tip doesn't
    contain the trust root, and `KeyError` when the facts are of another root or don't reach it.
    """
    if facts.root != root:
        raise KeyError(root)
    states: dict[str, State] = {}
    if known and (known.root, known.authority, known.signers) == (
        facts.root,
        authority,
        facts.signers,
    ):
        states.update(known.states)
    fold = _Fold(facts, authority, states)
    for commit in facts.commits.values():
        if commit.id not in states:
            states[commit.id] = fold.after(commit)
    state = fold.state(tip)
    if not state.rooted:
        raise RefusedError(
            f"{tip[:12]} doesn't contain the trust root {facts.root[:12]}",
            hint="set [trust] root to a commit of this branch",
        )
    paths = state.overlay.flat()
    admitted = dict(state.ground)
    admissions: dict[str, Admission] = {}
    for path, each in paths.items():
        admitted.pop(path, None)
        if isinstance(each.standing, Standing):
            if each.standing.entry is not None:
                admitted[path] = each.standing.entry
            if each.standing.admission is not None:
                admissions[path] = each.standing.admission
    sure = {name: each for name, each in states.items() if not each.doubtful}
    return Judgement(
        facts.root,
        tip,
        admitted,
        admissions,
        taints_of(facts, states, tip=tip, paths=paths),
        state.doubtful,
        Progress(facts.root, authority, facts.signers, sure),
    )


@dataclass(frozen=True)
class _Fold:
    facts: Facts
    authority: Authority
    states: dict[str, State]

    def state(self, commit: str) -> State:
        """The state at a commit that is done, or outside the range and admitted as it is."""
        if commit not in self.states:
            if commit in self.facts.commits or commit not in self.facts.trees:
                raise KeyError(commit)
            self.states[commit] = State(
                self.facts.trees[commit],
                Overlay(),
                grounded=True,
                rooted=commit == self.facts.root,
            )
        return self.states[commit]

    def after(self, commit: Commit) -> State:
        """The state at a commit whose parents are done."""
        parents = [self.state(each) for each in commit.parents]
        match parents:
            case []:
                delta = self._beginning(commit)
            case [one]:
                delta = {
                    path: changed(one.at(path), result=result, commit=commit.id)
                    for path, result in commit.changes.items()
                    if managed(path)
                }
            case _:
                delta = self._meeting(commit, parents)
        first = parents[0] if parents else State({}, Overlay(), grounded=False, rooted=False)
        return State(
            first.ground,
            first.overlay.put(delta),
            grounded=any(each.grounded for each in parents),
            rooted=any(each.rooted for each in parents),
            doubtful=isinstance(commit.signature, Unknown)
            or any(each.doubtful for each in parents),
        )

    def _beginning(self, commit: Commit) -> dict[str, PathState]:
        why = f"commit {commit.id[:12]} begins a history of its own"
        refusal = Refusal(codes.UNRELATED.id, commit.id, why)
        return {
            path: PathState(result, Standing(None), (commit.id,), commit.id, refusal)
            for path, result in commit.changes.items()
            if managed(path)
        }

    def _meeting(self, commit: Commit, parents: Sequence[State]) -> dict[str, PathState]:
        one = parents[0]
        meeting = Meeting(commit, self.facts.commits, self.authority)
        bases = [[self.state(each) for each in group] for group in commit.bases]
        delta: dict[str, PathState] = {}
        for path in sorted(_in_question(commit, parents)):
            before = one.at(path)
            result = commit.changes.get(path, before.current)
            states = [before, *(each.at(path) for each in parents[1:])]
            if result == before.current and all(each == before for each in states):
                continue
            if len(parents) == 2 and bases[0]:
                delta[path] = merged(
                    meeting,
                    path,
                    result=result,
                    one=before,
                    two=states[1],
                    bases=[each.at(path) for each in bases[0]],
                )
            else:
                delta[path] = self._tangled(meeting, path, result, parents, bases)
        return delta

    def _tangled(
        self,
        meeting: Meeting,
        path: str,
        result: Entry | None,
        parents: Sequence[State],
        bases: Sequence[Sequence[State]],
    ) -> PathState:
        related = all(bases)
        if related:
            why = f"merge {meeting.merge.id[:12]} has {len(parents)} parents"
            refusal = meeting.refuse(codes.MANY_PARENTS, why)
        else:
            why = f"merge {meeting.merge.id[:12]} joins histories that share no commit"
            refusal = meeting.refuse(codes.UNRELATED, why)
        return tangled(
            meeting.merge.id,
            result=result,
            states=[each.at(path) for each in parents],
            standing=_standing(path, parents, bases),
            refusal=refusal,
        )


def _standing(
    path: str, parents: Sequence[State], bases: Sequence[Sequence[State]]
) -> Standing | Dispute:
    """What is in force where lines meet untidily; lines that never meet the root have no say."""
    standing: Standing | Dispute | None = parents[0].at(path).standing
    if not parents[0].grounded and any(each.grounded for each in parents):
        standing = None
    for parent, group in zip(parents[1:], bases, strict=True):
        if not parent.grounded and any(each.grounded for each in parents):
            continue
        other = parent.at(path).standing
        standing = (
            other
            if standing is None
            else reconcile(standing, other, bases=[each.at(path).standing for each in group])
        )
    assert standing is not None  # noqa: S101 - at least one parent has a say
    return standing


def _in_question(commit: Commit, parents: Sequence[State]) -> Iterable[str]:
    """Paths where a merge or any of its parents may differ from the first parent."""
    first = parents[0]
    paths = {path for path in commit.changes if managed(path)}
    for other in parents[1:]:
        paths |= first.overlay.unshared(other.overlay)
        if other.ground is not first.ground:
            paths |= {
                path
                for path in first.ground.keys() | other.ground.keys()
                if first.ground.get(path) != other.ground.get(path)
            }
    return paths
