"""``tagboat reaffirm``: offer what a file holds once more, so that somebody can sign it off."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.branch import committed, put_forward
from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import say
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.daemon.court import Judged


def reaffirm(
    path: Annotated[str, typer.Argument(metavar="PATH", help="The file that is held.")],
    branch: Annotated[str, typer.Option(metavar="NAME", help="The protected branch.")] = "main",
    local: Annotated[bool, typer.Option("--local", help="Make the branch, don't push it.")] = False,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Offer a file that is held once more, as it is.

    A signed commit on a new branch, which begins where the file was last in force: so every bit of
    the content is by whoever offers it, and by whoever merges it, somebody else who may.
    """
    from reconciler.cli.knowledge import known, require_answer, suggestion
    from reconciler.repository.git import Git
    from reconciler.repository.workspace import Workspace
    from reconciler.system.caches import cache_folder

    workspace = Workspace.around(folder)
    workspace.signing_key()
    workspace.fetch(branch)
    seen = known(config, folder)
    require_answer(seen)
    judged = seen.view.judged()
    if path not in judged.judgement.tainted and not judged.judgement.outlived(path):
        if not judged.admitted.has(path):
            hint = suggestion(path, sorted(judged.judgement.tainted))
            raise UsageError(f"there is no file {path}", hint=hint)
        say(f"{path} is in force as it is: nothing to do")
        return
    git = Git(folder, cache_folder() / "git-home")
    base = _before(judged, path, first=seen.view.root, git=git)
    found = git.ask(["cat-file", "blob", f"{judged.tip}:{path}"])
    if found.returncode:
        raise UsageError(
            f"{path} is not there on {branch}: a removal can't be offered again",
            hint="revert the removal, then remove the file on a branch and have it merged",
        )
    title = f"Reaffirm {path}"
    commit = committed(workspace, git, base, {path: found.stdout}, title=title)
    put_forward(
        workspace,
        commit,
        wish=f"tagboat/reaffirm/{path}",
        branch=branch,
        title=title,
        what=f"{path} as it is on {branch}",
        local=local,
    )


def _before(judged: "Judged", path: str, *, first: str, git: object) -> str:
    """The newest commit of the branch where the file held something else, and that was in force."""
    from reconciler.repository.git import Git

    assert isinstance(git, Git)  # noqa: S101 - narrowing
    states = judged.judgement.progress.states
    line = git.tell(["rev-list", "--first-parent", f"{first}..{judged.tip}"]).split()
    now = states[judged.tip].at(path).current
    for commit in (*line, first):
        state = states[commit].at(path)
        if state.clean and state.current != now:
            return commit
    hint = "change it on a branch and have it merged"
    raise UsageError(f"{path} has held this since the trust root", hint=hint)
