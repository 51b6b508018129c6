"""What a merge will do: the plan as it is, and as it will be once a change is merged (L2, pure).

The merge itself is the sign-off, so somebody is taken to merge it who may: the one whose merge
signs off most of it and leaves the fewest gates closed, by name if several do. What that merge
wouldn't sign off is tainted, as it will be then.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.manifest.codes.code import Code
from reconciler.manifest.paths import promotion_path
from reconciler.model.people import People
from reconciler.model.place import Place
from reconciler.model.plan import Decision, Verdict
from reconciler.model.records import Reason
from reconciler.planner.asking import ask_of
from reconciler.planner.inputs import Inputs
from reconciler.planner.plan import decide, make_plan
from reconciler.planner.risk import risks
from reconciler.signoff import Admission, Authority, Judgement, Taint, codes
from reconciler.signoff.classes import Sort, class_of
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
    that no listed person may. ``permission`` is by what, where the place's promotion changes.
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
    merged = _merged(now, after, change, mergers[0] if mergers else "")
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
    promoted = place.promotion_path in change.entries
    may = _may(now, place) if promoted else frozenset(mergers)
    permissions = ask.environment.permissions if ask.environment and promoted else None
    return Preview(
        place=place,
        before=decide(now, place),
        after=final,
        gates=tuple((told.get(each), then.get(each)) for each in names),
        authors=change.authors,
        mergers=tuple(each for each in mergers if each in may),
        merged_by=mergers[0] if mergers else "",
        permission=permissions.who("promote") if permissions else (),
        risks=risks(now.ledger, place, ask.content),
        downtime=str(release.downtime) if release else "none",
        migration=release.migration if release else "none",
        way_back=release.way_back or "" if release else "",
        estimate=final.estimate,
    )


def _merged(now: Inputs, after: Inputs, change: Change, merger: str) -> Inputs:
    """The inputs as they will be once this person has merged the change."""
    admission = Admission(change.head, merger, change.authors, (change.head,))
    judgement = _admitted(after.judgement, change, admission)
    refused = (
        Taint(path, code.id, change.head, merger, why, code.fix)
        for path, entry in sorted(change.entries.items())
        for code, why in _refused(now.judgement.authority, change, merger, path, entry)
    )
    return replace(after, judgement=replace(judgement, taints=(*judgement.taints, *refused)))


def _refused(
    authority: Authority, change: Change, merger: str, path: str, entry: Entry | None
) -> Iterator[tuple[Code, str]]:
    """Why this person's merge would be no sign-off of a path, by who may what before it.

    An approval is its own proof, and what one person may put on at once needs no merge.
    """
    found = class_of(path)
    halts = found.area and any(authority.may_halt(each, found.area) for each in change.authors)
    if found.sort is Sort.APPROVAL or (found.sort is Sort.HALT and entry is not None and halts):
        return
    wrote = ", ".join(change.authors) or "nobody who is listed"
    if found.sort is Sort.UNLISTED or (found.area and found.area not in authority.guards):
        yield codes.TRUST_ROOT, "no merge brings this into force: a new trust root on the host does"
    elif change.unknown:
        yield codes.CONTENT_UNLISTED, "a commit of the branch is signed by nobody who is listed"
    elif not merger:
        yield codes.NOT_PERMITTED, f"nobody may merge it: it is written by {wrote}"
    elif merger in change.authors and found.environment not in authority.alone:
        yield codes.OWN_MERGE, f"{merger} wrote it; somebody else has to merge it"
    elif not authority.holds(path, merged_by=(merger,), authors=change.authors):
        yield codes.NOT_PERMITTED, f"the merge of {merger} alone doesn't sign it off"


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
    """Whose merge signs off at least a part of it, the most useful first."""
    authority = now.judgement.authority
    promoted = [
        each for each in places if promotion_path(each.environment, each.app) in change.entries
    ]
    lacking = {
        person: sum(
            any(_refused(authority, change, person, path, entry))
            for path, entry in change.entries.items()
        )
        for person in authority.keys
    }
    people = sorted(
        (person for person, paths in lacking.items() if paths < len(change.entries)),
        key=lambda person: (lacking[person], person),
    )
    ranked = []
    for person in people[:_TRIED]:
        merged = _merged(now, after, change, person)
        closed = sum(len(decide(merged, place).closed) for place in promoted)
        ranked.append((lacking[person], closed, person))
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
