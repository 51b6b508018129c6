"""``tagboat status``: what runs where, what it waits for, who must act."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption, Format, FormatOption
from reconciler.cli.output import emit, say
from reconciler.errors import ExitCode


def status(
    where: Annotated[
        str, typer.Argument(metavar="[ENV[/APP]]", help="Only this environment, or place.")
    ] = "",
    wait: Annotated[
        int, typer.Option("--wait", metavar="SECONDS", help="Wait until nothing is under way.")
    ] = 0,
    output: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Show each place: what runs, what is wanted, and why that differs.

    Ends with 1 when something is held or stuck, and with 124 when --wait was too short.
    """
    from reconciler.cli.knowledge import known_view
    from reconciler.model.plan import Verdict
    from reconciler.planner.plan import make_plan
    from reconciler.planner.rendering import SYMBOLS
    from reconciler.system.clock import SystemClock

    clock = SystemClock()
    view = known_view(config, folder)
    until = clock.monotonic() + wait
    moving = {Verdict.DEPLOY, Verdict.BUSY, Verdict.GO_BACK}
    while True:
        decisions = [
            each
            for each in make_plan(view.inputs()).decisions
            if not where or where in {str(each.place), each.place.environment}
        ]
        under_way = any(each.verdict in moving for each in decisions)
        if not under_way or clock.monotonic() >= until:
            break
        clock.sleep(0.2)
        view.refresh()
    standings = {each.place: view.ledger.at(each.place) for each in decisions}
    stuck = {place: each.stuck for place, each in standings.items()}
    rows = [
        [
            str(each.place),
            each.running or "-",
            each.wanted or "-",
            f"{SYMBOLS[each.verdict]} {'stuck' if stuck[each.place] else each.verdict.value}",
            standings[each.place].running_since,
            "" if each.verdict is Verdict.IN_SYNC else each.sentence,
        ]
        for each in decisions
    ]
    data = [
        {
            **each.as_json(),
            "since": standings[each.place].running_since,
            "stuck": stuck[each.place],
        }
        for each in decisions
    ]
    emit(data, output, table=(("place", "runs", "wants", "state", "since", ""), rows))
    if wait and under_way:
        say("not done in time")
        raise typer.Exit(int(ExitCode.TIMED_OUT))
    if any(each.verdict in {Verdict.HOLD, Verdict.BROKEN} for each in decisions):
        raise typer.Exit(int(ExitCode.NO))
