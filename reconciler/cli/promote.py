"""``tagboat promote``: ask for a release in an environment, as a branch that somebody merges."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import FolderOption
from reconciler.cli.output import say
from reconciler.errors import TagboatError

if TYPE_CHECKING:
    from reconciler.manifest.snapshot import Snapshot
    from reconciler.model.place import Place

MODELINE = "# yaml-language-server: $schema=../../schema/promotion.schema.json\n"


def promote(
    release: Annotated[str, typer.Argument(metavar="APP@VERSION", help="What shall run.")],
    to: Annotated[str, typer.Option("--to", metavar="ENV", help="Where it shall run.")],
    branch: Annotated[str, typer.Option(help="The protected branch.")] = "main",
    local: Annotated[bool, typer.Option("--local", help="Make the branch, don't push it.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the file, make nothing.")
    ] = False,
    folder: FolderOption = Path(),
) -> None:
    """Promote a release: a signed commit on a new branch, and how the approver merges it.

    Neither the work tree nor the index is touched.
    """
    from reconciler.model.place import Place
    from reconciler.repository.git import Git
    from reconciler.repository.workspace import Workspace

    app, at, version = release.partition("@")
    if not (app and at and version):
        raise typer.BadParameter("expected APP@VERSION, such as shop@1.1.0")
    workspace = Workspace.around(folder)
    if not dry_run:
        workspace.signing_key()
    base = workspace.fetch(branch)
    git = Git(folder, _home())
    place = Place(to, app)
    snapshot = _snapshot(git, base)
    _check(snapshot, place, version)
    path = place.promotion_path
    before = git.ask(["cat-file", "blob", f"{base}:{path}"])
    current = before.stdout if before.returncode == 0 else None
    running = snapshot.promotions.get((to, app))
    if running and running.release == version:
        say(f"{place} is already promoted to {version} on {branch}: nothing to do")
        return
    data = _write(current, app, version)
    if dry_run:
        print(data.decode(), end="")
        return
    message = f"Promote {app} {version} to {to}\n"
    commit = workspace.commit(base, {path: data}, message)
    _check_commit(git, commit, path)
    name = f"tagboat/promote/{to}/{app}/{version}"
    if local:
        workspace.keep(commit, name)
        say(f"made branch {name} in this clone; nothing was pushed")
        return
    taken = workspace.branches()
    name = next(each for each in _names(name) if each not in taken)
    workspace.publish(commit, name)
    was = f" (now {running.release})" if running else ""
    say(f"pushed {name}: {place} shall run {version}{was}")
    say("the approver looks at it and merges it, in a clone of their own:")
    remote = workspace.remote
    print(
        f"git fetch -q {remote} && git switch -q {branch} && "
        f"git merge -q --ff-only {remote}/{branch} && "
        f"git merge --no-ff -S -m 'Promote {app} {version} to {to}' {remote}/{name} && "
        f"git push -q {remote} {branch}"
    )


def _names(name: str) -> "list[str]":
    return [name, *(f"{name}-{number}" for number in range(2, 1000))]


def _home() -> Path:
    from reconciler.system.caches import cache_folder

    return cache_folder() / "git-home"


def _snapshot(git: "object", commit: str) -> "Snapshot":
    from reconciler.manifest.snapshot import load
    from reconciler.repository.git import Git
    from reconciler.repository.trees import blobs, entries

    assert isinstance(git, Git)  # noqa: S101
    snapshot, _ = load(commit, blobs(git, entries(git, commit)))
    return snapshot


def _check(snapshot: "Snapshot", place: "Place", version: str) -> None:
    """Refuse what the validator would refuse anyway, with the names that would do."""
    from difflib import get_close_matches

    def refuse(what: str, name: str, known: list[str]) -> None:
        near = get_close_matches(name, known, 1, 0.5)
        listed = ", ".join(known) or "none"
        hint = f"did you mean {near[0]}?" if near else f"there are: {listed}"
        raise TagboatError(f"there is no {what} {name}", hint=hint)

    if place.environment not in snapshot.environments:
        refuse("environment", place.environment, sorted(snapshot.environments))
    if place.app not in snapshot.apps:
        refuse("app", place.app, sorted(snapshot.apps))
    versions = [number for app, number in snapshot.releases if app == place.app]
    if version not in versions:
        refuse(f"release of {place.app}", version, sorted(versions))


def _check_commit(git: "object", commit: str, path: str) -> None:
    from reconciler.manifest.snapshot import load
    from reconciler.repository.git import Git
    from reconciler.repository.trees import blobs, entries
    from reconciler.validator import validate

    assert isinstance(git, Git)  # noqa: S101
    snapshot, report = load(commit, blobs(git, entries(git, commit)))
    report = report + validate(snapshot)
    own = [each for each in report.findings if each.location.path == path]
    if own:
        raise TagboatError("\n".join(str(each) for each in own), hint="nothing was pushed")


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
