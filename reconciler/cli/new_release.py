"""``tagboat new release``: what is released, pinned by digest."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import FolderOption
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.model.app import App

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
    from reconciler.scaffold.release import Facts
    from reconciler.scaffold.release import release as made
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
        commit, found = _from_source(app, source, tag_of(app, version))
    for each in artifacts or ():
        component, _, value = each.partition("=")
        found[component] = _artifact(app, version, component, value)
    file = made(app, version, Facts(commit, found), summary=summary, tickets=tuple(tickets or ()))
    add(top, [file], dry_run=dry_run)


def _from_source(app: "App", source: Path, tag: str) -> tuple[str, dict[str, dict[str, str]]]:
    """The tag's commit in a clone, and the trees of the components that are trees."""
    from reconciler.repository.git import Git
    from reconciler.system.caches import cache_folder

    git = Git(source, cache_folder() / "git-home")
    commit = git.resolve(f"refs/tags/{tag}")
    if commit is None:
        raise UsageError(f"there is no tag {tag} in {source}", hint=f"git tag -s {tag}, there")
    trees: dict[str, dict[str, str]] = {}
    for each in app.components:
        if path := each.artifact.get("tree"):
            at = f"{commit}:{'' if path == '.' else path.strip('/')}"
            finished = git.ask(["rev-parse", "--quiet", "--verify", "--end-of-options", at])
            if finished.returncode:
                raise UsageError(f"{tag} has no folder {path}, where {each.name} should be")
            trees[each.name] = {"tree": finished.text.strip()}
    return commit, trees


def _artifact(app: "App", version: str, component: str, value: str) -> dict[str, str]:
    """What ``COMPONENT=WHAT`` means; a file is a tarball, named as the app's file names it."""
    from reconciler.scaffold.release import artifact

    file = Path(value)
    if not file.is_file():
        return artifact(app, component, value)
    with file.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    named = next((each.artifact for each in app.components if each.name == component), {})
    path = named.get("tarball", file.name).replace("{version}", version)
    return {"tarball": path, "sha256": digest}
