"""What operators ask the reconciler for: signed requests, answered once in the history."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.asking import Manner, Wish, ask
from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import say
from reconciler.errors import UsageError

ScopeArgument = Annotated[
    str, typer.Argument(metavar="ENV[/APP]", help="The environment, or one place.")
]
PlaceArgument = Annotated[
    str, typer.Argument(metavar="ENV/APP|DEPLOYMENT", help="The place, or its deployment.")
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
LocalOption = Annotated[
    bool, typer.Option("--local", help="On the reconciler's own host; needs no remote.")
]
WaitOption = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Wait for the answer, for a minute at most.")
]


def pause(
    where: ScopeArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")],
    lasts: Annotated[
        str, typer.Option("--for", metavar="DURATION", help="How long; else until resumed.")
    ] = "",
    local: LocalOption = False,
    wait: WaitOption = True,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Stop new starts in an environment or a place.

    What runs, and what is under way, goes on.
    """
    if not reason.strip():
        raise UsageError("why?", hint='say --reason "…": everybody who waits reads it')
    ask(Wish("pause", where, reason, lasts), Manner(local, wait, config, folder))


def resume(
    where: ScopeArgument,
    reason: ReasonOption = "",
    local: LocalOption = False,
    wait: WaitOption = True,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Allow starts again where they were paused."""
    ask(Wish("resume", where, reason), Manner(local, wait, config, folder))


def confirm(
    where: Annotated[
        str,
        typer.Argument(metavar="ENV[/APP]|DEPLOYMENT", help="What waits for somebody's word."),
    ],
    change: Annotated[
        str, typer.Option("--change", metavar="COMMIT", help="A merge that moves many places.")
    ] = "",
    question: Annotated[
        str,
        typer.Option("--question", metavar="STEP", help="Which question, where several are open."),
    ] = "",
    no: Annotated[bool, typer.Option("--no", help="Answer a question with no.")] = False,
    reason: ReasonOption = "",
    local: LocalOption = False,
    wait: WaitOption = True,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Let go what waits for a person.

    A start that somebody has to attend to, a question that a deployment asks, a merge that moves
    many places, or the look back at gates that a deployment has set aside.
    """
    wish = Wish("confirm", where, reason, content=change, question=question)
    wish = replace(wish, said="no") if no else wish
    ask(wish, Manner(local, wait, config, folder))


def retry(
    where: PlaceArgument,
    reason: ReasonOption = "",
    local: LocalOption = False,
    wait: WaitOption = True,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Try a promotion that failed once more."""
    ask(Wish("retry", where, reason), Manner(local, wait, config, folder))


def abort(
    where: PlaceArgument,
    reason: ReasonOption = "",
    local: LocalOption = False,
    wait: WaitOption = True,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Stop the deployment that is under way, and undo it."""
    ask(Wish("abort", where, reason), Manner(local, wait, config, folder))


def verify(
    where: PlaceArgument,
    reason: ReasonOption = "",
    local: LocalOption = False,
    wait: WaitOption = True,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Run the long tests of what stands in a place again."""
    ask(Wish("verify", where, reason), Manner(local, wait, config, folder))


def rollback(
    where: PlaceArgument,
    reason: ReasonOption = "",
    local: LocalOption = False,
    wait: WaitOption = True,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Bring back what ran before the last deployment.

    As long as the policy lets it go without approval.
    """
    if ask(Wish("rollback", where, reason), Manner(local, wait, config, folder)):
        say("data that the last deployment migrated go back too, where its migration can be undone")


def dismiss(
    where: PlaceArgument,
    reason: ReasonOption = "",
    local: LocalOption = False,
    wait: WaitOption = True,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Give up the right to roll the last deployment back."""
    ask(Wish("dismiss", where, reason), Manner(local, wait, config, folder))
