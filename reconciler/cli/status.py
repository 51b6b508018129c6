"""``tagboat status``: what runs where, what it waits for, who must act."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from reconciler.cli.formats import Format
from reconciler.cli.options import ConfigOption, FolderOption, FormatOption, WhereArgument
from reconciler.cli.output import emit, say, show, tell
from reconciler.errors import ExitCode, UsageError
from reconciler.visibility import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.cli.knowledge import Known
    from reconciler.model.plan import Decision
    from reconciler.ports import Clock

_POLL = 0.5
_WATCH = 2.0


def status(
    where: WhereArgument = "",
    wait: Annotated[
        int,
        typer.Option("--wait", min=0, metavar="SECONDS", help="Wait until nothing is under way."),
    ] = 0,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show it again whenever it changes, until Ctrl-C.")
    ] = False,
    output: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Show what runs where, what is wanted, and why that differs.

    Ends with 1 when something is held or stuck, or an alarm stands; with 124 after --wait in vain.
    """
    if watch and wait:
        raise UsageError("--wait ends by itself, and --watch doesn't", hint="give one of them")
    from reconciler.cli.knowledge import known, require_answer
    from reconciler.model.plan import Verdict
    from reconciler.system.clock import SystemClock

    clock = SystemClock()
    seen = known(config, folder)
    if watch:
        _watch(seen, where, output, clock)
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
    _tell_silence(seen, clock.now())
    require_answer(seen)
    if wait and under_way:
        say("not done in time")
        raise typer.Exit(int(ExitCode.TIMED_OUT))
    held = any(each.verdict in {Verdict.HOLD, Verdict.BROKEN} for each in decisions)
    if held or seen.view.alarms:
        raise typer.Exit(int(ExitCode.NO))


def _watch(seen: "Known", where: str, output: Format, clock: "Clock") -> NoReturn:
    """Show it now, and again each time that it says something else."""
    shown: list[dict[str, object]] | None = None
    silence = ""
    while True:
        decisions = _decisions(seen, where)
        data = _data(seen, decisions)
        if data != shown:
            if shown is not None and output is Format.TABLE:
                print()
            emit(data, output, table=partial(_tell, seen, decisions))
            # Whoever reads it through a pipe wants it now.
            sys.stdout.flush()
            shown = data
        said = seen.silence.message if seen.silence else ""
        if said and said != silence:
            say(f"{said}; this is what was known before")
        silence = said
        clock.sleep(_WATCH)
        seen.refresh()


def _tell_silence(seen: "Known", now: "datetime") -> None:
    """On the daemon's own host: say so when its last completed look is long ago."""
    from datetime import timedelta

    from reconciler.names import instant_of, seconds_of
    from reconciler.publish.times import ago

    configuration = seen.view.configuration
    try:
        seen_at = instant_of((configuration.state / "alive").read_text().strip())
    except (OSError, ValueError):
        return
    if now - seen_at > timedelta(seconds=3 * seconds_of(configuration.host.poll) + 10):
        say(f"the reconciler on this host was last seen {ago(seen_at, now)}: is it running?")


def _decisions(seen: "Known", where: str) -> "list[Decision]":
    from reconciler.cli.knowledge import chosen_places
    from reconciler.planner.plan import decide, make_plan
    from reconciler.system.clock import SystemClock

    inputs = seen.view.inputs(now=SystemClock().now())
    decisions = make_plan(inputs).decisions
    chosen = chosen_places(seen.places(), where)
    found = [each for each in decisions if each.place in chosen]
    # A place that is empty and asked for by no file is in no plan, but can be asked about.
    return found or [decide(inputs, each) for each in sorted(chosen) if where]


def _data(seen: "Known", decisions: "Sequence[Decision]") -> list[dict[str, object]]:
    from reconciler.deployer.pauses import pauses_at
    from reconciler.system.clock import SystemClock

    now, every = SystemClock().now(), seen.view.ledger.pauses
    standings = [seen.view.ledger.at(each.place) for each in decisions]
    return [
        {
            **each.as_json(),
            "since": standing.running_since,
            "stuck": standing.stuck,
            "pauses": [
                {"app": pause.app, "by": pause.by, "until": pause.until, "reason": pause.reason}
                for pause in pauses_at(every, each.place, now)
            ],
        }
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
    _tell_pauses(seen, decisions, now)
    _tell_trains(seen, decisions, now)
    for each in decisions:
        if is_plain(each):
            continue
        print()
        print(visible(f"{SYMBOLS[each.verdict]} {each.place}"))
        for reason, remedy in reasons_and_remedies(each):
            tell(f"  {reason}")
            if remedy:
                tell(f"  → {remedy}")


def _tell_pauses(seen: "Known", decisions: "Sequence[Decision]", now: "datetime") -> None:
    """The pauses that stop new starts in these places, also where nothing waits for their end."""
    from reconciler.deployer.pauses import pauses_at
    from reconciler.names import instant_of
    from reconciler.planner.maintenance import scope_of

    every = seen.view.ledger.pauses
    pauses = {each.id: each for at in decisions for each in pauses_at(every, at.place, now)}
    rows = [
        (
            scope_of(each),
            each.by,
            f"{instant_of(each.until):%a %Y-%m-%d %H:%M}" if each.until else "it is resumed",
            each.reason or "-",
        )
        for each in sorted(pauses.values(), key=lambda each: each.sequence)
    ]
    if rows:
        print()
        show(("paused", "by", "until (UTC)", "why"), rows)


def _tell_trains(seen: "Known", decisions: "Sequence[Decision]", now: "datetime") -> None:
    """What the trains of these places' apps did at their last slot, and when they cut next."""
    from reconciler.planner.train_times import train_times

    apps = {each.place.app for each in decisions}
    rows = [
        (each.app, f"{each.next:%a %Y-%m-%d %H:%M}", each.kept or "-", each.last or "-")
        for each in train_times(seen.view.inputs(now=now), apps)
    ]
    if rows:
        print()
        show(("train", "next (UTC)", "kept by", "last"), rows)
