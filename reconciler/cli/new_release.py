"""``tagboat new release``: what is released, pinned by digest."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.options import FolderOption
from reconciler.errors import UsageError

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Print the file, write nothing.")]


def release(
    what: Annotated[str, typer.Argument(metavar="APP@VERSION", help="What is released.")],
    summary: Annotated[str, typer.Option(metavar="TEXT", help="What it is, for everybody.")],
    source: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="A clone of the app; its tag says commit and trees.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    commit: Annotated[str, typer.Option(metavar="HEX", help="The commit, without --source.")] = "",
    artifacts: Annotated[
        list[str] | None,
        typer.Option(
            "--artifact",
            metavar="COMPONENT=WHAT",
            help="A tarball's file, a pinned image or chart, or a tree's id.",
        ),
    ] = None,
    tickets: Annotated[
        list[str] | None, typer.Option("--ticket", metavar="ID", help="A ticket it is about.")
    ] = None,
    dry_run: DryRunOption = False,
    folder: FolderOption = Path(),
) -> None:
    """Write a release: the app's file says how, a clone what."""
    from reconciler.cli.knowledge import suggestion
    from reconciler.cli.tree import add, snapshot_of, top_of
    from reconciler.repository.app_artifacts import given_artifacts, trees_at
    from reconciler.repository.git import Git
    from reconciler.scaffold.release import Facts
    from reconciler.scaffold.release import release as made
    from reconciler.system.caches import cache_folder
    from reconciler.versions import tag_of

    name, _, version = what.partition("@")
    if not (name and version):
        raise typer.BadParameter("expected APP@VERSION, such as shop@1.1.0")
    top = top_of(folder)
    apps = snapshot_of(top).apps
    if name not in apps:
        raise UsageError(f"there is no app {name}", hint=suggestion(name, sorted(apps)))
    app = apps[name]
    found: dict[str, dict[str, str]] = {}
    if source:
        git = Git(source, cache_folder() / "git-home")
        tag = tag_of(app, version)
        commit = git.resolve(f"refs/tags/{tag}") or ""
        if not commit:
            raise UsageError(f"there is no tag {tag} in {source}", hint=f"git tag -s {tag}, there")
        found = trees_at(git, app, commit, called=tag)
    found |= given_artifacts(app, version, artifacts or ())
    file = made(app, version, Facts(commit, found), summary=summary, tickets=tuple(tickets or ()))
    add(top, [file], dry_run=dry_run)
