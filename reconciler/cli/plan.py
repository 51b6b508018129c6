"""``tagboat plan``: what would happen now, and why."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.errors import UsageError
from reconciler.visibility import visible

_FIRST, _LAST = 2000, 2999


class PlanFormat(StrEnum):
    """How the plan is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def plan(
    output: Annotated[
        PlanFormat, typer.Option("-o", "--output", help="How the plan is printed.")
    ] = PlanFormat.TEXT,
    at: Annotated[
        str,
        typer.Option(
            "--at",
            metavar="INSTANT",
            help="For another instant, such as 2026-11-24T22:00:00+03:00.",
        ),
    ] = "",
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Say what would be done now in each place, and why not more.

    Every gate that isn't open is named, with what opens it. Nothing is changed. With --at the time
    is another one; the files and the history are what they are now.
    """
    from reconciler.cli.knowledge import known, require_answer
    from reconciler.planner.plan import make_plan
    from reconciler.planner.rendering import as_markdown, as_text
    from reconciler.system.clock import SystemClock

    now = _instant(at) if at else SystemClock().now()
    seen = known(config, folder)
    made = make_plan(seen.view.inputs(now=now))
    match output:
        case PlanFormat.JSON:
            import json

            print(json.dumps({**made.as_json(), "digest": made.digest}, indent=2))
        case PlanFormat.MARKDOWN:
            print(as_markdown(made))
        case PlanFormat.TEXT:
            print("\n".join(visible(line) for line in as_text(made).splitlines()))
    require_answer(seen)


def _instant(text: str) -> datetime:
    """An instant with its offset, in UTC. Raises `UsageError` for one that no calendar reaches."""
    try:
        local = datetime.fromisoformat(text)
        found = local.astimezone(UTC) if local.tzinfo else None
    except (ValueError, OverflowError):
        found = None
    if found is None or not _FIRST <= found.year <= _LAST:
        raise UsageError(
            f"--at {visible(text)} is no instant from {_FIRST} to {_LAST}",
            hint="write it with its offset: 2026-11-24T22:00:00+03:00",
        )
    return found
