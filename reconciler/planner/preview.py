"""What a merge will do: the plan as it is, and as it will be once a change is merged (L2, pure).

The merge itself is the sign-off, so somebody is taken to merge it: the one whose merge signs off
most of it and leaves the fewest gates closed, by name if several do. What will be in force then
comes from the judge that the reconciler asks, so what that merge wouldn't sign off is tainted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.model.place import Place
from reconciler.model.plan import Decision
from reconciler.model.records import Reason
from reconciler.model.release import Release
from reconciler.names import seconds_of
from reconciler.planner.asking import ask_of
from reconciler.planner.concerns import concerns
from reconciler.planner.inputs import Ask, Inputs
from reconciler.planner.plan import decide, make_plan
from reconciler.planner.risk import Risk, risks
from reconciler.signoff.facts import Entry

NAMELESS = "MERGE"
"""What a merge that nobody has made is called where a gate names it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A branch that would be merged: the commit that this would make, and what it changes.

    ``entries``: managed path → what is there after the merge, nothing where it is removed.
    ``authors``: path → the persons who wrote it, an empty one for somebody who isn't listed.
    """

    merge: str
    entries: Mapping[str, Entry | None]
    authors: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Merger:
    """Somebody who might merge it, the changed paths that this signs off, and what is so then.

    ``inputs`` are missing for those whose merge nobody looks at closer.
    """

    person: str
    signs: frozenset[str]
    inputs: Inputs | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """One place that a merge touches.

    ``gates``: each gate's answer now and after the merge. ``mergers``: whose merge signs off what
    is changed here; nobody means that no listed person's does. ``merged_by`` is taken to merge it,
    empty where nobody's merge signs off anything. ``unlisted``: a part is written by somebody who
    isn't listed. ``permission`` is by what, where the place's promotion changes.
    """

    place: Place
    before: Decision
    after: Decision
    gates: tuple[tuple[Reason | None, Reason | None], ...]
    authors: tuple[str, ...]
    unlisted: bool
    mergers: tuple[str, ...]
    merged_by: str
    permission: tuple[str, ...]
    risks: tuple[Risk, ...]
    downtime: str
    migration: str
    way_back: str
    estimate: int


def previews(now: Inputs, mergers: Sequence[Merger], change: Change) -> tuple[Preview, ...]:
    """Every place whose decision the merge alters, sorted.

    ``now`` are the inputs of the base. At least one of the mergers has inputs.
    """
    merger, merged = _taken(mergers, change)
    places = {each.place for each in make_plan(now).decisions}
    places |= {each.place for each in make_plan(merged).decisions}
    return tuple(
        _preview(now, merged, merger, mergers, change, place)
        for place in sorted(places)
        if _touched(now, merged, change, place)
    )


def _taken(mergers: Sequence[Merger], change: Change) -> tuple[Merger, Inputs]:
    """Who is taken to merge it, and what is so then."""
    found = [(each, each.inputs) for each in mergers if each.inputs is not None]

    def rank(each: tuple[Merger, Inputs]) -> tuple[int, int, str]:
        merger, inputs = each
        promoted = (Place(*key) for key in inputs.tip.promotions)
        closed = sum(
            len(decide(inputs, place).closed)
            for place in promoted
            if place.promotion_path in change.entries
        )
        return -len(merger.signs), closed, merger.person

    return min(found, key=rank)


def _touched(now: Inputs, merged: Inputs, change: Change, place: Place) -> bool:
    if place.promotion_path in change.entries:
        return True
    before, after = decide(now, place), decide(merged, place)
    return _essence(before) != _essence(after)


def _essence(decision: Decision) -> object:
    content = decision.assignment.content.digest if decision.assignment else ""
    gates = [(each.gate, each.state) for each in decision.reasons]
    return decision.verdict, decision.wanted, content, gates


def _preview(
    now: Inputs,
    merged: Inputs,
    merger: Merger,
    mergers: Iterable[Merger],
    change: Change,
    place: Place,
) -> Preview:
    final, waiting = decide(merged, place), decide(_unmerged(merged, change), place)
    ask = ask_of(merged, place)
    told = {each.gate: each for each in _named(waiting.reasons, change)}
    then = {each.gate: each for each in _named(final.reasons, change)}
    names = [*then, *(each for each in told if each not in then)]
    release, promoted = _release(ask), place.promotion_path in change.entries
    paths = _concerned(change, place, final.wanted)
    authors = frozenset().union(*(change.authors.get(each, frozenset()) for each in paths))
    permissions = ask.environment.permissions if ask.environment and promoted else None
    return Preview(
        place=place,
        before=decide(now, place),
        after=replace(
            final,
            reasons=_named(final.reasons, change),
            summary=final.summary or (release.summary if release else ""),
        ),
        gates=tuple((told.get(each), then.get(each)) for each in names),
        authors=tuple(sorted(authors - {""})),
        unlisted="" in authors,
        mergers=tuple(each.person for each in mergers if paths <= each.signs),
        merged_by=merger.person if merger.signs else "",
        permission=permissions.who("promote") if permissions else (),
        risks=risks(now.ledger, place, ask.content if ask.in_force else None),
        downtime=str(release.downtime) if release else "none",
        migration=release.migration if release else "none",
        way_back=release.way_back or "" if release else "",
        estimate=final.estimate or (seconds_of(release.estimate) if release else 0),
    )


def _release(ask: Ask) -> Release | None:
    """The release that would be asked for, signed off or not."""
    if ask.in_force:
        return ask.release
    return ask.inputs.tip.releases.get((ask.place.app, ask.shown))


def _concerned(change: Change, place: Place, wanted: str) -> frozenset[str]:
    """The changed paths that decide about a place."""
    versions = frozenset({wanted})
    return frozenset(each for each in change.entries if concerns(each, place, versions))


def _named(reasons: Iterable[Reason], change: Change) -> tuple[Reason, ...]:
    """The answers, without the id of a commit that nobody will ever see."""

    def plain(text: str) -> str:
        return text.replace(change.merge, NAMELESS).replace(change.merge[:12], NAMELESS)

    return tuple(
        each.model_copy(update={"why": plain(each.why), "remedy": plain(each.remedy)})
        for each in reasons
    )


def _unmerged(merged: Inputs, change: Change) -> Inputs:
    """The inputs with the change not signed off: every gate's answer as it is now."""
    judgement = merged.judgement
    gone = change.entries.keys()
    judgement = replace(
        judgement,
        admitted={path: each for path, each in judgement.admitted.items() if path not in gone},
        admissions={path: each for path, each in judgement.admissions.items() if path not in gone},
        taints=tuple(each for each in judgement.taints if each.path not in gone),
    )
    return replace(merged, judgement=judgement)
