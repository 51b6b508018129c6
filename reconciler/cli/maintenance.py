"""``tagboat maintenance``: keep visitors out of a place by hand, and let them in again."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.asking import Manner, Wish, ask
from reconciler.cli.instants import instant
from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.requests import LocalOption, ReasonOption, ScopeArgument, WaitOption
from reconciler.errors import UsageError

maintenance = typer.Typer(help="Show visitors a page of maintenance, or let them in again.")


@maintenance.command()
def on(
    where: ScopeArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")],
    lasts: Annotated[
        str, typer.Option("--for", metavar="DURATION", help="How long, such as 2h.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="INSTANT", help="Until when, instead of --for.")
    ] = "",
    local: LocalOption = False,
    wait: WaitOption = True,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Stop the app and show its visitors a page until the end comes.

    Whatever is new waits until then. Visitors aren't told the reason.
    """
    if bool(lasts) == bool(until):
        said = "when does it end?" if not lasts else "--for and --until say it twice"
        raise UsageError(said, hint="say --for 2h, or --until with an instant")
    end = instant("--until", until) if until else None
    wish = Wish("maintenance-on", where, reason, lasts, until=end)
    ask(wish, Manner(local, wait, config, folder))


@maintenance.command()
def off(
    where: ScopeArgument,
    reason: ReasonOption = "",
    local: LocalOption = False,
    wait: WaitOption = True,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Start the app again and let visitors in.

    Also where a deployment that got stuck has left its page up.
    """
    ask(Wish("maintenance-off", where, reason), Manner(local, wait, config, folder))
