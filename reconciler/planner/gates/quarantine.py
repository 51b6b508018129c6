"""Gate ``quarantine``: a release that somebody has put aside starts nowhere (B42).

Asked of what has run here before as well: it is the one thing that going back doesn't forgive. It
can't be overridden.
"""

from datetime import datetime

from reconciler.manifest.paths import quarantine_path
from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import span_of
from reconciler.planner.reasons import closed
from reconciler.timetable.spans import Span

NAME = "quarantine"


def span(ask: Ask, at: datetime) -> Span:
    """Closed until the quarantine's own end."""
    return span_of(answer(ask.at(at)))


def answer(ask: Ask) -> Reason | None:
    """Closed while a quarantine file names the release, until its ``until`` if it has one."""
    version = ask.release.version if ask.release else ask.wanted
    found = ask.inputs.snapshot.quarantines.get((ask.place.app, version))
    if found is None:
        return None
    until = datetime.fromisoformat(found.until) if found.until else None
    if until is not None and ask.now >= until:
        return None
    path = quarantine_path(ask.place.app, version)
    return closed(
        NAME,
        f"{found.by} put {version} in quarantine: {found.reason}",
        remedy=f"promote another release, or have {path} removed by a merge",
        who=(f"person/{found.by}",),
        opens=until,
    )
