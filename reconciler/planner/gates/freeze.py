"""Gate ``freeze``: no freeze holds for this place and this release (T5, T16)."""

from datetime import datetime

from reconciler.manifest.paths import freeze_path
from reconciler.model.freeze import Freeze
from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import guards, until_text
from reconciler.planner.reasons import closed, opened
from reconciler.timetable.freezes import freeze_span, in_scope, stretch_of
from reconciler.timetable.spans import Span

NAME = "freeze"


def span(ask: Ask, at: datetime) -> Span:
    """Whether no freeze holds at an instant."""
    return freeze_span((each for each in _of_place(ask) if not _passes(ask, each)), at)


def answer(ask: Ask) -> Reason | None:
    """Asked where a freeze speaks of the place; closed while one does that lets it not pass."""
    freezes = _of_place(ask)
    if not freezes:
        return None
    found = span(ask, ask.now)
    now = [each for each in freezes if ask.now in stretch_of(each)]
    if found.open:
        names = ", ".join(each.name for each in now)
        why = f"a hotfix may pass the freeze {names}" if now else "nothing is frozen now"
        return opened(NAME, why, since=found.since)
    first, *others = (each for each in now if not _passes(ask, each))
    more = f" (and {len(others)} more)" if others else ""
    hotfix = ", promote a hotfix, which may pass," if "hotfix" in first.allows else ","
    return closed(
        NAME,
        f"frozen by {first.name}{more} {until_text(ask, found)}: {first.reason}",
        remedy=f"wait{hotfix} or remove {freeze_path(first.name)}",
        who=guards(ask, "freezes"),
        since=found.since,
        opens=found.until,
    )


def _of_place(ask: Ask) -> list[Freeze]:
    """The freezes that speak of the place, by name, whenever they hold."""
    environment = ask.environment
    return [
        each
        for _, each in sorted(ask.inputs.snapshot.freezes.items())
        if environment is not None and in_scope(each.scope, environment, ask.place.app)
    ]


def _passes(ask: Ask, freeze: Freeze) -> bool:
    return "hotfix" in freeze.allows and ask.release is not None and ask.release.hotfix
