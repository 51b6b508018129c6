"""Gate ``windows``: starts are allowed now, for a release with this downtime (M8).

Windows govern starts only: what runs is finished, whatever the time.
"""

from datetime import datetime

from reconciler.manifest.layering import resolve
from reconciler.model.environment import Environment
from reconciler.model.records import Reason
from reconciler.planner.gates.slot import booked_slot
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import guards, until_text, zone_of
from reconciler.planner.reasons import closed, opened
from reconciler.timetable.spans import ALWAYS, Span
from reconciler.timetable.windows import BOOKED, window_span

NAME = "windows"


def span(ask: Ask, at: datetime) -> Span:
    """Whether a window is open at an instant."""
    if ask.environment is None:
        return ALWAYS
    return window_span(
        ask.environment.windows,
        zone_of(ask),
        at=at,
        downtime=_has_downtime(ask),
        booked=booked_slot(ask),
    )


def answer(ask: Ask) -> Reason | None:
    """Closed between windows; one that is booked opens by the promotion's ``at``."""
    environment = ask.environment
    if environment is None or environment.windows is None:
        return None
    found = span(ask, ask.now)
    if found.open:
        until = f" {until_text(ask, found)}" if found.until else ""
        return opened(NAME, f"a window is open{until}", since=found.since)
    resolved = resolve(ask.inputs.snapshot, ask.place.environment, ask.place.app)
    remedy = f"wait, or change 'windows' in {resolved.source(('windows',))[0]}"
    who = guards(ask, "policies")
    if any(each.booked for each in environment.windows):
        booked = booked_slot(ask)
        ahead = booked is not None and booked > ask.now
        say = "wait, or book another time" if ahead else "book a time"
        remedy = f"{say}: write 'at' in {ask.place.promotion_path} and have it merged"
        who = environment.permissions.who("promote")
    why = f"{_why(ask, environment)} {until_text(ask, found)}"
    return closed(NAME, why, remedy=remedy, who=who, since=found.since, opens=found.until)


def _why(ask: Ask, environment: Environment) -> str:
    booked, windows = booked_slot(ask), environment.windows or ()
    if booked and any(each.booked for each in windows) and booked + BOOKED <= ask.now:
        minutes = int(BOOKED.total_seconds()) // 60
        return f"the booked slot ended after {minutes} minutes, and no window is open"
    if _has_downtime(ask) and any(each.downtime == "none" for each in windows):
        return "no window for a release with downtime is open"
    return "no window is open"


def _has_downtime(ask: Ask) -> bool:
    """Content without a release, from a branch or a commit, has none by the format's default."""
    return ask.release is not None and ask.release.downtime != "none"
