"""``tagboat schema``."""

from typing import Annotated

import typer

from reconciler.errors import UsageError


def schema(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="Such as app, release or environment.")
    ],
) -> None:
    """Print the JSON Schema of a kind of file."""
    from reconciler.cli.knowledge import suggestion
    from reconciler.manifest.schemas import KINDS, schema_text

    known = {each.lower(): each for each in KINDS}
    if kind.lower() not in known:
        hint = suggestion(kind.lower(), sorted(known))
        raise UsageError(f"there is no kind {kind}", hint=hint)
    print(schema_text(known[kind.lower()]), end="")
