"""The fold over what merge requests brought, from the trust root to a tip (pure).

Only the first-parent line is walked. What a request brings is judged by content: a path is signed
off where the branch holds exactly what the request's approved head holds there, and the request
itself changed it. So the style of the merge, how many commits it made and what else was pushed in
between play no part, and a commit that merely claims to be a request's outcome proves nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.errors import RefusedError
from reconciler.folders import managed
from reconciler.manifest.codes.code import Code
from reconciler.model.merge_request import MergeRequest
from reconciler.signoff import codes
from reconciler.signoff.authority import Authority
from reconciler.signoff.classes import Area, ChangeClass, Sort, class_of, decides_who
from reconciler.signoff.eligibility import Meeting
from reconciler.signoff.facts import Commit, Entry, Facts
from reconciler.signoff.judging import Judgement, concluded
from reconciler.signoff.law import Lawbook
from reconciler.signoff.merging import changed, gone_by
from reconciler.signoff.overlay import Overlay
from reconciler.signoff.passage import passed
from reconciler.signoff.standing import Admission, PathState, Refusal, Standing, State
from reconciler.signoff.trains import brought_by_train

LOOKED_AT_AGAIN = 20
"""The newest commits about which the forge is asked again although it named no request before."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the history holds of a forge's answers: commit → its request, or nothing if it has none.

    ``forge`` is its name in the people file, ``branch`` the protected one.
    """

    forge: str
    branch: str
    requests: Mapping[str, MergeRequest | None]


def judge_requests(facts: Facts, answers: Answers, *, tip: str) -> Judgement:
    """What is in force at ``tip`` by the answers that are there.

    Raises `RefusedError` when the first-parent line doesn't lead to the trust root.
    """
    line = line_to(facts, tip)
    lawbook, root = Lawbook(facts.texts), facts.root
    tree = facts.trees[root]
    law = lawbook.of({path: each for path, each in tree.items() if decides_who(path)})
    state = State(tree, Overlay(), law, grounded=True, rooted=True)
    states = {root: state}
    for commit in line:
        state = states[commit.id] = _after(facts, answers, lawbook, state, commit)
    judgement = concluded(
        facts, lawbook, states, tip=tip, at=states.__getitem__, forge=answers.forge
    )
    # States hold for these answers only, so nothing is kept of them.
    progress = replace(judgement.progress, states={})
    return replace(judgement, progress=progress, asked=_asked(state, line, answers))


def line_to(facts: Facts, tip: str) -> list[Commit]:
    """The first-parent line from the trust root, which it leaves out, to the tip."""
    found: list[Commit] = []
    commit = tip
    while commit != facts.root:
        here = facts.commits.get(commit)
        if here is None or not here.parents:
            raise RefusedError(
                f"the first parents of {tip[:12]} don't lead to the trust root {facts.root[:12]}",
                hint="set [trust] root to a commit of the branch's first-parent line",
            )
        found.append(here)
        commit = here.parents[0]
    return found[::-1]


def _after(
    facts: Facts, answers: Answers, lawbook: Lawbook, before: State, commit: Commit
) -> State:
    law = before.law
    meeting = Meeting.at(commit, facts, law.authority, before)
    delta = {
        path: changed(meeting, path, before=before.at(path), result=result)
        for path, result in commit.changes.items()
        if managed(path)
    }
    delta |= brought_by_train(facts, commit, before, delta)
    request = answers.requests.get(commit.id)
    for path, state in delta.items():
        if not state.clean:
            delta[path] = replace(state, refused=_waiting(answers, commit, state.refused))
    if request is not None:
        trial = _Trial(facts, answers, law.authority, commit, request, before)
        for path in request.changes:
            state = delta.get(path) or before.at(path)
            if managed(path) and not state.clean:
                delta[path] = trial.after(path, state)
    law = passed(lawbook, law, before, delta, forge=answers.forge)
    return State(before.ground, before.overlay.put(delta), law, grounded=True, rooted=True)


def _waiting(answers: Answers, commit: Commit, before: Refusal | None) -> Refusal:
    """Why a changed path isn't in force yet, before its request is looked at."""
    if before is not None and before.code == codes.FORGE_SILENT.id:
        return before
    if commit.id not in answers.requests:
        why = f"{answers.forge} has not said yet which merge request brought it"
        return Refusal(codes.FORGE_SILENT.id, commit.id, why)
    why = f"no merge request of {answers.forge} brought it"
    return Refusal(codes.NO_REQUEST.id, commit.id, why)


def _asked(state: State, line: list[Commit], answers: Answers) -> tuple[str, ...]:
    """The commits whose request could end a taint and isn't known, newest first."""
    since = {each.since for each in state.overlay.flat().values() if not each.clean}
    found: list[str] = []
    recent = {each.id for each in line[-LOOKED_AT_AGAIN:]}
    for commit in line:
        if not found and commit.id not in since:
            continue
        found.append(commit.id)
    return tuple(
        each
        for each in reversed(found)
        if answers.requests.get(each) is None and (each not in answers.requests or each in recent)
    )


@dataclass(frozen=True, slots=True)
class _Trial:
    """One merge request, and who may what before it."""

    facts: Facts
    answers: Answers
    authority: Authority
    commit: Commit
    request: MergeRequest
    before: State

    def after(self, path: str, state: PathState) -> PathState:
        """The state of a path that the request changed, once it is judged."""
        judged = self._judged(path, state)
        if isinstance(judged, Refusal):
            return replace(state, refused=judged)
        past = state.past | gone_by(path, state)
        return PathState(state.current, Standing(state.current, judged), past=past)

    def _judged(self, path: str, state: PathState) -> Admission | Refusal:
        if refusal := self._of_content(path, state):
            return refusal
        meeting = Meeting.at(self.commit, self.facts, self.authority, self.before)
        if refusal := meeting.of_draft(path, self.request.commits, past=state.past):
            return refusal
        unknown = [each for each in self._logins if not self._person(each)]
        if unknown:
            why = f"people.yaml knows nobody with the login {unknown[0]} at {self.answers.forge}"
            return self._refuse(codes.UNKNOWN_LOGIN, f"{why}, who had a part in {self._name}")
        return self._of_persons(class_of(path), state)

    def _of_persons(self, found: ChangeClass, state: PathState) -> Admission | Refusal:
        authors, agreed = self._authors, self._agreed
        if found.area and found.sort is Sort.HALT and self._begins(state):
            # Names in commits are free text: of the author side only the opener is proven.
            proven = agreed | {self._person(self.request.opener)}
            halting = [x for x in sorted(proven) if self._may_halt(x, found.area)]
            if halting:
                return self._admitted(state, halting[:1])
        alone = found.sort is Sort.PROMOTION and found.environment in self.authority.alone
        counting = sorted(agreed if alone else agreed - authors)
        if not counting:
            return self._nobody(agreed)
        if found.area:
            return self._of_guards(found.area, counting, state)
        if found.sort is not Sort.RELEASE:
            may = [x for x in counting if self.authority.may_promote(x, found.environment)]
            if not may:
                return self._not_permitted(counting, f"may not promote to {found.environment}")
            counting = may
        return self._admitted(state, counting)

    def _admitted(self, state: PathState, persons: Sequence[str]) -> Admission:
        first, *more = persons
        commits = state.trail or (self.commit.id,)
        authors = tuple(sorted(self._authors))
        return Admission(self.commit.id, first, authors, commits, seconded=tuple(more))

    @property
    def _agreed(self) -> frozenset[str]:
        """Who approved exactly this head, and who merged it where that is proven."""
        logins = self.request.approved_by
        if self.request.how == "merged":
            logins = (*logins, self.request.merged_by)
        return frozenset(map(self._person, logins)) - {""}

    def _begins(self, state: PathState) -> bool:
        """Whether a freeze or a quarantine is put on, which one person may do at once."""
        return state.standing == Standing(None) and state.current is not None

    def _may_halt(self, person: str, area: Area) -> bool:
        return self.authority.may_halt(person, area)

    @property
    def _name(self) -> str:
        return f"merge request {self.request.number}"

    @property
    def _logins(self) -> tuple[str, ...]:
        """Everybody who must be known: who opened and who pushed it, and whom its commits show.

        Nobody where all that it brings says nothing of a reconciler's own.
        """
        if self.request.commits and self.facts.drafts.issuperset(self.request.commits):
            return ()
        return tuple(sorted({self.request.opener, *self.request.authors}))

    @property
    def _authors(self) -> frozenset[str]:
        """The author side: whom the forge and the commits name, and who signed those (X9, X10)."""
        found = {self._person(each) for each in self._logins}
        found |= self.authority.named(self.request.mails)
        for each in self.request.commits:
            if known := self.facts.commits.get(each):
                found |= self.authority.named(known.mails)
                found.add(self.authority.person_of(known.signature))
        return frozenset(found - {""})

    def _person(self, login: str) -> str:
        return self.authority.person_at(self.answers.forge, login)

    def _refuse(self, code: Code, why: str) -> Refusal:
        return Refusal(code.id, self.commit.id, why)

    def _of_content(self, path: str, state: PathState) -> Refusal | None:
        """Why the path can't be signed off by this request, whoever agreed to it."""
        meeting = Meeting.at(self.commit, self.facts, self.authority, self.before)
        standing = state.standing
        if refusal := meeting.of_content(path, result=state.current, standing=standing):
            return refusal
        if self.request.base != self.answers.branch:
            why = f"{self._name} was for the branch {self.request.base}"
            return self._refuse(codes.OTHER_BASE, why)
        if entry_of(self.request.changes[path]) != state.current:
            why = f"the branch doesn't hold what {self._name} has at {self.request.head[:12]}"
            return self._refuse(codes.NOT_AS_APPROVED, why)
        return None

    def _nobody(self, agreed: frozenset[str]) -> Refusal:
        if agreed:
            who = " and ".join(sorted(agreed))
            why = f"{who} agreed to {self._name} and had a part in it; somebody else has to agree"
            return self._refuse(codes.OWN_MERGE, why)
        said = {
            "merged": f"{self.request.merged_by or 'nobody'} merged it",
            "automatic": "it was merged automatically",
            "unknown": "the forge doesn't prove who merged it",
        }[self.request.how]
        why = f"nobody listed approved {self._name} at {self.request.head[:12]}, and {said}"
        return self._refuse(codes.NOBODY_AGREED, why)

    def _not_permitted(self, persons: list[str], what: str) -> Refusal:
        who = " and ".join(persons)
        return self._refuse(codes.NOT_PERMITTED, f"{who} agreed to {self._name}, and {what}")

    def _of_guards(self, area: Area, counting: list[str], state: PathState) -> Admission | Refusal:
        guards = [each for each in counting if self._may_halt(each, area)]
        if not guards:
            return self._not_permitted(counting, f"are none of the guards of {area}")
        lacking = self.authority.lacking(area, guards) or ()
        if lacking:
            seats = " and ".join(f"{each.count} more of role {each.role}" for each in lacking)
            why = f"{' and '.join(guards)} agreed to {self._name}; {seats} must do so too"
            return self._refuse(codes.SEATS, why)
        return self._admitted(state, guards)


def entry_of(text: str) -> Entry | None:
    """What a request's ``changes`` say of a path; nothing where it is removed."""
    mode, _, blob = text.partition(" ")
    return Entry(mode, blob) if blob else None
