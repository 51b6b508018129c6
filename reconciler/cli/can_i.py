"""``tagboat can-i``: what somebody may do where, and why not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import tell
from reconciler.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


def can_i(
    verb: Annotated[str, typer.Argument(metavar="VERB", help="Such as promote or rollback.")],
    where: Annotated[
        str, typer.Argument(metavar="ENV[/APP]", help="In which environment, or in one place.")
    ],
    person: Annotated[
        str, typer.Option("--as", metavar="PERSON", help="Whose key git signs with, if left out.")
    ] = "",
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Say whether somebody may do something there, and why not.

    Exit code 1 for no. Who may is read from the files in force, never from the branch's. In a place
    it is what a request of theirs would be judged by, the last deployment's author and tests by
    hand included.
    """
    from reconciler.cli.knowledge import chosen_places, known, require_answer, suggestion
    from reconciler.manifest.layering import resolve
    from reconciler.model.place import Place
    from reconciler.model.records import Verb
    from reconciler.planner.asking import ask_of
    from reconciler.planner.obstacles import obstacle
    from reconciler.planner.permission import WIDE, Deed, meant, permission, verbs
    from reconciler.system.clock import SystemClock

    seen = known(config, folder)
    inputs = seen.view.inputs(now=SystemClock().now())
    snapshot = inputs.snapshot
    environment, _, app = where.partition("/")
    if verb not in verbs():
        raise UsageError(f"there is no verb {verb}", hint=suggestion(verb, sorted(verbs())))
    if app:
        chosen_places(seen.places(), where)
    elif resolve(snapshot, environment).environment is None:
        hint = suggestion(environment, sorted(snapshot.environments))
        raise UsageError(f"there is no environment {environment}", hint=hint)
    people = snapshot.people.people if snapshot.people else {}
    who = person or _myself({name: each.keys for name, each in people.items()}, folder)
    if who not in people:
        raise UsageError(f"there is no person {who}", hint=suggestion(who, sorted(people)))
    under_way = inputs.ledger.open_claim(Place(environment, app)) if app else None
    asked = verb in get_args(Verb)
    deployment = meant(inputs, verb, environment, app) if asked else ""
    if verb == "confirm" and under_way is not None:
        deployment = under_way.deployment
    asks_of_content = verb == "adopt" and bool(app)
    content = ask_of(inputs, Place(environment, app)).desired.shown if asks_of_content else ""
    deed = Deed(verb, environment, app, deployment, content)
    answer = permission(inputs, deed, who)
    print(f"{'yes' if answer.may or answer.own else 'no'}: {answer.why}")
    # Only these are of a whole environment; the others are of one place each.
    placed = bool(app) or verb in WIDE
    if placed and answer.may and asked and (now := obstacle(inputs, deed, who)):
        tell(f"but as things are it is refused: {now.why}")
        tell(f"  → {now.remedy}")
    require_answer(seen)
    if not (answer.may or answer.own):
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
