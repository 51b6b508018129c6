"""``tagboat validate``: every error of every managed file, in one run."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import FolderOption, Format, FormatOption
from reconciler.cli.output import say
from reconciler.errors import ConfigurationError, ExitCode, UsageError
from reconciler.visibility import visible

if TYPE_CHECKING:
    from reconciler.cli.checking import Checked


class FindingsFormat(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"
    SARIF = "sarif"
    JUNIT = "junit"


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
    from reconciler.findings import WRITERS

    if staged and commit:
        raise UsageError("--staged and --commit exclude each other", hint="leave one out")
    wanted = [_file(each) for each in files or ()]
    checked = _check(folder, commit=commit, staged=staged, base=base)
    for name, path in wanted:
        _write(path, WRITERS[name](checked.report, source=checked.source))
    if output is Format.TABLE:
        _print(WRITERS[form.value](checked.report, source=checked.source))
    else:
        _print_data(checked, output)
    errors = len(checked.report.errors)
    warnings = len(checked.report.findings) - errors
    said = [_counted(checked.files, "file"), _counted(errors, "error")]
    say(", ".join([*said, *([_counted(warnings, "warning")] if warnings else [])]))
    if errors:
        raise typer.Exit(int(ExitCode.NO))


def _check(folder: Path, *, commit: str, staged: bool, base: str) -> "Checked":
    from reconciler.cli import checking

    if base:
        return checking.check_since(folder, base, revision="" if staged else commit or "HEAD")
    if staged:
        return checking.check_staged(folder)
    return checking.check_commit(folder, commit) if commit else checking.check_folder(folder)


def _print(text: str) -> None:
    for line in text.splitlines():
        print(visible(line))


def _print_data(checked: "Checked", output: Format) -> None:
    from reconciler.cli.output import emit
    from reconciler.findings.json import data_of

    emit([data_of(each) for each in checked.report.findings], output, table=_nothing)


def _nothing() -> None:
    """Print nothing: the table is what `--format` says."""


def _file(text: str) -> tuple[str, Path]:
    name, separator, path = text.partition("=")
    if name not in list(FindingsFormat) or not separator or not path:
        names = ", ".join(FindingsFormat)
        raise UsageError(f"--output-file {text}: expected FORMAT=PATH", hint=f"formats: {names}")
    return name, Path(path)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path} can't be written: {error.strerror}") from error


def _counted(number: int, what: str) -> str:
    return f"{number} {what if number == 1 else what + 's'}"
