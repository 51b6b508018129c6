"""``tagboat trust reset``: on the host, where nobody is left who could sign off."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import say
from reconciler.errors import RefusedError, UsageError
from reconciler.visibility import visible

if TYPE_CHECKING:
    from reconciler.daemon.view import View

trust = typer.Typer(help="What this host trusts.")

_SHOWN = 20


@trust.command()
def reset(
    commit: Annotated[
        str, typer.Argument(metavar="COMMIT", help="A commit of the protected branch.")
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; the history keeps it for ever.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would come into force.")
    ] = False,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Trust another commit: all its files come into force.

    They do as they are, whoever wrote them: for a lost quorum, and for what nobody is named for. It
    is written into this host's configuration, and by the reconciler into the history. Every other
    host has to do the same.
    """
    from reconciler.registry import open_reader
    from reconciler.system.configuration import find_file, read_configuration
    from reconciler.system.trust_root import Reset, keep_reset, set_root

    found = find_file(config, start=folder)
    configuration = read_configuration(found.path)
    view = open_reader(configuration)
    view.refresh()
    root = view.git.resolve(commit)
    if root is None or not view.git.contains(root, within=view.tip):
        branch = configuration.host.remote.branch
        raise UsageError(f"{commit} is no commit of {branch}", hint="git log --first-parent names")
    for line in _told(view, root):
        print(visible(line))
    if root == view.root:
        say("it is the trust root already: nothing to do")
        return
    if dry_run:
        say("nothing was changed")
        return
    keep_reset(configuration.state, Reset(root=root, before=view.root, reason=reason))
    set_root(found.path, root)
    say(f"{found.path} trusts {root[:12]}, it was {view.root[:12]}: start the reconciler anew")


def _told(view: "View", root: str) -> list[str]:
    """What comes into force by this; raises `RefusedError` where it couldn't be a root."""
    from dataclasses import replace

    from reconciler.cli.branch import load_commit
    from reconciler.errors import TagboatError
    from reconciler.manifest.layering import effective_environments
    from reconciler.repository.trees import entries
    from reconciler.signoff import Authority

    snapshot, _ = load_commit(view.git, root)
    if snapshot.people is None:
        raise RefusedError(
            f"{root[:12]} has no usable environments/people.yaml",
            hint="choose a commit whose people file can be read",
        )
    authority = Authority.of(replace(snapshot, environments=effective_environments(snapshot)))
    forge = view.configuration.host.forge
    stuck = authority.deadlock(forge=forge.called if forge else "")
    able = sorted(person for person, keys in authority.keys.items() if keys)
    lines = [f"{root[:12]}: {', '.join(able) or 'nobody'} can sign"]
    if stuck:
        lines.append(f"note: {stuck}; people and policies change by another trust root only")
    try:
        before = {path: each.id for path, each in view.judged().judgement.admitted.items()}
    except TagboatError:
        return lines
    after = {path: blob for path, (_, blob) in entries(view.git, root).items()}
    changed = [
        path for path in sorted(before.keys() | after) if before.get(path) != after.get(path)
    ]
    lines += [f"comes into force: {path}" for path in changed[:_SHOWN]]
    if len(changed) > _SHOWN:
        lines.append(f"… and {len(changed) - _SHOWN} more")
    return lines
