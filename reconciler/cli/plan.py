"""``tagboat plan``: what would happen now, and why."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.instants import instant
from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import tell
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.cli.knowledge import Known


class PlanFormat(StrEnum):
    """How the plan is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def plan(
    output: Annotated[
        PlanFormat | None,
        typer.Option("-o", "--output", help="How the plan is printed: text; with --base Markdown."),
    ] = None,
    at: Annotated[
        str,
        typer.Option(
            "--at",
            metavar="INSTANT",
            help="For another instant, such as 2026-11-24T22:00:00+03:00.",
        ),
    ] = "",
    base: Annotated[
        str, typer.Option("--base", metavar="REVISION", help="What merging into this would do.")
    ] = "",
    head: Annotated[
        str, typer.Option("--head", metavar="REVISION", help="The branch that would be merged.")
    ] = "",
    backtest: Annotated[
        bool, typer.Option("--backtest", help="Also: what its policies would have held so far.")
    ] = False,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Say what would be done now in each place, and why not more.

    Every gate that isn't open is named, with what opens it. Nothing is changed. With --at the time
    is another one; the files and the history are what they are now. With --base it says what a
    merge will do: the changes, every gate now and afterwards, and the earliest start. Ends with 0
    also where something is held: status is what fails then.
    """
    from reconciler.cli.knowledge import known, require_answer
    from reconciler.planner.plan import make_plan
    from reconciler.planner.rendering import as_text
    from reconciler.publish.plan_table import as_markdown
    from reconciler.system.clock import SystemClock

    _check(base=base, head=head, backtest=backtest, output=output)
    now = instant("--at", at) if at else SystemClock().now()
    seen = known(config, folder)
    if base:
        head = head or "HEAD"
        _tell_merge(seen, folder, base=base, head=head, now=now, output=output, backtest=backtest)
        require_answer(seen)
        return
    made = make_plan(seen.view.inputs(now=now))
    match output:
        case PlanFormat.JSON:
            import json

            print(json.dumps({**made.as_json(), "digest": made.digest}, indent=2))
        case PlanFormat.MARKDOWN:
            print(as_markdown(made))
        case PlanFormat.TEXT | None:
            for line in as_text(made).splitlines():
                tell(line)
    require_answer(seen)


def _check(*, base: str, head: str, backtest: bool, output: PlanFormat | None) -> None:
    """Refuse options that would have no effect."""
    if base and output is PlanFormat.TEXT:
        raise UsageError("--base gives Markdown or JSON", hint="leave -o out, or say -o json")
    if base:
        return
    shown = f" --head {head}" if head else ""
    for name, given in (("--head", head), ("--backtest", backtest)):
        if given:
            hint = f"tagboat plan --base origin/main{shown}{' --backtest' * backtest}"
            raise UsageError(f"{name} needs --base", hint=hint)


def _tell_merge(
    seen: "Known",
    folder: Path,
    *,
    base: str,
    head: str,
    now: datetime,
    output: PlanFormat | None,
    backtest: bool,
) -> None:
    """What merging a branch will do, as the comment on its merge request."""
    from reconciler.cli.preview import comment_text

    if output is not PlanFormat.JSON:
        text = comment_text(seen, folder, base=base, head=head, now=now, backtest=backtest)
        print(text, end="")
        return
    import json

    from reconciler.cli.preview import hindsight, warn_of_stale
    from reconciler.daemon.merges import merging
    from reconciler.planner.preview import previews
    from reconciler.publish.comment import comment_json

    with merging(seen.view, folder, base=base, head=head, now=now) as merge:
        warn_of_stale(seen, merge, base)
        found = previews(merge.now, merge.mergers, merge.change)
        said = hindsight(seen, merge) if backtest else ""
    print(json.dumps(comment_json(found, said), indent=2))
