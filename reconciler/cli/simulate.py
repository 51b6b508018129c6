"""``tagboat simulate``: what will leave when, if nothing goes wrong."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.instants import instant
from reconciler.cli.options import ConfigOption, FolderOption, WhereArgument
from reconciler.cli.output import say, show
from reconciler.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.planner.simulation import Event

_AHEAD = timedelta(days=14)


class TimetableFormat(StrEnum):
    """How the timetable is printed."""

    TABLE = "table"
    JSON = "json"
    CALENDAR = "calendar"


def simulate(
    where: WhereArgument = "",
    start: Annotated[str, typer.Option("--from", metavar="INSTANT", help="Now, if left out.")] = "",
    until: Annotated[
        str, typer.Option(metavar="INSTANT", help="Two weeks later, if left out.")
    ] = "",
    output: Annotated[
        TimetableFormat, typer.Option("-o", "--output", help="How the timetable is printed.")
    ] = TimetableFormat.TABLE,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Say what will leave when, by the rules of the daemon.

    Deployments and tests are taken to pass and to last as long as their files say; trains and
    followed branches to have something new. What needs a person waits, and it says for whom.
    """
    from reconciler.cli.knowledge import known, require_answer, suggestion
    from reconciler.planner.simulation import simulate as play
    from reconciler.system.clock import SystemClock

    begin = instant("--from", start) if start else SystemClock().now()
    end = instant("--until", until) if until else begin + _AHEAD
    if end <= begin:
        raise UsageError("--until is not after --from", hint="tagboat simulate --help")
    seen = known(config, folder)
    subjects = {name for each in seen.places() for name in (str(each), each.environment, each.app)}
    if where and where not in subjects:
        hint = suggestion(where, sorted(subjects))
        raise UsageError(f"there is no place {where}", hint=hint)
    events = [
        each
        for each in play(seen.view.inputs(now=begin), until=end)
        if not where or each.subject == where or each.subject.startswith(f"{where}/")
    ]
    match output:
        case TimetableFormat.JSON:
            import json

            print(json.dumps([each.as_json() for each in events], indent=2, ensure_ascii=False))
        case TimetableFormat.CALENDAR:
            print(_calendar(events), end="")
        case TimetableFormat.TABLE:
            rows = [
                (f"{each.at:%a %Y-%m-%d %H:%M}", each.subject, each.what, each.version, each.why)
                for each in events
            ]
            show(("when (UTC)", "where", "what", "version", "why"), rows)
            if not rows:
                say(f"nothing leaves or waits until {end:%a %Y-%m-%d %H:%M} UTC")
    require_answer(seen)


def _calendar(events: "Sequence[Event]") -> str:
    """The departures as iCalendar: one event for each deployment that starts."""
    try:
        from icalendar import Calendar, Event
    except ImportError as error:
        raise ConfigurationError(
            "iCalendar needs the package icalendar", hint="pip install 'tagboat[calendar]'"
        ) from error

    calendar = Calendar()
    calendar.add("prodid", "-//tagboat//simulate//EN")
    calendar.add("version", "2.0")
    ends = {(each.subject, each.version): each.at for each in events if each.what == "succeeds"}
    for each in events:
        if each.what not in {"starts", "cut"}:
            continue
        entry = Event()
        entry.add("uid", f"{each.subject}-{each.version}-{each.at:%Y%m%dT%H%M%SZ}@tagboat")
        entry.add("dtstamp", each.at)
        entry.add("dtstart", each.at)
        entry.add("dtend", ends.get((each.subject, each.version), each.at))
        verb = "cut" if each.what == "cut" else "deployment"
        entry.add("summary", f"{each.subject} {each.version}: {verb}")
        calendar.add_component(entry)
    return str(calendar.to_ical().decode())
