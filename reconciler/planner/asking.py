"""What every gate is asked about a place: made from the admitted files and the history."""

from dataclasses import replace

from reconciler.deployer.screens import screens_at
from reconciler.manifest.layering import resolve
from reconciler.model.content import Content
from reconciler.model.deployment import Assignment
from reconciler.model.desired import Desired
from reconciler.model.place import Place
from reconciler.model.records import SignOff
from reconciler.model.release import Release
from reconciler.model.unreleased import Unreleased
from reconciler.planner.assignments import Making
from reconciler.planner.departures import on_schedule
from reconciler.planner.inputs import Ask, Inputs
from reconciler.planner.leaving import leaves
from reconciler.planner.sources import Seeker
from reconciler.signoff import Admission


def ask_of(inputs: Inputs, place: Place) -> Ask:
    """The question of one place: may it start to run what its admitted promotion asks for."""
    snapshot = inputs.snapshot
    key = (place.environment, place.app)
    promotion, shown = snapshot.promotions.get(key), inputs.tip.promotions.get(key)
    environment = resolve(snapshot, place.environment, place.app).environment
    app, sign_off = snapshot.apps.get(place.app), _sign_off(inputs, place)
    desired = Desired(None, missing="the admitted files don't name a release for this place")
    if promotion is not None and app is not None:
        desired = on_schedule(
            Seeker(inputs, place, app, inputs.ledger.running(place)).of(promotion),
            promotion,
            standing=inputs.ledger.at(place),
            sign_off=sign_off,
            timezone=(environment.timezone if environment else None) or "Etc/UTC",
            now=inputs.now,
        )
    wanted = desired.shown or (promotion.wanted if promotion else "")
    ask = Ask(
        inputs=inputs,
        place=place,
        wanted=wanted,
        shown=shown.wanted if shown is not None and shown != promotion else wanted,
        promotion=promotion,
        environment=environment,
        app=app,
        desired=desired,
        release=desired.source if isinstance(desired.source, Release) else None,
        sign_off=sign_off,
        assignment=None,
        running=inputs.ledger.running(place),
    )
    ask = replace(ask, assignment=_assignment(ask))
    return (way_back(ask) or ask) if _returns(ask) else ask


def way_back(ask: Ask) -> Ask | None:
    """The question whether the content before the last deployment may come back.

    Nothing where there was none, or where it can't be made again exactly as it was.
    """
    claim = ask.standing.last_claim
    before = claim.assignment.previous if claim else None
    source = _source(ask, before) if before else None
    if before is None or source is None:
        return None
    desired = Desired(source, why="it was asked to come back")
    release = source if isinstance(source, Release) else None
    back = replace(ask, desired=desired, wanted=desired.shown, shown=desired.shown, release=release)
    back = replace(back, assignment=_assignment(back))
    same = back.content is not None and back.content.digest == before.digest
    return back if same else None


def _returns(ask: Ask) -> bool:
    """Whether it was granted to go back from what the files still ask for."""
    claim = ask.standing.last_claim
    wanted = ask.content.digest if ask.content else ""
    return (
        ask.standing.rollback is not None
        and claim is not None
        and claim.assignment.content.digest == wanted
    )


def _source(ask: Ask, content: Content) -> Release | Unreleased | None:
    release = ask.inputs.snapshot.releases.get((content.app, content.version))
    if release is not None and content.branch is None:
        return release
    trees = {each.name: each.artifact.tree for each in content.components if each.artifact.tree}
    return Unreleased(content.commit, trees, content.branch or "") if trees else None


def _assignment(ask: Ask) -> Assignment | None:
    app, environment, source = ask.app, ask.environment, ask.desired.source
    if app is None or environment is None or source is None:
        return None
    if isinstance(source, Release):
        names = {each.name for each in app.components}
        if not {each.name for each in source.components} <= names:
            return None
    elif not source.trees:
        return None
    standing = ask.standing
    screened = bool(screens_at(standing, ask.now))
    making = Making(app, source, environment, standing, leaves(ask), ask.adopts, screened)
    return making.within(ask.inputs.snapshot)


def _sign_off(inputs: Inputs, place: Place) -> SignOff | None:
    path = place.promotion_path
    if path not in inputs.judgement.admitted:
        return None
    admission = inputs.judgement.admissions.get(path)
    if admission is None:
        return inputs.of_root
    return signed_off(admission)


def signed_off(admission: Admission) -> SignOff:
    """Who brought a file in, as records have it."""
    return SignOff(
        commit=admission.came,
        merged_by=admission.merged_by,
        approval=admission.word.rpartition(" ")[0],
        authors=admission.authors,
    )
