"""The list of verbs. Each verb's own file imports what is heavy only when it runs."""

import os
from pathlib import Path

import typer
import typer.main

from reconciler.cli.approve import approve, reject
from reconciler.cli.beginnings import adopt, retire
from reconciler.cli.can_i import can_i
from reconciler.cli.changelog import changelog
from reconciler.cli.comment import comment
from reconciler.cli.config import config
from reconciler.cli.diff import diff
from reconciler.cli.doctor import doctor
from reconciler.cli.explain import explain
from reconciler.cli.get import get
from reconciler.cli.history import history
from reconciler.cli.init import init
from reconciler.cli.logs import logs
from reconciler.cli.maintenance import maintenance
from reconciler.cli.migrate import migrate
from reconciler.cli.new import new
from reconciler.cli.options import ConfigOption, OuterFolderOption, VersionOption
from reconciler.cli.plan import plan
from reconciler.cli.promote import promote
from reconciler.cli.prove import prove
from reconciler.cli.reaffirm import reaffirm
from reconciler.cli.reconcile import reconcile
from reconciler.cli.release import release
from reconciler.cli.requests import abort, confirm, dismiss, pause, resume, retry, rollback, verify
from reconciler.cli.schema import schema
from reconciler.cli.simulate import simulate
from reconciler.cli.site import site
from reconciler.cli.status import status
from reconciler.cli.trust import trust
from reconciler.cli.validate import validate
from reconciler.cli.version import version
from reconciler.errors import ExitCode, UsageError

application = typer.Typer(
    name="tagboat",
    help="Merge a tag into an environment's file: it is towed in, or back out, and says why.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
VERBS = (
    *(init, promote, approve, reject, reaffirm),
    *(validate, diff, get, plan, comment, simulate, status, history, logs, explain, prove),
    *(pause, resume, confirm, retry, rollback, dismiss, abort, verify, adopt, retire),
    *(reconcile, changelog, can_i, schema, migrate, doctor, version),
)
GROUPS = {
    "new": new,
    "release": release,
    "maintenance": maintenance,
    "site": site,
    "config": config,
    "trust": trust,
}
for verb in VERBS:
    application.command()(verb)


@application.callback()
def everywhere(
    context: typer.Context,
    config: ConfigOption = None,
    folder: OuterFolderOption = None,
    version: VersionOption = False,
) -> None:
    """Take options that stand before the verb as defaults of those behind it."""
    del version  # answered already
    defaults = _defaults(config, folder)
    below = {name: _for_each(each, defaults) for name, each in GROUPS.items()}
    context.default_map = {**_for_each(application, defaults), **below}


def _add_group(group: typer.Typer, name: str) -> None:
    """Add verbs of two words; options may stand between the two as well."""

    @group.callback()
    def between(
        context: typer.Context, config: ConfigOption = None, folder: OuterFolderOption = None
    ) -> None:
        nearer = _for_each(group, _defaults(config, folder))
        outer = context.default_map or {}
        context.default_map = {each: {**outer.get(each, {}), **nearer[each]} for each in nearer}

    application.add_typer(group, name=name)


for name, group in GROUPS.items():
    _add_group(group, name)


def run(words: list[str]) -> int:
    """Do what the words say and give back the exit code; wrong usage raises `UsageError`."""
    command = typer.main.get_command(application)
    if "_TAGBOAT_COMPLETE" in os.environ:
        # A shell asks for completions; typer answers it and exits.
        command.main(words, prog_name="tagboat")
    try:
        with command.make_context("tagboat", [*words] or ["--help"]) as context:
            command.invoke(context)
    except typer.Exit as ended:
        # Without a verb there was nothing to do, however helpful the answer.
        return int(ended.exit_code) if words else int(ExitCode.USAGE)
    except typer.TyperException as error:
        raise _explained(error) from None
    return int(ExitCode.YES)


_PLAINLY = {
    "Input should be a valid integer, unable to parse string as an integer": (
        "expected a whole number"
    ),
    "Input should be greater than or equal to ": "expected at least ",
    "Input should be less than or equal to ": "expected at most ",
}
"""What the library says of a value, and what is said here."""


def _defaults(config: Path | None, folder: Path | None) -> dict[str, str]:
    given = {"config": config, "folder": folder}
    return {name: str(each) for name, each in given.items() if each}


def _for_each(verbs: typer.Typer, defaults: dict[str, str]) -> dict[str, dict[str, str]]:
    known = (each.callback for each in verbs.registered_commands if each.callback)
    return {each.__name__.replace("_", "-"): defaults for each in known}


def _explained(error: typer.TyperException) -> UsageError:
    """What typer found wrong, said as everything else is said."""
    said = error.format_message().rstrip(".").replace("Value error, ", "")
    for theirs, ours in _PLAINLY.items():
        said = said.replace(theirs, ours)
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "tagboat"
    return UsageError(said[:1].lower() + said[1:], hint=f"{path} --help")
