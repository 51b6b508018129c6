"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.formats import Format
from reconciler.cli.version import version
from reconciler.errors import ExitCode


def _answer_version(asked: bool) -> None:
    if asked:
        version()
        raise typer.Exit(int(ExitCode.YES))


ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="Host configuration (tagboat.toml).", show_default=False
    ),
]
_FOLDER = typer.Option(
    "-C",
    metavar="FOLDER",
    help="Work as if started there.",
    show_default=False,
    exists=True,
    file_okay=False,
)
FolderOption = Annotated[Path, _FOLDER]
OuterFolderOption = Annotated[Path | None, _FOLDER]
VersionOption = Annotated[
    bool,
    typer.Option(
        "--version", callback=_answer_version, is_eager=True, help="Print the version, no more."
    ),
]
FormatOption = Annotated[Format, typer.Option("-o", "--output", help="How data is printed.")]
WhereArgument = Annotated[
    str, typer.Argument(metavar="ENV[/APP]", help="Only this environment, or this place.")
]
