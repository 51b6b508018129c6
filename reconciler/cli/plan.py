"""``tagboat plan``: what would happen now, and why."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.visibility import visible


class PlanFormat(StrEnum):
    """How the plan is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def plan(
    output: Annotated[
        PlanFormat, typer.Option("-o", "--output", help="How the plan is printed.")
    ] = PlanFormat.TEXT,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Say what would be done now in each place, and why not more.

    Every gate that isn't open is named, with what opens it. Nothing is changed.
    """
    from reconciler.cli.knowledge import known, require_answer
    from reconciler.planner.plan import make_plan
    from reconciler.planner.rendering import as_markdown, as_text
    from reconciler.system.clock import SystemClock

    seen = known(config, folder)
    made = make_plan(seen.view.inputs(now=SystemClock().now()))
    match output:
        case PlanFormat.JSON:
            import json

            print(json.dumps({**made.as_json(), "digest": made.digest}, indent=2))
        case PlanFormat.MARKDOWN:
            print(as_markdown(made))
        case PlanFormat.TEXT:
            print("\n".join(visible(line) for line in as_text(made).splitlines()))
    require_answer(seen)
