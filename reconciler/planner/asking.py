"""What every gate is asked about a place: made from the admitted files and the history."""

from dataclasses import replace

from reconciler.deployer.pipeline import assign
from reconciler.errors import TagboatError
from reconciler.manifest.layering import resolve
from reconciler.model.deployment import Assignment
from reconciler.model.place import Place
from reconciler.model.records import SignOff
from reconciler.planner.inputs import Ask, Inputs


def ask_of(inputs: Inputs, place: Place) -> Ask:
    """The question of one place: may it start to run what its admitted promotion asks for."""
    snapshot = inputs.snapshot
    key = (place.environment, place.app)
    promotion, shown = snapshot.promotions.get(key), inputs.tip.promotions.get(key)
    ask = Ask(
        inputs=inputs,
        place=place,
        wanted=shown.wanted if shown else promotion.wanted if promotion else "",
        promotion=promotion,
        environment=resolve(snapshot, place.environment, place.app).environment,
        app=snapshot.apps.get(place.app),
        release=snapshot.releases.get((place.app, promotion.release or "")) if promotion else None,
        sign_off=_sign_off(inputs, place),
        assignment=None,
        running=inputs.ledger.at(place).running,
    )
    return replace(ask, assignment=_assignment(ask))


def _assignment(ask: Ask) -> Assignment | None:
    promotion, app, environment, release = ask.promotion, ask.app, ask.environment, ask.release
    if promotion is None or app is None or environment is None or release is None:
        return None
    if promotion.temporary is not None:
        return None  # what stands above it isn't what shall run now
    names = {each.name for each in app.components}
    if not {each.name for each in release.components} <= names:
        return None
    try:
        return assign(
            app,
            release,
            environment,
            previous=ask.standing.last_good,
            keep=ask.inputs.ledger.keep(ask.place),
        )
    except (TagboatError, ValueError):
        # Placeholders and the like are findings already; the gate `files` tells them.
        return None


def _sign_off(inputs: Inputs, place: Place) -> SignOff | None:
    path = place.promotion_path
    if path not in inputs.judgement.admitted:
        return None
    admission = inputs.judgement.admissions.get(path)
    if admission is None:
        return SignOff(commit=inputs.judgement.root)
    return SignOff(
        commit=admission.merge,
        merged_by=admission.merged_by,
        authors=tuple(sorted(admission.authors)),
    )
