"""What is followed, or proven first, is there, and never goes in circles."""

from collections import defaultdict
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import links, references
from reconciler.manifest.layering import LAID, effective_environments
from reconciler.manifest.paths import environment_path, promotion_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.gates import After
from reconciler.validator.circles import circles
from reconciler.validator.effective import Effective, deployed, environments, promoted, tier_of
from reconciler.validator.near import near


def follow(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """``follow.environment`` and ``gates.after`` lead to other places, and not back again.

    The followed environment has a promotion of the same app. Where something is promoted,
    ``after.tier`` is the tier of another place, of the same customer if there is one, and
    ``after.environment`` has a file (B39, B49).
    """
    for (environment, app), promotion in snapshot.promotions.items():
        if promotion.follow is not None and promotion.follow.environment is not None:
            yield from _followed(snapshot, environment, app, promotion.follow.environment)
    for each in promoted(snapshot):
        if each.value.gates.after is not None:
            yield from _after(snapshot, each, each.value.gates.after)
    parts = (*LAID, "placed")
    yield from snapshot.derive(parts, "circles of proof", lambda: tuple(_circles(snapshot)))
    yield from _followers(snapshot)


def _followed(snapshot: Snapshot, environment: str, app: str, source: str) -> Iterator[Diagnostic]:
    place = snapshot.locate(promotion_path(environment, app), ("follow", "environment"))
    if not snapshot.has(environment_path(source)):
        said = f"environment {shown(source)} has no environment.yaml"
        yield references.ENVIRONMENT.at(place, said, hint=near(source, snapshot.environments))
    elif source != environment and not snapshot.has(promotion_path(source, app)):
        yield links.SOURCE.at(place, f"{source} has no promotion of {app}")


def _after(snapshot: Snapshot, each: Effective, after: After) -> Iterator[Diagnostic]:
    known = effective_environments(snapshot)
    if after.environment is not None:
        if not snapshot.has(environment_path(after.environment)):
            said = f"environment {shown(after.environment)} has no environment.yaml"
            hint = near(after.environment, snapshot.environments)
            yield each.finding(
                references.ENVIRONMENT, said, "gates", "after", "environment", hint=hint
            )
    elif after.tier is not None:
        found = _of_tier(snapshot, each, after.tier)
        whole = len(known) == len(snapshot.environments) and not any(
            path.endswith("/environment.yaml") for path in snapshot.broken
        )
        if not found and whole:
            whose = f" of customer {each.value.customer}" if each.value.customer else ""
            said = f"no other place{whose} is of tier {shown(after.tier)}"
            hint = near(after.tier, {tier_of(one) for one in known.values()} - {after.tier})
            yield each.finding(links.TIER, said, "gates", "after", "tier", hint=hint)


def _of_tier(snapshot: Snapshot, each: Effective, tier: str) -> list[str]:
    return [
        name
        for name, other in effective_environments(snapshot).items()
        if name != each.value.name
        and tier_of(other) == tier
        and (each.value.customer is None or other.customer == each.value.customer)
    ]


def _circles(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Places that wait for each other, for each app by itself."""
    waits: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for each in deployed(snapshot):
        after = each.value.gates.after
        assert each.app is not None  # noqa: S101 - narrowing
        if after is not None and after.environment is not None:
            waits[each.app.name][each.value.name] = (after.environment,)
    for app, edges in waits.items():
        for circle in circles(edges):
            found = next(one for one in environments(snapshot) if one.value.name == circle[0])
            said = f"{app} is proven in a circle: {' → '.join(circle)}"
            yield found.finding(links.CIRCLE, said, "gates", "after", "environment")


def _followers(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Places that follow each other, for each app by itself."""
    follows: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for (environment, app), promotion in snapshot.promotions.items():
        if promotion.follow is not None and promotion.follow.environment is not None:
            follows[app][environment] = (promotion.follow.environment,)
    for app, edges in follows.items():
        for circle in circles(edges):
            place = snapshot.locate(promotion_path(circle[0], app), ("follow", "environment"))
            said = f"places of {app} follow each other: {' → '.join(circle)}"
            yield links.CIRCLE.at(place, said)
