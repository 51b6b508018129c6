"""Options that several verbs share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How data is printed."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Host configuration (tagboat.toml).", show_default=False),
]
FolderOption = Annotated[
    Path, typer.Option("-C", help="Work as if started in this folder.", show_default=False)
]
FormatOption = Annotated[Format, typer.Option("-o", "--output", help="How data is printed.")]
