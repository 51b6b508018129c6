"""``tagboat logs``: the log of a deployment, on the daemon's own host."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TextIO

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.errors import TagboatError
from reconciler.visibility import visible

_POLL = 0.2


def logs(
    what: Annotated[str, typer.Argument(metavar="DEPLOYMENT|ENV/APP", help="Whose log.")],
    follow: Annotated[
        bool, typer.Option("-f", "--follow", help="Go on with what is added, until Ctrl-C.")
    ] = False,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Print the log of a deployment, or of the last one in a place."""
    from reconciler.system.configuration import find_configuration

    configuration = find_configuration(config, start=folder)
    place = configuration.state / "logs"
    prefix = what.replace("/", ".")
    numbered = sorted(
        (int(each.stem.rpartition(".")[2]), each)
        for each in place.glob("*.log")
        if each.stem == what or ("/" in what and each.stem.rpartition(".")[0] == prefix)
    )
    if not numbered:
        raise TagboatError(
            f"there is no log of {what} in {place}",
            hint="logs are on the daemon's host; tagboat history lists the deployments",
        )
    with numbered[-1][1].open(errors="replace") as file:
        for line in _followed(file) if follow else file:
            print(visible(line.rstrip("\n")), flush=follow)


def _followed(file: TextIO) -> Iterator[str]:
    """Each line as soon as it is whole, without end."""
    from reconciler.system.clock import SystemClock

    clock, begun = SystemClock(), ""
    while True:
        begun += file.readline()
        if begun.endswith("\n"):
            yield begun
            begun = ""
        else:
            clock.sleep(_POLL)
