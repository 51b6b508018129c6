"""Whether this host may ask the trackers of its apps, and whether they answer."""

from collections.abc import Iterator

from reconciler.daemon.view import View
from reconciler.doctor.finding import Finding, good, silent, wrong
from reconciler.errors import ConfigurationError, TagboatError, UnreachableError
from reconciler.planner.tickets import ASKED
from reconciler.system.clock import SystemClock
from reconciler.system.configuration import shown_address
from reconciler.trackers.opening import open_tracker


def check_trackers(view: View) -> Iterator[Finding]:
    """Each tracker that the files in force name and that this version can ask."""
    try:
        connections = view.judged().admitted.connections
    except TagboatError:
        return  # the sign-off tells of it
    for name, settings in sorted(connections.trackers.items()) if connections else ():
        if settings.type not in ASKED:
            continue
        try:
            open_tracker(settings, view.configuration, clock=SystemClock()).check()
        except ConfigurationError as error:
            hint = error.hint or f"mend [secrets] in {view.configuration.source}"
            yield wrong(f"tracker {name}", error.message, hint)
        except UnreachableError as error:
            yield silent(f"tracker {name}", error.message, error.hint)
        else:
            yield good(f"tracker {name}", f"{shown_address(settings.url or '')} answers")
