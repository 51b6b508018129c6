"""``tagboat release cut``: the next version of an app, tagged, pinned, and put forward."""

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import say
from reconciler.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from datetime import date

    from reconciler.model.app import App
    from reconciler.repository.app_artifacts import Found
    from reconciler.repository.cutting import AppSource
    from reconciler.repository.workspace import Workspace

release = typer.Typer(help="Cut releases.")


@release.command()
def cut(
    app: Annotated[str, typer.Argument(metavar="APP", help="Of which app.")],
    commit: Annotated[
        str, typer.Option(metavar="C", help="From this commit; else the app's branch.")
    ] = "",
    hotfix: Annotated[
        bool, typer.Option("--hotfix", help="The next patch of the release before it.")
    ] = False,
    version: Annotated[str, typer.Option(metavar="V", help="This version, not the next.")] = "",
    since: Annotated[
        str, typer.Option(metavar="TAG", help="Tell the changes since this tag.")
    ] = "",
    summary: Annotated[str, typer.Option(metavar="TEXT", help="What it is, for everybody.")] = "",
    artifacts: Annotated[
        list[str] | None,
        typer.Option("--artifact", metavar="COMPONENT=WHAT", help="As for new release."),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A clone of the app.", exists=True, file_okay=False),
    ] = None,
    branch: Annotated[str, typer.Option(metavar="NAME", help="The protected branch.")] = "main",
    local: Annotated[
        bool, typer.Option("--local", help="Make tag and branch, push neither.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the file, make nothing.")
    ] = False,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Cut the next release of an app.

    Makes a signed tag and, on a branch, the file: it says what changed and pins what the release
    consists of. Somebody else merges it.
    """
    from reconciler.cli.app_source import app_source, optional_configuration
    from reconciler.cli.branch import committed, load_commit, put_forward
    from reconciler.cli.knowledge import suggestion
    from reconciler.repository.cutting import find
    from reconciler.repository.git import Git
    from reconciler.repository.workspace import Workspace
    from reconciler.scaffold.cut import cut as file_of
    from reconciler.system.caches import cache_folder

    if local and not source:
        raise UsageError("a tag that isn't pushed needs a clone to be in", hint="name it: --source")
    workspace = Workspace.around(folder)
    if not dry_run:
        workspace.signing_key()
    base = workspace.fetch(branch)
    git = Git(folder, cache_folder() / "git-home")
    snapshot, _ = load_commit(git, base)
    if app not in snapshot.apps:
        raise UsageError(f"there is no app {app}", hint=suggestion(app, sorted(snapshot.apps)))
    known = snapshot.apps[app]
    configuration = optional_configuration(config, folder)
    theirs = app_source(known, source=source, configuration=configuration)
    if theirs is None:
        raise ConfigurationError(
            f"this machine doesn't know the repository of {app}",
            hint="name a clone of it with --source",
        )
    head = theirs.commit(commit, f"commit {commit}") if commit else theirs.tip(known.branch)
    released = set(snapshot.versions.get(app, ()))
    there = find(
        theirs,
        known,
        head,
        taken=released,
        day=_day(known),
        version=version,
        since=since,
        hotfix=hotfix,
    )
    if there.nothing:
        hint = "name another commit with --commit, or a version with --version"
        raise UsageError(there.nothing, hint=hint)
    seen, version = there.seen, there.version
    if version in released:
        raise UsageError(f"{app} {version} is released already", hint="take another version")
    found = _artifacts(theirs, known, version, head, artifacts or [])
    file = file_of(known, seen, version, found, hotfix=hotfix, summary=summary)
    if dry_run:
        print(file.text, end="")
        return
    title = f"Release {app} {version}"
    commit = committed(workspace, git, base, {file.path: file.text.encode()}, title=title)
    tagger = Workspace(theirs.git.folder, theirs.remote, workspace.identity())
    _tag(tagger, theirs, known, version, head, push=not local)
    put_forward(
        workspace,
        commit,
        wish=f"tagboat/release/{app}/{version}",
        branch=branch,
        title=title,
        what=f"{app} {version} is a release once this is merged",
        local=local,
    )


def _day(app: "App") -> "date":
    """Today, where the app's train counts its days."""
    from reconciler.system.clock import SystemClock

    zone = ZoneInfo(app.train.schedule.timezone or "UTC") if app.train else UTC
    return SystemClock().now().astimezone(zone).date()


def _artifacts(
    theirs: "AppSource", app: "App", version: str, head: str, given: list[str]
) -> "Found":
    from reconciler.repository.app_artifacts import given_artifacts, tarballs_at, trees_at

    found = trees_at(theirs.git, app, head, called=head[:12])
    found |= given_artifacts(app, version, given)
    found |= tarballs_at(app, version, head, address=theirs.artifacts, without=found)
    return found


def _tag(
    tagger: "Workspace",
    theirs: "AppSource",
    app: "App",
    version: str,
    head: str,
    *,
    push: bool,
) -> None:
    """Make the tag, unless it is there and leads to this commit, as after a push that failed."""
    from reconciler.versions import tag_of

    tag = tag_of(app, version)
    there = theirs.git.resolve(f"refs/tags/{tag}")
    if there is None:
        tagger.tag(tag, head, f"{app.title or app.name} {version}\n")
    elif there != head:
        raise UsageError(
            f"the tag {tag} is there already, and leads to {there[:12]}",
            hint="take another version with --version",
        )
    if push:
        tagger.publish_tag(tag)
        say(f"the tag {tag} leads to {head[:12]}")
