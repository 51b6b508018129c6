"""``tagboat promote``: ask for a release in an environment, as a branch that somebody merges."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.branch import committed, load_commit, put_forward
from reconciler.cli.options import FolderOption
from reconciler.cli.output import say
from reconciler.cli.preview import foretold
from reconciler.errors import UsageError
from reconciler.model.place import Place

if TYPE_CHECKING:
    from reconciler.manifest.snapshot import Snapshot
    from reconciler.planner.preview import Preview

MODELINE = "# yaml-language-server: $schema=../../schema/promotion.schema.json\n"


def promote(
    releases: Annotated[list[str], typer.Argument(metavar="APP@VERSION …", help="What shall run.")],
    to: Annotated[
        str, typer.Option("--to", metavar="ENV", help="Where it shall run; * stands for anything.")
    ],
    at: Annotated[
        str, typer.Option("--at", metavar="INSTANT", help="Not before then; of waves, the first.")
    ] = "",
    waves: Annotated[
        int, typer.Option("--waves", metavar="NUMBER", min=1, help="Not all places at once.")
    ] = 1,
    every: Annotated[
        str, typer.Option("--every", metavar="DURATION", help="From one wave to the next.")
    ] = "",
    branch: Annotated[str, typer.Option(metavar="NAME", help="The protected branch.")] = "main",
    local: Annotated[bool, typer.Option("--local", help="Make the branch, don't push it.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the file, make nothing.")
    ] = False,
    folder: FolderOption = Path(),
) -> None:
    """Ask for releases: a signed commit on a new branch.

    It is built on the freshly fetched protected branch and pushed; neither work tree nor index is
    touched. Then it prints how the approver merges it. With * every environment that matches and
    has the app already is meant; with --waves they follow one another, each with its slot, the
    first ones first: all the same one merge signs all of them off.
    """
    from reconciler.repository.git import Git
    from reconciler.repository.workspace import Workspace
    from reconciler.system.caches import cache_folder

    asked = dict(_asked(each) for each in releases)
    workspace = Workspace.around(folder)
    if not dry_run:
        workspace.signing_key()
    base = workspace.fetch(branch)
    git = Git(folder, cache_folder() / "git-home")
    snapshot, _ = load_commit(git, base)
    files: dict[str, bytes] = {}
    told: dict[Place, str] = {}
    places = _places(snapshot, sorted(asked), to)
    slots = _slots(places, at=at, waves=waves, every=every)
    for place in places:
        slot = slots.get(place.environment, "")
        version = asked[place.app]
        _check(snapshot, place, version)
        named = snapshot.promotions.get((place.environment, place.app))
        if named and named.release == version and slot in {"", named.at}:
            say(f"{place} is already promoted to {version} on {branch}: nothing to do")
            say(f"  hint: what became of it: tagboat explain {place}")
            continue
        path = place.promotion_path
        before = git.ask(["cat-file", "blob", f"{base}:{path}"])
        current = before.stdout if before.returncode == 0 else None
        files[path] = _write(current, place.app, version, at=slot)
        told[place] = f"{version}{f' from {slot}' if slot else ''}"
    if not files:
        return
    if dry_run:
        for path, data in files.items():
            print(f"# {path}\n" * (len(files) > 1) + data.decode(), end="")
        return
    title = f"Promote {', '.join(f'{app} {version}' for app, version in asked.items())} to {to}"
    commit = committed(workspace, git, base, files, title=title)
    found = {each.place: each for each in foretold(folder, base=base, head=commit)}
    put_forward(
        workspace,
        commit,
        wish=_branch(asked, to),
        branch=branch,
        title=title,
        what="; ".join(_shall(place, what, found.get(place)) for place, what in told.items()),
        then=[_then(found[each]) for each in told if each in found],
        local=local,
    )


def _shall(place: "Place", what: str, preview: "Preview | None") -> str:
    """From what runs to what shall; the history knows the former, where it can be asked."""
    if preview is None:
        return f"{place} shall run {what}"
    return f"{place} {preview.before.running or 'nothing'} → {what}"


def _then(preview: "Preview") -> str:
    """What comes of the merge, in the words of the plan; what to do where no merge is enough."""
    told = f"{preview.place} {preview.after.sentence}"
    told += "".join(f"\n  ! {each.text}" for each in preview.risks if each.warns)
    if preview.mergers:
        return f"merged by {preview.merged_by}: {told}"
    remedy = next((f"\n  → {each.remedy}" for each in preview.after.closed), "")
    return f"nobody's merge is enough: {told}{remedy}"


def _asked(release: str) -> tuple[str, str]:
    app, _, version = release.partition("@")
    if not (app and version):
        raise typer.BadParameter("expected APP@VERSION, such as shop@1.1.0")
    return app, version


def _branch(asked: Mapping[str, str], to: str) -> str:
    """A name that says what it asks for; of several apps the first one, and how many more."""
    app, version = next(iter(asked.items()))
    more = f"-and-{len(asked) - 1}-more" if len(asked) > 1 else ""
    return f"tagboat/promote/{to.replace('*', 'all')}/{app}{more}/{version}"


def _places(snapshot: "Snapshot", apps: list[str], to: str) -> "list[Place]":
    """The places that are meant; with * those that have one of the apps already."""
    if "*" not in to:
        return [Place(to, app) for app in apps]
    found = [
        Place(environment, app)
        for environment, app in sorted(snapshot.promotions)
        if app in apps and fnmatchcase(environment, to)
    ]
    if not found:
        raise UsageError(
            f"no environment {to} has {' or '.join(apps)}",
            hint=f"there are: {', '.join(sorted(snapshot.environments))}",
        )
    return found


def _slots(places: "Sequence[Place]", *, at: str, waves: int, every: str) -> dict[str, str]:
    """Environment → its slot; nothing where none is asked for. Earlier waves are the smaller ones.

    All apps of one environment are of one wave.
    """
    from datetime import timedelta

    from reconciler.cli.instants import duration, instant

    if waves > 1 and not (at and every):
        raise UsageError("--waves needs --at and --every", hint="such as --waves 3 --every 24h")
    if not at:
        return {}
    apart = duration("--every", every) if every else timedelta()
    names = list(dict.fromkeys(each.environment for each in places))
    first = instant("--at", at)
    return {
        name: (first + apart * wave).isoformat()
        for wave in range(waves)
        for name in names[len(names) * wave // waves : len(names) * (wave + 1) // waves]
    }


def _check(snapshot: "Snapshot", place: "Place", version: str) -> None:
    """Refuse what the validator would refuse anyway, with the names that would do."""
    from reconciler.cli.knowledge import suggestion

    versions = snapshot.versions.get(place.app, ())
    asked = (
        ("environment", place.environment, sorted(snapshot.environments)),
        ("app", place.app, sorted(snapshot.apps)),
        (f"release of {place.app}", version, sorted(versions)),
    )
    for what, name, known in asked:
        if name not in known:
            raise UsageError(f"there is no {what} {name}", hint=suggestion(name, known))


def _write(current: bytes | None, app: str, version: str, *, at: str) -> bytes:
    """The promotion's file with this release and slot; comments and order of an old one stay."""
    if current is None:
        slot = f'at: "{at}"\n' if at else ""
        text = f'apiVersion: tagboat/v1\nkind: Promotion\napp: {app}\nrelease: "{version}"\n'
        return (MODELINE + text + slot).encode()
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    from reconciler.scaffold.editing import edited

    def change(document: Any) -> None:
        document["release"] = DoubleQuotedScalarString(version)
        if at:
            document["at"] = DoubleQuotedScalarString(at)

    return edited(current, change)
