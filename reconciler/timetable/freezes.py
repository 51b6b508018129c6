"""Freezes: stretches of time in which nothing starts."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from reconciler.model.environment import Environment
from reconciler.model.freeze import Freeze, Scope
from reconciler.timetable.spans import (
    ALWAYS,
    Interval,
    Span,
    around,
    inverted,
    span_at,
    spans_of,
    union,
)


def in_scope(scope: Scope, environment: Environment, app: str) -> bool:
    """Whether a freeze with this scope holds for a place; all that the scope names must match."""
    asked = (
        (scope.environments, environment.name),
        (scope.tiers, environment.tier or environment.name),
        (scope.customers, environment.customer),
        (scope.apps, app),
    )
    return all(names is None or each in names for names, each in asked)


def stops_cutting(freeze: Freeze, app: str) -> bool:
    """Whether a freeze also keeps the app's train from cutting releases while it lasts (T16).

    It does unless it speaks of some environments or tiers only. A train belongs to no customer.
    """
    scope = freeze.scope
    of_places = scope.environments is not None or scope.tiers is not None
    elsewhere = scope.customers is not None or (scope.apps is not None and app not in scope.apps)
    return not of_places and not elsewhere


def stretch_of(freeze: Freeze) -> Interval:
    """When a freeze holds; a freeze that ends before it begins never does."""
    return _stretch(freeze.from_, freeze.until)


def freeze_span(freezes: Iterable[Freeze], at: datetime) -> Span:
    """Whether none of these freezes holds at an instant, since when, and until when."""
    stretches = tuple((each.from_, each.until) for each in freezes)
    if not stretches:
        return ALWAYS

    def found(instant: datetime) -> Span:
        within = around(instant)
        frozen = union(_stretch(*each) for each in stretches)
        return span_at(instant, inverted(frozen, within), within=within)

    return spans_of("freezes", stretches).at(at, found)


@lru_cache(maxsize=1 << 12)
def _stretch(begin: str, end: str) -> Interval:
    return Interval(*(datetime.fromisoformat(each).astimezone(UTC) for each in (begin, end)))
