"""``tagboat status``: what runs where, what it waits for, who must act."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption, Format, FormatOption
from reconciler.cli.output import emit, harmless, say
from reconciler.errors import ExitCode

if TYPE_CHECKING:
    from reconciler.model.plan import Decision


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
    """Show each place: what runs, what is wanted, why that differs, and what opens it.

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
            _short(standings[each.place].running_since),
            _brief(each),
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
    if output is Format.TABLE:
        _tell_remedies(decisions)
    if wait and under_way:
        say("not done in time")
        raise typer.Exit(int(ExitCode.TIMED_OUT))
    if any(each.verdict in {Verdict.HOLD, Verdict.BROKEN} for each in decisions):
        raise typer.Exit(int(ExitCode.NO))


def _short(instant: str) -> str:
    """An instant to the second; records have milliseconds."""
    return instant[:19].replace("T", " ") + "Z" if instant else ""


def _brief(decision: "Decision") -> str:
    """The sentence; for what is held only its gates, as the reasons stand below the table."""
    from reconciler.model.plan import Verdict

    match decision.verdict:
        case Verdict.IN_SYNC:
            plain = f"runs {decision.running}"
            return decision.sentence.removeprefix(plain).removeprefix("; ")
        case Verdict.HOLD | Verdict.BROKEN:
            return "held by: " + ", ".join(each.gate for each in decision.closed)
        case _:
            return decision.sentence


def _tell_remedies(decisions: "Sequence[Decision]") -> None:
    """Below the table: who must do what, for everything that is held."""
    from reconciler.model.plan import Verdict

    for each in decisions:
        if each.verdict in {Verdict.HOLD, Verdict.BROKEN}:
            for reason in each.closed:
                print()
                print(harmless(f"{each.place}  {reason.gate}: {reason.why}"))
                if reason.remedy:
                    print(harmless(f"  → {reason.remedy}"))
