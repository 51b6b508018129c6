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
    """Print what was done and refused, newest first.

    The data forms say of each end what its lead time went into.
    """
    from reconciler.cli.knowledge import chosen_places, known, require_answer
    from reconciler.deployer.lead_time import lead_times
    from reconciler.model.records import Answer, End, Record, place_of

    seen = known(config, folder)
    records = seen.view.records[::-1]
    if where:
        spoken = {place for each in records if (place := place_of(each))}
        chosen = chosen_places({*spoken, *seen.places()}, where)
        # What was asked for all places of an environment concerns each of them.
        wide = {place.environment for place in chosen}
        records = [
            each
            for each in records
            if place_of(each) in chosen
            or (isinstance(each, Answer) and each.app is None and each.environment in wide)
        ]
    if number:
        records = records[:number]

    leads = lead_times(seen.view.records) if output is not Format.TABLE else {}

    def data(record: Record) -> dict[str, object]:
        lead = leads.get(record.deployment) if isinstance(record, End) else None
        body = record.model_dump(mode="json", by_alias=True)
        return {**body, "lead_time": lead.as_json()} if lead else body

    def table() -> None:
        rows = [[str(each.sequence), _second(each.at), each.subject] for each in records]
        show(("#", "when (UTC)", "what"), rows)

    emit([data(each) for each in records], output, table=table)
    require_answer(seen)


def _second(instant: str) -> str:
    """An instant to the second; records have milliseconds, which the data forms keep."""
    return instant[:19].replace("T", " ")
