"""When a train cuts a release: slots are counted by the history, as departures are (T1, T16, pure).

Each slot has one account: a sighting of what was there to be cut, or a skip that says why nobody
looked. Slots count from the first look at a schedule that is new. What stands in the way at a slot
makes it miss it; a repository that doesn't answer, or has not the artifacts yet, has `PATIENCE`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from reconciler.canonical import canonical_json, digest_of
from reconciler.deployer.trains import Line
from reconciler.manifest.paths import app_path, release_path
from reconciler.model.app import App, Train
from reconciler.model.place import Place
from reconciler.model.promotion import Follow, Promotion
from reconciler.model.question import Cutting, Question
from reconciler.model.records import Sighting, Skip
from reconciler.model.records.skip import SkipFate
from reconciler.names import instant_of, instant_text
from reconciler.planner.inputs import Inputs
from reconciler.planner.invention import stopped_by
from reconciler.planner.patience import PATIENCE
from reconciler.timetable.moments import day_at
from reconciler.timetable.slots import due, last_slot
from reconciler.versions.ordering import newest_first, rank

UTC = "Etc/UTC"
"""A train belongs to no place, so its schedule has no other zone than its own."""
_NOBODY = "no reconciler looked in time"


@dataclass(frozen=True, slots=True)
class Call:
    """What one app's train asks for: accounts of slots to be written down, and where to look."""

    skips: tuple[Skip, ...] = ()
    question: Question | None = None


def calls(inputs: Inputs, *, troubles: Mapping[str, str]) -> Mapping[str, Call]:
    """App → what its train asks for now; ``troubles`` says why a repository couldn't be looked at.

    Nothing for apps whose train has nothing to ask.
    """
    snapshot, lines = inputs.snapshot, inputs.ledger.lines
    found = {name: _of_train(inputs, app, troubles) for name, app in snapshot.apps.items()}
    for name in lines.keys() - snapshot.apps.keys():
        if lines[name].schedule and app_path(name) not in snapshot.broken:
            found[name] = Call((_skip(inputs, name, fate="ended"),))
    return {name: call for name, call in found.items() if call != Call()}


def to_be_cut(inputs: Inputs) -> Iterator[tuple[App, Sighting]]:
    """The releases that trains have cut, and that the branch doesn't have yet.

    One that a later one of its app has overtaken never comes.
    """
    for name, line in sorted(inputs.ledger.lines.items()):
        app, newest = inputs.snapshot.apps.get(name), line.newest
        if app is None or app.train is None or newest is None:
            continue
        path = release_path(name, newest.facts["version"])
        there = (name, newest.facts["version"]) in inputs.tip.releases
        if not there and path not in inputs.tip.broken and path not in inputs.judgement.admitted:
            yield app, newest


def _of_train(inputs: Inputs, app: App, troubles: Mapping[str, str]) -> Call:
    line, train = inputs.ledger.lines.get(app.name, Line()), app.train
    if train is None:
        return Call((_skip(inputs, app.name, fate="ended"),) if line.schedule else ())
    schedule, zone = train.schedule, train.schedule.timezone or UTC
    text = canonical_json(schedule.model_dump(mode="json", exclude_none=True))
    if line.schedule != text:
        begin = last_slot(schedule, zone, at=inputs.now)
        return Call((_skip(inputs, app.name, begin, fate="counting", schedule=text),))
    come = due(schedule, zone, after=instant_of(line.known), at=inputs.now)
    late = troubles.get(app.repository or app.name) or _NOBODY
    skips = tuple(
        _skip(inputs, app.name, each, fate="missed", why=_frozen(inputs, app, each) or late)
        for each in come.missed
    )
    slot = come.slot
    if slot is None:
        return Call(skips)
    why = _frozen(inputs, app, slot) or kept(inputs, app, inputs.now)
    if not why and inputs.now - slot > PATIENCE:
        why = late
    if why:
        return Call((*skips, _skip(inputs, app.name, slot, fate="missed", why=why)))
    return Call(skips, _question(inputs, app, train, slot))


def _question(inputs: Inputs, app: App, train: Train, slot: datetime) -> Question:
    zone = train.schedule.timezone or UTC
    line = inputs.ledger.lines[app.name]
    # A tag without a release that somebody else proposes is theirs.
    taken = inputs.versions_of(app.name) | line.cut.keys() | line.tagged.keys()
    return Question(
        "train",
        f"{app.name} {instant_text(slot)}",
        app.repository or app.name,
        revision=train.branch or app.branch,
        cutting=Cutting(app, frozenset(taken), day_at(slot, zone)),
    )


def _frozen(inputs: Inputs, app: App, at: datetime) -> str:
    name = stopped_by(inputs.snapshot, app, at)
    return f"frozen by {name}: {inputs.snapshot.freezes[name].reason}" if name else ""


def kept(inputs: Inputs, app: App, at: datetime) -> str:
    """What keeps the train from cutting at an instant, as far as it is known; empty if nothing."""
    return _frozen(inputs, app, at) or hotfix(inputs, app)


def hotfix(inputs: Inputs, app: App) -> str:
    """Why the newest hotfix keeps the train from cutting; empty once it is through (T5).

    It is through when every place that hangs on the train, or names it, runs it or what is newer.
    One in quarantine keeps nobody waiting.
    """
    releases = inputs.snapshot.releases
    found = newest_first(
        app.versions,
        (
            version
            for (name, version), release in releases.items()
            if name == app.name and release.hotfix and not inputs.quarantined(name, version)
        ),
    )
    for version in found[:1]:
        floor = rank(app.versions, version)
        for (environment, name), promotion in sorted(inputs.snapshot.promotions.items()):
            if name != app.name or not _hangs(promotion, version):
                continue
            place = Place(environment, name)
            runs = inputs.ledger.running(place)
            if runs is None or (runs.released and rank(app.versions, runs.version) < floor):
                shown = runs.shown if runs else "nothing"
                return f"the hotfix {version} is not through: {place} runs {shown}"
    return ""


def _hangs(promotion: Promotion, version: str) -> bool:
    match promotion:
        case Promotion(release=str() as named):
            return named == version
        case Promotion(follow=Follow(releases=str() as pattern)):
            return fnmatchcase(version, pattern)
        case Promotion(follow=Follow(environment=str())):
            return True
        case _:
            return False


def _skip(
    inputs: Inputs,
    app: str,
    slot: datetime | None = None,
    *,
    fate: SkipFate,
    why: str = "",
    schedule: str = "",
) -> Skip:
    """The record; who says the same of the same files says it under the same id."""
    at = instant_text(slot) if slot else ""
    said = {"app": app, "slot": at, "fate": fate, "schedule": schedule}
    if fate != "missed":
        said["basis"] = inputs.basis
    return Skip(
        id=digest_of(said),
        at=instant_text(inputs.now),
        reconciler=inputs.reconciler,
        app=app,
        slot=at,
        fate=fate,
        why=why,
        schedule=schedule,
        basis=inputs.basis,
    )
