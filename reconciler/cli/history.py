"""``tagboat history``: what was done, refused and started again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption, Format, FormatOption, WhereArgument
from reconciler.cli.output import emit, show

if TYPE_CHECKING:
    from reconciler.model.place import Place
    from reconciler.model.records import Record


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

    seen = known(config, folder)
    records = seen.view.records[::-1]
    if where:
        chosen = chosen_places({*map(_place, records), *seen.places()}, where)
        records = [each for each in records if _place(each) in chosen]
    if number:
        records = records[:number]

    def table() -> None:
        rows = [[str(each.sequence), _second(each.at), each.subject] for each in records]
        show(("#", "when (UTC)", "what"), rows)

    emit([each.model_dump(mode="json", by_alias=True) for each in records], output, table=table)
    require_answer(seen)


def _place(record: "Record") -> "Place":
    from reconciler.model.place import Place

    return Place(record.environment, record.app)


def _second(instant: str) -> str:
    """An instant to the second; records have milliseconds, which the data forms keep."""
    return instant[:19].replace("T", " ")
