"""``tagboat logs``: the log of a deployment, from this host or from the remote."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import say
from reconciler.errors import TagboatError, UsageError
from reconciler.visibility import visible

if TYPE_CHECKING:
    from reconciler.model.records import End, Record
    from reconciler.system.configuration import Configuration

_POLL = 0.2
_MONTH = re.compile(r"\d{4}-\d{2}")


def logs(
    what: Annotated[
        str,
        typer.Argument(metavar="DEPLOYMENT|ENV/APP|MONTH", help="Whose log; a month to purge it."),
    ],
    follow: Annotated[
        bool, typer.Option("-f", "--follow", help="Go on with what is added, until Ctrl-C.")
    ] = False,
    purge: Annotated[
        bool, typer.Option("--purge", help="Take it away for good, here and on the remote.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why it is purged; kept beside the others.")] = "",
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Print the log of a deployment, or of the last one in a place."""
    from reconciler.system.configuration import find_configuration

    configuration = find_configuration(config, start=folder)
    if purge:
        if not reason.strip():
            raise UsageError("purging asks for --reason", hint="say why, such as: a token in it")
        _purge(configuration, what, reason)
        return
    if _MONTH.fullmatch(what):
        raise UsageError(f"{what} is a month", hint="name a deployment, such as prod.shop.12")
    found = _here(configuration, what)
    if found is None:
        print(_there(config, folder, what), end="")
        return
    with found.open(errors="replace") as file:
        for line in _followed(file) if follow else file:
            print(visible(line.rstrip("\n")), flush=follow)


def _here(configuration: "Configuration", what: str) -> Path | None:
    """The newest log on this host that is meant."""
    prefix = what.replace("/", ".")
    numbered = sorted(
        (int(each.stem.rpartition(".")[2]), each)
        for each in (configuration.state / "logs").glob("*.log")
        if each.stem == what or ("/" in what and each.stem.rpartition(".")[0] == prefix)
    )
    return numbered[-1][1] if numbered else None


def _there(config: Path | None, folder: Path, what: str) -> str:
    """The log that the remote has of the newest deployment that is meant."""
    from reconciler.cli.knowledge import known
    from reconciler.repository.step_logs import StepLogs

    view = known(config, folder).view
    meant = _meant(view.records, what)
    if not meant:
        raise TagboatError(
            f"no deployment {what} has ended",
            hint="tagboat history lists the deployments; the log of one at work is on its host",
        )
    if meant[-1].log is None:
        raise TagboatError(
            f"the log of {meant[-1].deployment} was never kept on the remote",
            hint="look for it on the daemon's host",
        )
    data = StepLogs(view.git, view.remote).read(meant[-1])
    if data is None:
        raise TagboatError(
            f"the log of {meant[-1].deployment} was purged",
            hint="tagboat explain tells what its steps said",
        )
    lines = data.decode(errors="replace").splitlines()
    return "".join(f"{visible(each)}\n" for each in lines)


def _purge(configuration: "Configuration", what: str, reason: str) -> None:
    from reconciler.registry import author_of, open_reader
    from reconciler.repository.git import bare
    from reconciler.repository.step_logs import StepLogs
    from reconciler.system.clock import SystemClock

    author, view = author_of(configuration), open_reader(configuration)
    view.refresh()
    branches, state = StepLogs(view.git, view.remote), configuration.state
    daemon = StepLogs(bare(state / "clone.git", state / "git-home"), view.remote)
    if _MONTH.fullmatch(what):
        gone = [each for each in _meant(view.records, "") if each.log_month == what]
        if not branches.expire(what) and not gone:
            raise TagboatError(f"no log is kept of {what}", hint="tagboat history lists them")
    elif "/" in what:
        raise UsageError(f"{what} is a place", hint="purge takes one deployment, or a month")
    else:
        gone = _meant(view.records, what)
        if not gone:
            raise TagboatError(f"no deployment {what} has ended", hint="tagboat history lists them")
        for each in gone:
            # One that came too late to be named by the record may be there all the same.
            now = SystemClock().now()
            branches.purge(each.log_month, [each.log_path], reason, by=author, at=now)
    for month in {each.log_month for each in gone}:
        branches.forget(month)
        daemon.forget(month)
    for each in gone:
        (state / "logs" / f"{each.deployment}.log").unlink(missing_ok=True)
    say(f"purged {what}; the history still says what the logs were")


def _meant(records: "Sequence[Record]", what: str) -> "list[End]":
    """Every end of a deployment, or of those in a place, oldest first; all for nothing."""
    from reconciler.model.records import End, place_of

    return [
        each
        for each in records
        if isinstance(each, End) and what in {"", each.deployment, str(place_of(each))}
    ]


def _followed(file: TextIO) -> Iterator[str]:
    """Each line as soon as it is whole, without end."""
    from reconciler.system.clock import SystemClock

    clock, begun = SystemClock(), ""
    while True:
        begun += file.readline()
        if begun.endswith("\n"):
            yield begun
            begun = ""
        else:
            clock.sleep(_POLL)
