"""``tagboat can-i``: what somebody may do where, and why not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


def can_i(
    verb: Annotated[str, typer.Argument(metavar="VERB", help="Such as promote or rollback.")],
    environment: Annotated[str, typer.Argument(metavar="ENV", help="In which environment.")],
    person: Annotated[
        str, typer.Option("--as", metavar="PERSON", help="Whose key git signs with, if left out.")
    ] = "",
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Say whether somebody may do something there, and why not.

    Exit code 1 for no. Who may is read from the files in force, never from the branch's.
    """
    from reconciler.cli.knowledge import known, require_answer, suggestion
    from reconciler.manifest.layering import resolve
    from reconciler.planner.permission import permission, verbs

    seen = known(config, folder)
    snapshot = seen.view.judged().admitted
    if verb not in verbs():
        raise UsageError(f"there is no verb {verb}", hint=suggestion(verb, sorted(verbs())))
    found = resolve(snapshot, environment).environment
    if found is None:
        hint = suggestion(environment, sorted(snapshot.environments))
        raise UsageError(f"there is no environment {environment}", hint=hint)
    people = snapshot.people.people if snapshot.people else {}
    who = person or _myself({name: each.keys for name, each in people.items()}, folder)
    if who not in people:
        raise UsageError(f"there is no person {who}", hint=suggestion(who, sorted(people)))
    answer = permission(snapshot, found, verb, who)
    print(answer.why)
    require_answer(seen)
    if not answer.may:
        raise typer.Exit(ExitCode.NO)


def _myself(keys: "Mapping[str, tuple[str, ...]]", folder: Path) -> str:
    """The person whose key this checkout's git signs with."""
    from reconciler.repository.workspace import Workspace
    from reconciler.signoff.authority import bare_key

    mine = bare_key(_public(Workspace.around(folder).signing_key()))
    for person, lines in keys.items():
        if any(bare_key(each) == mine for each in lines):
            return person
    raise UsageError(
        "nobody in environments/people.yaml has the key that git signs with here",
        hint="name a person with --as",
    )


def _public(key: str) -> str:
    """The public key that git's ``user.signingkey`` names: the key itself, or a file."""
    if key.startswith(("key::", "ssh-", "ecdsa-", "sk-")):
        return key.removeprefix("key::")
    path = Path(key).expanduser()
    for each in (path.with_name(f"{path.name}.pub"), path):
        try:
            text = each.read_text()
        except (OSError, UnicodeError):
            continue
        if text.startswith(("ssh-", "ecdsa-", "sk-")):
            return text.strip()
    raise UsageError(f"the public key of {path.name} can't be read", hint="name a person with --as")
