"""``tagboat doctor``: whether this host has all that the reconciler needs."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from reconciler.cli.formats import Format
from reconciler.cli.options import ConfigOption, FolderOption, FormatOption
from reconciler.cli.output import emit
from reconciler.errors import ConfigurationError, ExitCode
from reconciler.visibility import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.doctor.finding import Finding


def doctor(
    output: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Look whether this host has all that the reconciler needs.

    Tools, configuration, folders and remotes, one by one, each with what to do about it.
    Ends with 3 when something of ours is wrong, and with 4 when only remotes don't answer.
    """
    from reconciler.doctor.finding import State

    findings: list[Finding] = []

    def table() -> None:
        for each in _look(config, folder):
            findings.append(each)
            _tell(each)

    if output is Format.TABLE:
        # Line by line: a remote may take its time.
        table()
    else:
        findings += _look(config, folder)
        emit([each.as_json() for each in findings], output, table=table)
    states = {each.state for each in findings}
    if State.WRONG in states:
        raise typer.Exit(int(ExitCode.CONFIGURATION))
    if State.SILENT in states:
        raise typer.Exit(int(ExitCode.UNREACHABLE))


def _look(config: Path | None, folder: Path) -> "Iterator[Finding]":
    from reconciler.doctor.finding import State, good, skipped, wrong
    from reconciler.doctor.folders import check_folders
    from reconciler.doctor.forge import check_forge
    from reconciler.doctor.remotes import check_remotes
    from reconciler.doctor.tools import check_tools
    from reconciler.system.configuration import find_file, read_configuration

    tools = list(check_tools())
    yield from tools
    try:
        found = find_file(config, start=folder)
        configuration = read_configuration(found.path)
    except ConfigurationError as error:
        yield wrong("configuration", error.message, error.hint or "mend the file")
        yield skipped("the rest", "the configuration is needed")
        return
    yield good("configuration", f"{configuration.source}, named by {found.named_by}")
    yield from check_folders(configuration)
    if any(each.state is State.WRONG for each in tools):
        yield skipped("remotes", "the tools are needed")
        return
    yield from check_remotes(configuration)
    yield from check_forge(configuration)


def _tell(finding: "Finding") -> None:
    from reconciler.doctor.finding import State

    marks = {State.GOOD: "✔", State.WRONG: "✖", State.SILENT: "✖", State.SKIPPED: "-"}
    print(visible(f"{marks[finding.state]} {finding.what}: {finding.found}"), flush=True)
    if finding.remedy:
        # Never folded: it may hold a command that somebody copies.
        print(visible(f"  → {finding.remedy}"), flush=True)
