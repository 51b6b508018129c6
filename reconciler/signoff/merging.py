"""One path where lines of history meet.

What a merge gives is compared by whole entries with what its parents and their base give; text is
never merged here. So a blob that is in neither parent is content by whoever signed the merge,
whatever program put it together, and the verdict doesn't depend on git's version. The one exception
is told by the facts: a guarded file that is exactly what ``git merge-file`` makes of both sides.
"""

from collections.abc import Sequence
from dataclasses import replace

from reconciler.signoff import codes
from reconciler.signoff.classes import Sort, class_of
from reconciler.signoff.eligibility import Meeting
from reconciler.signoff.facts import Entry
from reconciler.signoff.standing import (
    Admission,
    Dispute,
    PathState,
    Pending,
    Refusal,
    Standing,
    follow,
    lately,
    reconcile,
)


def merged(
    meeting: Meeting,
    path: str,
    *,
    result: Entry | None,
    one: PathState,
    two: PathState,
    bases: Sequence[PathState],
) -> PathState:
    """The state of a path at a merge of two parents that share history.

    ``one`` and ``two`` are its states at the parents, ``bases`` at each merge base. Where an
    approval stands for the merge of what is in force, whatever signs the same off without any
    approval takes its place, and doesn't go when approvals go.
    """
    state = _merged(meeting, path, result=result, one=one, two=two, bases=bases)
    word = state.word
    if not word:
        return state
    sides = (one, two, *bases)
    first, second, *others = bare_sides = tuple(each.without(word) for each in sides)
    if bare_sides == sides:
        return state
    bare = merged(meeting, path, result=result, one=first, two=second, bases=others)
    if state.clean and bare.clean and not bare.word:
        return replace(bare, past=state.past | bare.past).instead_of(one)
    return replace(state, bare=bare)


def _merged(  # noqa: C901, PLR0911 - one return for each way that a path can come out of a merge
    meeting: Meeting,
    path: str,
    *,
    result: Entry | None,
    one: PathState,
    two: PathState,
    bases: Sequence[PathState],
) -> PathState:
    """What `merged` gives, with approvals as they are."""
    standing = reconcile(one.standing, two.standing, bases=[each.standing for each in bases])
    agreed, expected = _expected(one, two, bases)
    if not agreed and path in meeting.merge.composed:
        agreed, expected = True, result
    plain = agreed and result == expected
    mark = () if plain else (meeting.merge.id,)
    signed = lately(one.signed, *two.signed)
    trail = _without(follow(one.trail, *two.trail, *mark), signed)
    past = one.past | two.past
    if isinstance(standing, Dispute):
        standing = _chosen(meeting, path, result=result, dispute=standing, sides=(one, two))
    if isinstance(standing, Standing) and result == standing.entry:
        return PathState(result, standing, trail, past=past, signed=signed)

    since = one.since or two.since or meeting.merge.id
    differs = PathState(result, standing, trail, since, past=past, signed=signed)
    if at_once := meeting.at_once(path, before=differs, result=result):
        return in_force(path, differs, at_once)
    pending = tuple(each.pending for each in (one, two) if each.pending)
    if result == one.current and (not plain or result != two.current):
        # Nothing of this path crosses the first-parent edge. Where that isn't what the parents
        # give, leaving the other side out is a decision, and whoever merged is its author.
        kept = replace(differs, pending=_same(pending, result))
        return _kept(
            kept, one.refused or _shared(one, two), trail=_without(follow(one.trail, *mark), signed)
        )
    whole = result == two.current and all(each.clean for each in bases)
    refused = two.refused or (None if whole else one.refused)
    if refused:
        return _kept(differs, refused)
    if not agreed and len(bases) > 1:
        why = "its merge bases differ here, so what it changes has no single answer"
        return _kept(differs, meeting.refuse(codes.MANY_BASES, why))

    crosses = plain and result != one.current
    earlier = frozenset.intersection(*(frozenset((*each.trail, *each.signed)) for each in bases))
    touched = [each for each in two.trail if each not in earlier]
    if not crosses and (two.sound or not touched):
        # Either nothing new comes from the other side, or only what is signed off already.
        return _kept(replace(differs, pending=_same(pending, result)))
    brought = meeting.sign_off(
        path,
        result=result,
        standing=standing,
        trail=two.trail,
        touched=touched,
        pending=pending,
        past=past,
    )
    match brought:
        case Refusal():
            kept = replace(differs, pending=_same(pending, result))
            return _kept(kept, replace(brought, commits=tuple(touched)))
        case Pending():
            return replace(differs, pending=brought)
        case Admission() if plain and (one.sound or whole):
            # A side that wasn't sound doesn't matter where every bit comes from the other one.
            return in_force(path, differs, brought)
        case _:
            # What was brought is signed off, but not what lies below it, or what the merge made.
            return _kept(differs)


def tangled(
    merge: str,
    *,
    result: Entry | None,
    states: Sequence[PathState],
    standing: Standing | Dispute,
    refusal: Refusal,
) -> PathState:
    """The state of a path at a merge that can't be judged: more than two parents, or no base.

    It signs nothing off: the path is as it was on all sides, or what is in force, or refused.
    """
    first = states[0]
    if result == first.current and all(each == first for each in states):
        return first
    # Where it leaves the first parent's content in force as it was, whoever merged wrote nothing.
    mark = () if result == first.current and first.clean else (merge,)
    trail = follow((), *(each for state in states for each in state.trail), *mark)
    past = frozenset().union(*(each.past for each in states))
    signed = lately((), *(each for state in states for each in state.signed))
    if isinstance(standing, Standing) and result == standing.entry:
        return PathState(result, standing, trail, past=past, signed=signed)
    refused = next((each.refused for each in states if each.refused), refusal)
    return _kept(PathState(result, standing, trail, merge, past=past, signed=signed), refused)


def changed(meeting: Meeting, path: str, *, before: PathState, result: Entry | None) -> PathState:
    """The state of a path after a commit with one parent: clean if it holds what is in force."""
    bare = before.bare and changed(meeting, path, before=before.bare, result=result)
    after = replace(
        before,
        current=result,
        trail=follow(before.trail, meeting.merge.id),
        pending=None,
        bare=bare,
    )
    if after.clean:
        return replace(after, since="", refused=None)
    if at_once := meeting.at_once(path, before=before, result=result):
        return in_force(path, after, at_once)
    return _kept(replace(after, since=before.since or meeting.merge.id), before.refused)


def in_force(path: str, state: PathState, admission: Admission) -> PathState:
    """The state once what the path holds is signed off."""
    past = state.past | gone_by(path, state)
    standing = Standing(state.current, admission)
    signed = lately(state.signed, *state.trail)
    bare = replace(state, bare=None) if admission.word else None
    return PathState(state.current, standing, past=past, signed=signed, bare=bare)


def gone_by(path: str, state: PathState) -> frozenset[str]:
    """What was in force at an approval's or a promotion's path and isn't any more."""
    before = state.standing
    gone = before.entry if isinstance(before, Standing) else None
    kept = class_of(path).sort in {Sort.APPROVAL, Sort.PROMOTION}
    return frozenset({gone.id} if kept and gone is not None and gone != state.current else ())


def _without(trail: tuple[str, ...], signed: tuple[str, ...]) -> tuple[str, ...]:
    """The commits of a trail that no sign-off covers."""
    covered = frozenset(signed)
    return tuple(each for each in trail if each not in covered)


def _same(pending: Sequence[Pending], result: Entry | None) -> Pending | None:
    """What was agreed to of this very entry; the first parent's where both sides have something."""
    return next((each for each in pending if each.entry == result), None)


def _expected(
    one: PathState, two: PathState, bases: Sequence[PathState]
) -> tuple[bool, Entry | None]:
    """Whether the parents and their bases agree on one entry, and which."""
    if one.current == two.current:
        return True, one.current
    first = bases[0]
    if any((each.current, each.standing) != (first.current, first.standing) for each in bases):
        return False, None
    if one.current == first.current:
        return True, two.current
    if two.current == first.current:
        return True, one.current
    return False, None


def _shared(one: PathState, two: PathState) -> Refusal | None:
    """The other side's refusal, if what was refused there is part of this side's content too.

    The earliest merge decides, also for who has the same commits without that merge.
    """
    refused = two.refused
    here = {*one.trail, *one.signed}
    return refused if refused and not here.isdisjoint(refused.commits) else None


def _chosen(
    meeting: Meeting,
    path: str,
    *,
    result: Entry | None,
    dispute: Dispute,
    sides: tuple[PathState, PathState],
) -> Standing | Dispute:
    """What an eligible person's merge chose from two sign-offs; the dispute if nobody did."""
    for side in sides:
        standing = side.standing
        if (
            isinstance(standing, Standing)
            and standing.entry == result
            and meeting.may_choose(path, standing)
        ):
            return standing
    return dispute


def _kept(
    state: PathState, refused: Refusal | None = None, *, trail: tuple[str, ...] | None = None
) -> PathState:
    """A state that isn't clean; sound content in dispute needs no healing, so isn't refused."""
    return replace(
        state,
        trail=state.trail if trail is None else trail,
        refused=None if state.sound else refused,
    )
