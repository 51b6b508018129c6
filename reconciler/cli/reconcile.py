"""``tagboat reconcile``: the daemon."""

import contextlib
import os
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.commenting import commenting
from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import say
from reconciler.errors import ExitCode, RefusedError


def reconcile(
    once: Annotated[
        bool,
        typer.Option("--once", help="Stop when nothing is left to do; 1 if something is held."),
    ] = False,
    take_over: Annotated[
        bool,
        typer.Option("--take-over", help="End what a lost host of the same name had begun."),
    ] = False,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Run the daemon: make each place run what was signed off.

    It watches the repository until SIGTERM or Ctrl-C; what was deployed keeps running.
    """
    from filelock import FileLock, Timeout

    from reconciler.model.plan import Verdict
    from reconciler.registry import build_reconciler, open_web, stop_on_signals
    from reconciler.system.configuration import find_configuration, shown_address

    configuration = find_configuration(config, start=folder)
    configuration.state.mkdir(parents=True, exist_ok=True)
    lock = FileLock(configuration.state / "daemon.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RefusedError(
            f"another tagboat reconcile works in {configuration.state}",
            hint="one daemon for each state folder; stop the other one first",
        ) from None
    with lock:
        (configuration.state / "daemon.lock").write_text(f"{os.getpid()}\n")
        reconciler = build_reconciler(configuration, say)
        reconciler.claims.takes_over = take_over
        stop_on_signals(reconciler)
        watched = shown_address(configuration.host.remote.url)
        say(f"reconciler {configuration.host.name} watches {watched}")
        if not once:
            web = open_web(configuration, reconciler)
            with web or contextlib.nullcontext(), commenting(configuration):
                if web is not None:
                    say(f"health, figures and progress are on port {web.port} of this machine")
                reconciler.run()
            say("stopped; what was deployed keeps running")
            return
        with reconciler.wake:
            plan = reconciler.run_once()
    if plan is None:
        raise typer.Exit(int(ExitCode.INTERRUPTED))
    held = {Verdict.HOLD, Verdict.BROKEN}
    if any(each.verdict in held for each in plan.decisions):
        raise typer.Exit(int(ExitCode.NO))
