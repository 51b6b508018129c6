"""``tagboat comment``: what a merge will do, below its merge request."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import say
from reconciler.visibility import visible


def comment(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The merge request.", min=1)],
    base: Annotated[
        str, typer.Option("--base", metavar="REVISION", help="Default: the protected branch.")
    ] = "",
    head: Annotated[
        str, typer.Option("--head", metavar="REVISION", help="The branch that would be merged.")
    ] = "HEAD",
    backtest: Annotated[
        bool, typer.Option("--backtest", help="Also: what its policies would have held so far.")
    ] = False,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Say below a merge request what merging it will do.

    It is one comment: later calls change it. Comments of others are left alone, whatever they say.
    Needs [forge] in the host configuration; its token may comment. For pipelines.
    """
    from reconciler.cli.knowledge import known, require_answer
    from reconciler.cli.preview import comment_text
    from reconciler.forges.opening import open_forge
    from reconciler.publish.comment import MARKER
    from reconciler.system.clock import SystemClock

    seen = known(config, folder)
    require_answer(seen)
    configuration = seen.view.configuration
    forge = open_forge(configuration)
    text = comment_text(
        seen,
        folder,
        base=base or configuration.host.remote.branch,
        head=head,
        now=SystemClock().now(),
        backtest=backtest,
    )
    address = forge.comment(number, text, marker=MARKER)
    say(f"said below merge request {number}")
    print(visible(address))
