"""``tagboat history``: what was done, refused and started again."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption, Format, FormatOption
from reconciler.cli.output import emit


def history(
    where: Annotated[
        str, typer.Argument(metavar="[ENV[/APP]]", help="Only this environment, or place.")
    ] = "",
    number: Annotated[int, typer.Option("-n", help="The last so many; 0 for all.")] = 20,
    output: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Print the records of the history, newest first."""
    from reconciler.cli.knowledge import known_view

    view = known_view(config, folder)
    records = [
        each
        for each in reversed(view.records)
        if not where
        or f"{each.environment}/{each.app}".startswith(f"{where}/")
        or f"{each.environment}/{each.app}" == where
    ]
    chosen = records[:number] if number else records
    rows = [[str(each.sequence), each.at, each.reconciler, each.subject] for each in chosen]
    data = [each.model_dump(mode="json", by_alias=True) for each in chosen]
    emit(data, output, table=(("#", "when", "by", "what"), rows))
