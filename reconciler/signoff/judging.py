"""The fold over commits, from the trust root to a tip (pure)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from reconciler.errors import RefusedError
from reconciler.folders import managed
from reconciler.signoff import codes
from reconciler.signoff.authority import Authority
from reconciler.signoff.classes import Sort, class_of, decides_who
from reconciler.signoff.covers import Covers
from reconciler.signoff.eligibility import Meeting
from reconciler.signoff.facts import PLAIN_FILE, Commit, Entry, Facts, Unknown
from reconciler.signoff.law import Law, Lawbook
from reconciler.signoff.lines import agreed_law, joined, outlived
from reconciler.signoff.merging import changed, merged, tangled
from reconciler.signoff.overlay import Overlay
from reconciler.signoff.passage import passed
from reconciler.signoff.returns import is_unproven
from reconciler.signoff.standing import (
    Admission,
    PathState,
    Refusal,
    Standing,
    State,
)
from reconciler.signoff.taints import Taint, taints_of
from reconciler.signoff.trains import brought_by_train, is_unseen


@dataclass(frozen=True)
class Progress:
    """States already computed, to go on from; good for one root only.

    Any of them may be missing: what is needed again is computed again.
    """

    root: str
    states: Mapping[str, State]
    lawbook: Lawbook


@dataclass(frozen=True)
class Judgement:
    """What is in force at a tip.

    ``admitted`` is the whole managed tree in force: judged entries, and never the tip's where that
    holds something else. ``admissions``: path → the sign-off of what is in force there, for paths
    that changed since the trust root; a missing path stands by the root. ``taints``: one for each
    path that holds something else than what is in force, sorted by path. ``undecided``: the
    verifier didn't answer somewhere, so gather the facts and judge again. ``authority`` is who may
    what, by the files in force. ``progress`` makes the next judgement cheap.
    ``asked``: in mode ``forge``, commits of which it isn't known which merge request brought them.
    """

    root: str
    tip: str
    authority: Authority
    admitted: Mapping[str, Entry]
    admissions: Mapping[str, Admission]
    taints: tuple[Taint, ...]
    undecided: bool
    progress: Progress
    asked: tuple[str, ...] = ()
    banner: str = ""
    """What everybody has to be told who sees this; empty where sign-offs are proven."""

    def outlived(self, path: str) -> bool:
        """Whether what is in force at a path was signed off by persons who may not any more."""
        admission = self.admissions.get(path)
        proven = admission is not None and not self.banner
        return (
            proven
            and admission is not None
            and not self.authority.holds(
                path, merged_by=admission.agreed, authors=admission.authors
            )
        )

    def withdrawn(self, path: str) -> bool:
        """Whether an approval that stands for the merge at a path isn't there any more."""
        admission = self.admissions.get(path)
        if admission is None or not admission.word:
            return False
        where, _, word = admission.word.rpartition(" ")
        return self.admitted.get(where) != Entry(PLAIN_FILE, word)

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


def judge(facts: Facts, *, root: str, tip: str, known: Progress | None = None) -> Judgement:
    """What is in force at ``tip``: a function of root and tip alone, not of earlier calls.

    ``known`` is the progress of any earlier judgement, of whatever tips in whatever order; one of
    another root is ignored. Raises `RefusedError` when the tip doesn't contain the trust root, and
    `KeyError` when the facts are of another root or don't reach it.
    """
    if facts.root != root:
        raise KeyError(root)
    lawbook, states = Lawbook(facts.texts), dict[str, State]()
    if known and known.root == facts.root:
        states.update(known.states)
        lawbook = known.lawbook.knowing(facts.texts)
    fold = _Fold(facts, lawbook, states)
    state = fold.state(tip)
    if not state.rooted:
        raise RefusedError(
            f"{tip[:12]} doesn't contain the trust root {facts.root[:12]}",
            hint="set [trust] root to a commit of this branch",
        )
    return concluded(facts, lawbook, states, tip=tip, at=fold.state)


def concluded(
    facts: Facts,
    lawbook: Lawbook,
    states: Mapping[str, State],
    *,
    tip: str,
    at: Callable[[str], State],
    forge: str = "",
) -> Judgement:
    """What is in force at a tip.

    ``states`` are those that a fold came to, ``at`` gives that of any commit it speaks of.
    """
    state = at(tip)
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
    _drop_unspoken(facts, state, admitted)
    taints = taints_of(facts, at, lawbook, tip=tip, paths=paths, forge=forge)
    sure = {name: each for name, each in states.items() if not each.doubtful}
    return Judgement(
        facts.root,
        tip,
        state.law.authority,
        admitted,
        admissions,
        taints,
        state.doubtful,
        Progress(facts.root, sure, lawbook),
    )


def _drop_unspoken(facts: Facts, state: State, admitted: dict[str, Entry]) -> None:
    """Leave out approvals whose key isn't their person's any more (B74); a no stays a no."""
    for path in [each for each in admitted if "/approvals/" in each]:
        found, word = class_of(path), facts.words.get(admitted[path].id)
        if found.sort is not Sort.APPROVAL or (word is not None and word.rejection):
            continue
        if word is None or not state.law.authority.speaks(word, found.person):
            del admitted[path]


@dataclass(frozen=True)
class _Fold:
    facts: Facts
    lawbook: Lawbook
    states: dict[str, State]

    @cached_property
    def covers(self) -> Covers:
        """The words that may stand for a merge."""
        return Covers.of(self.facts.words)

    @cached_property
    def law(self) -> Law:
        """Who may what at the trust root, which speaks for everything below it too."""
        tree = self.facts.trees[self.facts.root]
        return self.lawbook.of({path: each for path, each in tree.items() if decides_who(path)})

    def state(self, commit: str) -> State:
        """The state at a commit, once those of its ancestors are there that aren't yet.

        Outside the range a commit is admitted as it is.
        """
        waiting = [commit]
        while waiting:
            each = waiting[-1]
            here = self.facts.commits.get(each)
            missing = [one for one in here.parents if one not in self.states] if here else ()
            if each not in self.states and missing:
                waiting += missing
                continue
            if each not in self.states:
                self.states[each] = self._after(here) if here else self._outside(each)
            waiting.pop()
        return self.states[commit]

    def _outside(self, commit: str) -> State:
        tree, rooted = self.facts.trees[commit], commit == self.facts.root
        return State(tree, Overlay(), self.law, grounded=True, rooted=rooted)

    def _after(self, commit: Commit) -> State:
        """The state at a commit whose parents are done."""
        parents = [self.state(each) for each in commit.parents]
        first = parents[0] if parents else self._nothing()
        law = first.law
        match parents:
            case []:
                delta = self._beginning(commit)
            case [one]:
                meeting = Meeting.at(commit, self.facts, law.authority, first)
                delta = {
                    path: changed(meeting, path, before=one.at(path), result=result)
                    for path, result in commit.changes.items()
                    if managed(path)
                }
                delta |= brought_by_train(self.facts, commit, one, delta)
            case _:
                law, delta = self._meeting(commit, parents)
        meeting = Meeting.at(commit, self.facts, law.authority, first)
        law = passed(self.lawbook, law, first, delta)
        held = self._covered(meeting, first, delta, law)
        return State(
            first.ground,
            first.overlay.put(delta),
            law,
            grounded=any(each.grounded for each in parents),
            rooted=any(each.rooted for each in parents),
            doubtful=isinstance(commit.signature, Unknown)
            or is_unseen(self.facts, commit)
            or is_unproven(self.facts, commit)
            or any(self._unheard(each) for each in commit.changes.values())
            or any(each.doubtful for each in parents),
            open=held,
        )

    def _covered(
        self, meeting: Meeting, before: State, delta: dict[str, PathState], law: Law
    ) -> frozenset[str]:
        """The promotions that no merge has in force; ``delta`` gets what approvals make of them."""
        promotions = {path for path in delta if class_of(path).sort is Sort.PROMOTION}

        def at(path: str) -> PathState:
            return delta[path] if path in delta else before.at(path)

        for path in sorted((before.open | promotions) & self.covers.words.keys()):
            state = at(path)
            found = self.covers.vouched(meeting, path, state, at=at, law=law, lawbook=self.lawbook)
            if found is not None and found is not state:
                delta[path] = found
        for path in delta.keys() & self.covers.words.keys():
            used = self.covers.used(path, before.at(path), delta[path], at=at, lawbook=self.lawbook)
            delta[path] = replace(delta[path], past=delta[path].past | used)
        unmerged = before.open | promotions
        return frozenset(path for path in unmerged if not at(path).clean or at(path).word)

    def _unheard(self, entry: Entry | None) -> bool:
        """Whether this is an approval whose signature nobody could check."""
        word = self.facts.words.get(entry.id) if entry else None
        return word is not None and isinstance(word.signature, Unknown)

    def _nothing(self) -> State:
        return State({}, Overlay(), self.lawbook.of({}), grounded=False, rooted=False)

    def _beginning(self, commit: Commit) -> dict[str, PathState]:
        why = f"commit {commit.id[:12]} begins a history of its own"
        refusal = Refusal(codes.UNRELATED.id, commit.id, why)
        return {
            path: PathState(result, Standing(None), (commit.id,), commit.id, refusal)
            for path, result in commit.changes.items()
            if managed(path)
        }

    def _meeting(
        self, commit: Commit, parents: Sequence[State]
    ) -> tuple[Law, dict[str, PathState]]:
        """Who may what where lines meet, and the states of all paths that may differ there."""
        bases = [[self.state(each) for each in group] for group in commit.bases]
        paths = sorted(_in_question(commit, parents))
        law, seen = agreed_law(self.lawbook, parents, bases, paths=paths)
        meeting = Meeting.at(commit, self.facts, law.authority, parents[0])
        delta: dict[str, PathState] = {}
        for path in paths:
            before = parents[0].at(path)
            result = commit.changes.get(path, before.current)
            states = seen.get(path) or outlived(path, parents, bases, law=law)
            if result == before.current and all(each == before for each in states):
                continue
            if len(parents) == 2 and bases[0]:
                delta[path] = merged(
                    meeting,
                    path,
                    result=result,
                    one=states[0],
                    two=states[1],
                    bases=[each.at(path) for each in bases[0]],
                )
            else:
                delta[path] = self._tangled(meeting, path, result, states, parents, bases)
        return law, delta

    def _tangled(
        self,
        meeting: Meeting,
        path: str,
        result: Entry | None,
        states: Sequence[PathState],
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
            states=states,
            standing=joined(path, states, parents, bases),
            refusal=refusal,
        )


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
