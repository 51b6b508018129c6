"""What a commit brings into force of who may what, unless that would be the end of it (pure)."""

from dataclasses import replace

from reconciler.signoff import codes
from reconciler.signoff.classes import decides_who
from reconciler.signoff.law import Law, Lawbook
from reconciler.signoff.standing import Admission, PathState, Refusal, Standing, State


def passed(
    lawbook: Lawbook, law: Law, before: State, delta: dict[str, PathState], *, forge: str = ""
) -> Law:
    """The law with what a commit brings into force.

    What would leave nobody who may change it is refused, in ``delta`` itself. ``forge`` is where
    people agree; empty where they sign.
    """
    brought = {
        path: state.standing.entry
        for path, state in delta.items()
        if isinstance(state.standing, Standing) and decides_who(path)
    }
    after = lawbook.after(law, brought)
    why = after.authority.deadlock(forge=forge) if after is not law else ""
    if not why or law.authority.deadlock(forge=forge):
        return after
    for path, new in brought.items():
        state, old = delta[path], law.at(path)
        admission = _admission(state)
        if admission is None or new == old:
            continue
        refusal = Refusal(codes.DEADLOCK.id, admission.merge, why, admission.commits)
        standing = Standing(old, _admission(before.at(path)))
        delta[path] = replace(state, standing=standing, since=admission.merge, refused=refusal)
    return law


def _admission(state: PathState) -> Admission | None:
    return state.standing.admission if isinstance(state.standing, Standing) else None
