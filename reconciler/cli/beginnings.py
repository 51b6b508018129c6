"""``tagboat adopt`` and ``tagboat retire``: a place begins with what is there, and ends empty."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.asking import Manner, Wish, ask
from reconciler.cli.branch import committed, put_forward
from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import say
from reconciler.cli.requests import LocalOption, ReasonOption, WaitOption
from reconciler.errors import UsageError

PlaceArgument = Annotated[str, typer.Argument(metavar="ENV/APP", help="The place.")]


def adopt(
    where: PlaceArgument,
    release: Annotated[
        str, typer.Option("--release", metavar="VERSION", help="What runs there, put by hand.")
    ],
    reason: ReasonOption = "",
    local: LocalOption = False,
    wait: WaitOption = True,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Take over what somebody deployed to a place by hand.

    The files ask for that release there, signed off, and nothing was deployed there yet. The
    history then begins with it, and the next deployment goes back to it if it fails.
    """
    ask(Wish("adopt", where, reason, content=release), Manner(local, wait, config, folder))


def retire(
    where: PlaceArgument,
    reason: ReasonOption = "",
    branch: Annotated[str, typer.Option(metavar="NAME", help="The protected branch.")] = "main",
    local: LocalOption = False,
    wait: WaitOption = True,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Leave a place empty: take away what runs there.

    As long as its file is there, a branch is made that removes it, for somebody to merge; that
    alone takes nothing away. Afterwards the same command asks for it.
    """
    if not local and _offers_removal(where, branch=branch, folder=folder):
        return
    ask(Wish("retire", where, reason), Manner(local, wait, config, folder))


def _offers_removal(where: str, *, branch: str, folder: Path) -> bool:
    """Make the branch that removes the place's file; false if it is gone already."""
    from reconciler.manifest.paths import promotion_path
    from reconciler.repository.git import Git
    from reconciler.repository.workspace import Workspace
    from reconciler.system.caches import cache_folder

    environment, _, app = where.partition("/")
    if not (environment and app):
        raise UsageError("retire is for one place", hint="such as production/shop")
    workspace, path = Workspace.around(folder), promotion_path(environment, app)
    base = workspace.fetch(branch)
    git = Git(folder, cache_folder() / "git-home")
    if git.ask(["cat-file", "-e", f"{base}:{path}"]).returncode:
        return False
    title = f"Retire {where}"
    commit = committed(workspace, git, base, {path: None}, title=title)
    say(f"{path} goes first; nothing is taken away before you run this again")
    put_forward(
        workspace,
        commit,
        wish=f"tagboat/retire/{environment}/{app}",
        branch=branch,
        title=title,
        what=f"{where} without its file",
        local=False,
    )
    return True
