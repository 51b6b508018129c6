"""``tagboat history``: what was done, refused and started again."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.formats import Format
from reconciler.cli.options import ConfigOption, FolderOption, FormatOption, WhereArgument
from reconciler.cli.output import emit, show


def history(
    where: WhereArgument = "",
    number: Annotated[
        int, typer.Option("-n", min=0, metavar="N", help="The last so many; 0 for all.")
    ] = 20,
    output: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Print what was done and refused, newest first."""
    from reconciler.cli.knowledge import chosen_places, known, require_answer
    from reconciler.model.records import place_of

    seen = known(config, folder)
    records = seen.view.records[::-1]
    if where:
        spoken = {place for each in records if (place := place_of(each))}
        chosen = chosen_places({*spoken, *seen.places()}, where)
        records = [each for each in records if place_of(each) in chosen]
    if number:
        records = records[:number]

    def table() -> None:
        rows = [[str(each.sequence), _second(each.at), each.subject] for each in records]
        show(("#", "when (UTC)", "what"), rows)

    emit([each.model_dump(mode="json", by_alias=True) for each in records], output, table=table)
    require_answer(seen)


def _second(instant: str) -> str:
    """An instant to the second; records have milliseconds, which the data forms keep."""
    return instant[:19].replace("T", " ")
