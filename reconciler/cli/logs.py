"""``tagboat logs``: the log of a deployment, on the daemon's own host."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.errors import TagboatError
from reconciler.visibility import visible


def logs(
    what: Annotated[str, typer.Argument(metavar="DEPLOYMENT|ENV/APP", help="Whose log.")],
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
    for line in numbered[-1][1].read_text(errors="replace").splitlines():
        print(visible(line))
