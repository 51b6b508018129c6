"""``tagboat status``: what runs where, what it waits for, who must act."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption, Format, FormatOption, WhereArgument
from reconciler.cli.output import emit, harmless, say, show, tell
from reconciler.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.cli.knowledge import Known
    from reconciler.model.plan import Decision

_POLL = 0.5


def status(
    where: WhereArgument = "",
    wait: Annotated[
        int,
        typer.Option("--wait", min=0, metavar="SECONDS", help="Wait until nothing is under way."),
    ] = 0,
    output: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Show what runs where, what is wanted, and why that differs.

    Ends with 1 when something is held or stuck, and with 124 when --wait was too short.
    """
    from reconciler.cli.knowledge import known, require_answer
    from reconciler.model.plan import Verdict
    from reconciler.system.clock import SystemClock

    clock = SystemClock()
    seen = known(config, folder)
    until = clock.monotonic() + wait
    moving = {Verdict.DEPLOY, Verdict.BUSY, Verdict.GO_BACK}
    while True:
        decisions = _decisions(seen, where)
        under_way = any(each.verdict in moving for each in decisions)
        if not under_way or clock.monotonic() >= until:
            break
        clock.sleep(_POLL)
        seen.refresh()
    emit(_data(seen, decisions), output, table=lambda: _tell(seen, decisions))
    require_answer(seen)
    if wait and under_way:
        say("not done in time")
        raise typer.Exit(int(ExitCode.TIMED_OUT))
    if any(each.verdict in {Verdict.HOLD, Verdict.BROKEN} for each in decisions):
        raise typer.Exit(int(ExitCode.NO))


def _decisions(seen: "Known", where: str) -> "list[Decision]":
    from reconciler.cli.knowledge import chosen_places
    from reconciler.planner.plan import make_plan

    decisions = make_plan(seen.view.inputs()).decisions
    chosen = chosen_places((each.place for each in decisions), where)
    return [each for each in decisions if each.place in chosen]


def _data(seen: "Known", decisions: "Sequence[Decision]") -> list[dict[str, object]]:
    standings = [seen.view.ledger.at(each.place) for each in decisions]
    return [
        {**each.as_json(), "since": standing.running_since, "stuck": standing.stuck}
        for each, standing in zip(decisions, standings, strict=True)
    ]


def _tell(seen: "Known", decisions: "Sequence[Decision]") -> None:
    """The table, narrow; below it everything that isn't plainly as it should be."""
    from reconciler.planner.rendering import SYMBOLS, is_plain, reasons_and_remedies
    from reconciler.publish.times import ago, moment
    from reconciler.system.clock import SystemClock

    now = SystemClock().now()
    rows = []
    for each in decisions:
        standing = seen.view.ledger.at(each.place)
        since = moment(standing.running_since)
        state = "stuck" if standing.stuck else each.verdict.value
        rows.append(
            [
                str(each.place),
                each.running or "-",
                each.wanted or "-",
                f"{SYMBOLS[each.verdict]} {state}",
                ago(since, now) if since else "-",
            ]
        )
    show(("place", "runs", "wants", "state", "since"), rows)
    for each in decisions:
        if is_plain(each):
            continue
        print()
        print(harmless(f"{SYMBOLS[each.verdict]} {each.place}"))
        for reason, remedy in reasons_and_remedies(each):
            tell(reason)
            if remedy:
                # Never folded: it may hold a command that somebody copies.
                print(harmless(f"  → {remedy}"))
