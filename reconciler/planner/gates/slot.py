"""Gate ``slot``: nothing starts before the slot that the promotion books (M8, M18)."""

from datetime import UTC, datetime

from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import zone_of
from reconciler.planner.reasons import closed, opened
from reconciler.timetable.moments import local_text
from reconciler.timetable.spans import ALWAYS, Span

NAME = "slot"


def span(ask: Ask, at: datetime) -> Span:
    """Closed until the booked slot, and open ever after."""
    booked = booked_slot(ask)
    if booked is None:
        return ALWAYS
    return Span(open=False, until=booked) if at < booked else Span(open=True, since=booked)


def answer(ask: Ask) -> Reason | None:
    """Asked where a slot is booked, which is part of what was signed off; also for going back."""
    booked = booked_slot(ask)
    if booked is None:
        return None
    why = f"it is booked for {local_text(booked, zone_of(ask))}"
    if ask.now >= booked:
        return opened(NAME, why, since=booked)
    return closed(
        NAME,
        why,
        remedy=f"change 'at' in {ask.place.promotion_path} and have it merged;"
        " else there is nothing to do",
        who=ask.environment.permissions.who("promote") if ask.environment else (),
        opens=booked,
    )


def booked_slot(ask: Ask) -> datetime | None:
    """The slot that the promotion in force books, if it does."""
    at = ask.promotion.at if ask.promotion else None
    return datetime.fromisoformat(at).astimezone(UTC) if at else None
