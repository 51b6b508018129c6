"""One gate per file; each answers open, closed or unknown, with a reason and a remedy (L2, pure).

A gate that can't be decided is unknown, and unknown is not open. One that isn't asked for at a
place answers nothing. Gates are asked only before a start: nothing here stands in the way of going
back.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from reconciler.model.records import Reason
from reconciler.planner.gates import (
    after,
    approvals,
    attended,
    calendar,
    claim,
    disk,
    drift,
    driver,
    files,
    follow,
    freeze,
    history,
    hold,
    mass_change,
    migration,
    needs,
    pause,
    quarantine,
    renamed,
    requirements,
    schedule,
    sign_off,
    slot,
    supported,
    tag,
    tickets,
    windows,
)
from reconciler.planner.inputs import Ask
from reconciler.timetable.spans import Span

Gate = Callable[[Ask], Reason | None]

ALWAYS: tuple[Gate, ...] = (
    sign_off.answer,
    files.answer,
    supported.answer,
    follow.answer,
    schedule.answer,
    quarantine.answer,
    hold.answer,
    claim.answer,
    history.answer,
    driver.answer,
    disk.answer,
    migration.answer,
    slot.answer,
)
"""Asked before every start, also of what has run here before."""

OF_PLACE: tuple[Gate, ...] = (sign_off.answer, files.answer, claim.answer, history.answer)
"""Asked where the promotion itself isn't signed off: these speak of the place, not of content."""

MENDING: tuple[Gate, ...] = (
    supported.answer,
    quarantine.answer,
    hold.answer,
    claim.answer,
    history.answer,
    driver.answer,
    disk.answer,
    drift.answer,
)
"""Asked before what was changed by hand is put back: that was agreed to and proven here."""

FORWARD: tuple[Gate, ...] = (
    renamed.answer,
    tag.answer,
    mass_change.answer,
    needs.answer,
    after.answer,
    *requirements.GATES,
    tickets.answer,
    approvals.answer,
    attended.answer,
    pause.answer,
    freeze.answer,
    calendar.answer,
    windows.answer,
)
"""Asked before the start of what has not run here before, in the order in which they are shown."""

AT_THE_START: Mapping[str, Callable[[Ask, Reason], Reason]] = MappingProxyType(
    {tickets.NAME: tickets.at_the_start}
)
"""Gates whose open answer is asked for once more where all others are open too."""

TIMED: Mapping[str, Callable[[Ask, datetime], Span]] = MappingProxyType(
    {
        sign_off.NAME: sign_off.span,
        follow.NAME: follow.span,
        schedule.NAME: schedule.span,
        quarantine.NAME: quarantine.span,
        slot.NAME: slot.span,
        after.NAME: after.span,
        approvals.NAME: approvals.span,
        pause.NAME: pause.span,
        freeze.NAME: freeze.span,
        calendar.NAME: calendar.span,
        windows.NAME: windows.span,
    }
)
"""The gates that open and close by time: what each says at any instant, as long as nothing else
happens."""
