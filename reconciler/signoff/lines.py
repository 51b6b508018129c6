"""Where lines of history meet: who may what there, and which sign-offs outlived their right.

A sign-off on one line was judged by who may what on that line. If another line has changed that
since they parted, the sign-off must also hold by what the other one has in force, or by what both
together have. Else whoever was taken a right away could go on using it on a branch from before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reconciler.signoff import codes
from reconciler.signoff.authority import Authority
from reconciler.signoff.classes import decides_who
from reconciler.signoff.facts import Entry
from reconciler.signoff.law import Law, Lawbook
from reconciler.signoff.standing import (
    Dispute,
    PathState,
    Refusal,
    Standing,
    State,
    reconcile,
)


def agreed_law(
    lawbook: Lawbook,
    parents: Sequence[State],
    bases: Sequence[Sequence[State]],
    *,
    paths: Iterable[str],
) -> tuple[Law, Mapping[str, tuple[PathState, ...]]]:
    """Who may what before a merge brings anything, and the sides' states of the paths that say it.

    The states come as `outlived` gives them.
    """
    law = parents[0].law
    if all(each.law is law for each in parents):
        return law, {}
    seen: dict[str, tuple[PathState, ...]] = {}
    changes: dict[str, Entry | None] = {}
    disputed: set[str] = set()
    for path in paths:
        if not decides_who(path):
            continue
        seen[path] = outlived(path, parents, bases, law=None)
        standing = joined(path, seen[path], parents, bases)
        if isinstance(standing, Dispute):
            disputed.add(path)
        else:
            changes[path] = standing.entry
    law = lawbook.after(law, changes)
    for each in parents[1:]:
        if disputed:
            law = lawbook.disputing(law, each.law, frozenset(disputed))
    return law, seen


def outlived(
    path: str,
    parents: Sequence[State],
    bases: Sequence[Sequence[State]],
    *,
    law: Law | None,
) -> tuple[PathState, ...]:
    """A path's states at the parents, without sign-offs that don't hold where lines meet.

    ``law`` is what both together have in force, where that is known already.
    """
    one = parents[0].at(path)
    states: list[PathState] = []
    for parent, group in zip(parents[1:], bases, strict=True):
        two = parent.at(path)
        if parent.law is parents[0].law or not group:
            states.append(two)
            continue
        before = [each.at(path) for each in group]
        laws = [each.law for each in group]
        mine = _kept(path, one, before, laws, other=parent.law, law=law)
        theirs = _kept(path, two, before, laws, other=parents[0].law, law=law)
        if decides_who(path) and mine is not one and theirs is not two:
            # Each took the other's right away. Falling back to what was before both of them would
            # give it back to whoever lost it: they contradict, and only what both allow is allowed.
            mine, theirs = one, two
        one = mine
        states.append(theirs)
    return (one, *states)


def joined(
    path: str,
    states: Sequence[PathState],
    parents: Sequence[State],
    bases: Sequence[Sequence[State]],
) -> Standing | Dispute:
    """What is in force where lines meet; lines that never meet the root have no say."""
    standing: Standing | Dispute | None = states[0].standing
    if not parents[0].grounded and any(each.grounded for each in parents):
        standing = None
    for state, parent, group in zip(states[1:], parents[1:], bases, strict=True):
        if not parent.grounded and any(each.grounded for each in parents):
            continue
        other = state.standing
        standing = (
            other
            if standing is None
            else reconcile(standing, other, bases=[each.at(path).standing for each in group])
        )
    assert standing is not None  # noqa: S101 - at least one parent has a say
    return standing


def _kept(
    path: str,
    state: PathState,
    before: Sequence[PathState],
    laws: Sequence[Law],
    *,
    other: Law,
    law: Law | None,
) -> PathState:
    """The state with its sign-off, or with the one before it if the other line took the right."""
    standing = state.standing
    if not isinstance(standing, Standing) or standing.admission is None:
        return state
    if all(each is other for each in laws) or any(each.standing == standing for each in before):
        return state
    admission = standing.admission

    def holds(authority: Authority) -> bool:
        return authority.holds(path, merged_by=admission.agreed, authors=admission.authors)

    if holds(other.authority) or (law is not None and holds(law.authority)):
        return state
    who = " and ".join(admission.agreed) or "nobody"
    why = f"{who} merged it on a line that didn't know yet that {who} may not any more"
    refusal = Refusal(codes.NO_LONGER.id, admission.merge, why, admission.commits)
    standing = before[0].standing
    return replace(state, standing=standing, since=admission.merge, refused=refusal, bare=None)
