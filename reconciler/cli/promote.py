"""``tagboat promote``: ask for a release in an environment, as a branch that somebody merges."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import FolderOption
from reconciler.cli.output import say
from reconciler.cli.proposal import load_commit, proposed, put_forward
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.manifest.snapshot import Snapshot
    from reconciler.model.place import Place

MODELINE = "# yaml-language-server: $schema=../../schema/promotion.schema.json\n"


def promote(
    release: Annotated[str, typer.Argument(metavar="APP@VERSION", help="What shall run.")],
    to: Annotated[str, typer.Option("--to", metavar="ENV", help="Where it shall run.")],
    branch: Annotated[str, typer.Option(metavar="NAME", help="The protected branch.")] = "main",
    local: Annotated[bool, typer.Option("--local", help="Make the branch, don't push it.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the file, make nothing.")
    ] = False,
    folder: FolderOption = Path(),
) -> None:
    """Ask for a release: a signed commit on a new branch.

    It is built on the freshly fetched protected branch and pushed; neither work tree nor index is
    touched. Then it prints how the approver merges it.
    """
    from reconciler.model.place import Place
    from reconciler.repository.git import Git
    from reconciler.repository.workspace import Workspace
    from reconciler.system.caches import cache_folder

    app, _, version = release.partition("@")
    if not (app and version):
        raise typer.BadParameter("expected APP@VERSION, such as shop@1.1.0")
    workspace = Workspace.around(folder)
    if not dry_run:
        workspace.signing_key()
    base = workspace.fetch(branch)
    git = Git(folder, cache_folder() / "git-home")
    place = Place(to, app)
    snapshot, _ = load_commit(git, base)
    _check(snapshot, place, version)
    path = place.promotion_path
    before = git.ask(["cat-file", "blob", f"{base}:{path}"])
    running = snapshot.promotions.get((to, app))
    if running and running.release == version:
        say(f"{place} is already promoted to {version} on {branch}: nothing to do")
        return
    data = _write(before.stdout if before.returncode == 0 else None, app, version)
    if dry_run:
        print(data.decode(), end="")
        return
    title = f"Promote {app} {version} to {to}"
    commit = proposed(workspace, git, base, {path: data}, title=title)
    was = f" (now {running.release})" if running else ""
    put_forward(
        workspace,
        commit,
        wish=f"tagboat/promote/{to}/{app}/{version}",
        branch=branch,
        title=title,
        what=f"{place} shall run {version}{was}",
        local=local,
    )


def _check(snapshot: "Snapshot", place: "Place", version: str) -> None:
    """Refuse what the validator would refuse anyway, with the names that would do."""
    from reconciler.cli.knowledge import suggestion

    versions = [number for app, number in snapshot.releases if app == place.app]
    asked = (
        ("environment", place.environment, sorted(snapshot.environments)),
        ("app", place.app, sorted(snapshot.apps)),
        (f"release of {place.app}", version, sorted(versions)),
    )
    for what, name, known in asked:
        if name not in known:
            raise UsageError(f"there is no {what} {name}", hint=suggestion(name, known))


def _write(current: bytes | None, app: str, version: str) -> bytes:
    """The promotion's file with this release; comments and order of an old one are kept."""
    if current is None:
        text = f'apiVersion: tagboat/v1\nkind: Promotion\napp: {app}\nrelease: "{version}"\n'
        return (MODELINE + text).encode()
    from io import BytesIO

    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 1 << 20
    editor.indent(mapping=2, sequence=4, offset=2)
    document = editor.load(current)
    document["release"] = DoubleQuotedScalarString(version)
    out = BytesIO()
    editor.dump(document, out)
    return out.getvalue()
