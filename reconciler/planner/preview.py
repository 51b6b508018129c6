"""What a merge will do: the plan as it is, and as it will be once a change is merged (L2, pure).

The merge itself is the sign-off, so somebody is taken to merge it who may: of those who aren't
authors the one who leaves the fewest gates closed, by name if several do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.manifest.paths import promotion_path
from reconciler.model.people import People
from reconciler.model.place import Place
from reconciler.model.plan import Decision, Verdict
from reconciler.model.records import Reason
from reconciler.planner.asking import ask_of
from reconciler.planner.inputs import Inputs
from reconciler.planner.plan import decide, make_plan
from reconciler.planner.risk import risks
from reconciler.signoff import Admission, Judgement
from reconciler.signoff.facts import Entry

_TRIED = 12
"""People who are tried as the one who merges."""


@dataclass(frozen=True, slots=True)
class Change:
    """A branch that would be merged: its head, who wrote it, and what it changes.

    ``authors`` are persons; ``unknown`` says that a part is signed by nobody who is listed.
    ``entries``: managed path → what is there after the merge, nothing where it is removed.
    """

    head: str
    authors: tuple[str, ...]
    unknown: bool
    entries: Mapping[str, Entry | None]


@dataclass(frozen=True, slots=True)
class Preview:
    """One place that a merge touches.

    ``gates``: each gate's answer now and after the merge. ``mergers`` may merge it; nobody means
    that no listed person may.
    """

    place: Place
    before: Decision
    after: Decision
    gates: tuple[tuple[Reason | None, Reason | None], ...]
    authors: tuple[str, ...]
    mergers: tuple[str, ...]
    merged_by: str
    permission: tuple[str, ...]
    risks: tuple[str, ...]
    downtime: str
    migration: str
    way_back: str
    estimate: int


def previews(now: Inputs, after: Inputs, change: Change) -> tuple[Preview, ...]:
    """Every place whose decision the merge alters, sorted.

    ``now`` are the inputs of the base, ``after`` hold the files as they will be.
    """
    places = {each.place for each in make_plan(now).decisions}
    places |= {Place(*each) for each in after.snapshot.promotions}
    mergers = _mergers(now, after, change, sorted(places))
    merged = _merged(after, change, mergers[0] if mergers else "")
    return tuple(
        _preview(now, after, merged, change, place, mergers)
        for place in sorted(places)
        if _touched(now, merged, change, place)
    )


def _touched(now: Inputs, merged: Inputs, change: Change, place: Place) -> bool:
    if promotion_path(place.environment, place.app) in change.entries:
        return True
    before, after = decide(now, place), decide(merged, place)
    return _essence(before) != _essence(after)


def _essence(decision: Decision) -> object:
    content = decision.assignment.content.digest if decision.assignment else ""
    gates = [(each.gate, each.state) for each in decision.reasons]
    return decision.verdict, decision.wanted, content, gates


def _preview(
    now: Inputs,
    after: Inputs,
    merged: Inputs,
    change: Change,
    place: Place,
    mergers: tuple[str, ...],
) -> Preview:
    final, waiting = decide(merged, place), decide(_unmerged(after, change), place)
    ask = ask_of(merged, place)
    told = {each.gate: each for each in waiting.reasons}
    then = {each.gate: each for each in final.reasons}
    names = [*then, *(each for each in told if each not in then)]
    release = ask.release
    may = _may(after, place)
    return Preview(
        place=place,
        before=decide(now, place),
        after=final,
        gates=tuple((told.get(each), then.get(each)) for each in names),
        authors=change.authors,
        mergers=tuple(each for each in mergers if each in may),
        merged_by=mergers[0] if mergers else "",
        permission=ask.environment.permissions.who("promote") if ask.environment else (),
        risks=risks(now.ledger, place, ask.content),
        downtime=str(release.downtime) if release else "none",
        migration=release.migration if release else "none",
        way_back=release.way_back or "" if release else "",
        estimate=final.estimate,
    )


def _merged(after: Inputs, change: Change, merger: str) -> Inputs:
    """The inputs as they will be once this person has merged the change."""
    admission = Admission(change.head, merger, change.authors, (change.head,))
    return replace(after, judgement=_admitted(after.judgement, change, admission))


def _admitted(judgement: Judgement, change: Change, admission: Admission) -> Judgement:
    admitted = {**judgement.admitted}
    admissions = {**judgement.admissions}
    for path, entry in change.entries.items():
        admitted.pop(path, None)
        admissions.pop(path, None)
        if entry is not None:
            admitted[path], admissions[path] = entry, admission
    taints = tuple(each for each in judgement.taints if each.path not in change.entries)
    return replace(judgement, admitted=admitted, admissions=admissions, taints=taints)


def _unmerged(after: Inputs, change: Change) -> Inputs:
    """The inputs with the change not signed off: every gate's answer as it is now."""
    judgement = after.judgement
    admitted = {
        path: each for path, each in judgement.admitted.items() if path not in change.entries
    }
    admissions = {
        path: each for path, each in judgement.admissions.items() if path not in change.entries
    }
    return replace(after, judgement=replace(judgement, admitted=admitted, admissions=admissions))


def _mergers(
    now: Inputs, after: Inputs, change: Change, places: Iterable[Place]
) -> tuple[str, ...]:
    """Who may merge for at least one place that is promoted, the most useful first."""
    promoted = [
        each for each in places if promotion_path(each.environment, each.app) in change.entries
    ]
    may = {place: _may(now, place) for place in promoted}
    people = sorted({each for some in may.values() for each in some} - set(change.authors))
    ranked = []
    for person in people[:_TRIED]:
        merged = _merged(after, change, person)
        closed = sum(len(decide(merged, place).closed) for place in promoted)
        lacking = sum(person not in may[place] for place in promoted)
        ranked.append((lacking, closed, person))
    return tuple([person for _, _, person in sorted(ranked)] + people[_TRIED:])


def _may(inputs: Inputs, place: Place) -> frozenset[str]:
    """Whose merge is a sign-off in a place."""
    people: People | None = inputs.snapshot.people
    environment = ask_of(inputs, place).environment
    if people is None or environment is None:
        return frozenset()
    return frozenset().union(
        *(people.counting(each, environment.customer) for each in environment.permissions.promote)
    )


def is_at_once(preview: Preview) -> bool:
    """Whether nothing is in the way once it is merged."""
    return preview.after.verdict is Verdict.DEPLOY
