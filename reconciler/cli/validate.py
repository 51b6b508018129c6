"""``tagboat validate``: every error of every managed file, in one run."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.formats import FindingsFormat, Format
from reconciler.cli.options import FolderOption, FormatOption
from reconciler.cli.validation import Validation
from reconciler.errors import ExitCode


def validate(
    commit: Annotated[
        str,
        typer.Option(
            "--commit", metavar="REV", help="A commit instead of the files as they lie here."
        ),
    ] = "",
    staged: Annotated[
        bool, typer.Option("--staged", help="The files as the next commit would have them.")
    ] = False,
    base: Annotated[
        str,
        typer.Option(
            "--base", metavar="REV", help="Only what is wrong since the branch left this one."
        ),
    ] = "",
    form: Annotated[
        FindingsFormat, typer.Option("--format", help="How findings are printed.")
    ] = FindingsFormat.TEXT,
    files: Annotated[
        list[str] | None,
        typer.Option(
            "--output-file",
            metavar="FORMAT=PATH",
            help="Write findings into a file too; may be given several times.",
        ),
    ] = None,
    output: FormatOption = Format.TABLE,
    folder: FolderOption = Path(),
) -> None:
    """Check every file below releases/ and environments/.

    Ends with 1 when something is wrong. The same code decides in the daemon.
    """
    wanted = Validation(
        folder=folder,
        commit=commit,
        staged=staged,
        base=base,
        form=form,
        files=tuple(files or ()),
        output=output,
    )
    code = wanted.run()
    if code is not ExitCode.YES:
        raise typer.Exit(int(code))
