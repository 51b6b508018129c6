"""What comes first is there, and never waits for itself."""

from collections import defaultdict
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import links, references
from reconciler.manifest.paths import app_path, promotion_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.circles import circles
from reconciler.validator.near import near


def needs(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """``needs`` names components of the same app, or apps promoted in the same environment.

    Nothing needs itself, by way of others neither (B49).
    """
    for name, app in snapshot.apps.items():
        path, known = app_path(name), {each.name: each.needs for each in app.components}
        for index, component in enumerate(app.components):
            for inner, each in enumerate(component.needs):
                if each not in known:
                    yield references.COMPONENTS.at(
                        snapshot.locate(path, ("components", index, "needs", inner)),
                        f"component {shown(each)} isn't the app's",
                        hint=near(each, known),
                    )
        order = list(known)
        for circle in circles(known):
            node = ("components", order.index(circle[0]), "needs")
            said = f"components need each other: {' → '.join(circle)}"
            yield links.CIRCLE.at(snapshot.locate(path, node, key=True), said)
    yield from _promotions(snapshot)


def _promotions(snapshot: Snapshot) -> Iterator[Diagnostic]:
    edges: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for (environment, app), promotion in snapshot.promotions.items():
        if not promotion.needs:
            continue
        edges[environment][app] = promotion.needs
        for index, each in enumerate(promotion.needs):
            if not snapshot.has(promotion_path(environment, each)):
                known = [other for place, other in snapshot.promotions if place == environment]
                yield references.APP.at(
                    snapshot.locate(promotion_path(environment, app), ("needs", index)),
                    f"{environment} has no promotion of {shown(each)}",
                    hint=near(each, known) or f"add {promotion_path(environment, each)}",
                )
    for environment, inside in edges.items():
        for circle in circles(inside):
            place = snapshot.locate(promotion_path(environment, circle[0]), ("needs",), key=True)
            said = f"apps of {environment} need each other: {' → '.join(circle)}"
            yield links.CIRCLE.at(place, said)
