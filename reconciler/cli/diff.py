"""``tagboat diff``: what a change comes to, place by place and file by file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.formats import Format
from reconciler.cli.options import FolderOption, FormatOption
from reconciler.cli.output import emit, say
from reconciler.errors import ExitCode, UsageError
from reconciler.visibility import visible

if TYPE_CHECKING:
    from reconciler.manifest.difference import Change, Difference
    from reconciler.manifest.snapshot import Snapshot
    from reconciler.repository.git import Git

_MAIN = "origin/main"
_MARKS = {"added": "+", "changed": "~", "removed": "-"}


def diff(
    base: Annotated[
        str, typer.Argument(metavar="BASE", help="A commit; where HEAD left origin/main.")
    ] = "",
    head: Annotated[str, typer.Argument(metavar="HEAD", help="Another one.")] = "HEAD",
    output: FormatOption = Format.TABLE,
    folder: FolderOption = Path(),
) -> None:
    """Say what one commit changes against another, by place.

    A policy's change is told in every place that it reaches. Ends with 1 when something differs.
    """
    from reconciler.manifest.difference import differences
    from reconciler.repository.git import Git
    from reconciler.repository.workspace import Workspace
    from reconciler.system.caches import cache_folder

    Workspace.around(folder)
    git = Git(folder, cache_folder() / "git-home")
    new = _commit(git, head, folder)
    old = _commit(git, base, folder) if base else _branched_off(git, new, folder)
    found = differences(_load(git, old), _load(git, new))
    data = {
        "base": old,
        "head": new,
        "places": [each.as_json() for each in found.places],
        "files": [each.as_json() for each in found.files],
    }
    emit(data, output, table=lambda: _tell(found))
    if not found:
        say(f"{old[:12]} and {new[:12]} say the same")
        return
    raise typer.Exit(int(ExitCode.NO))


def _commit(git: "Git", revision: str, folder: Path) -> str:
    found = git.resolve(revision)
    if found is None:
        raise UsageError(f"there is no commit {revision} in {folder.absolute()}")
    return found


def _branched_off(git: "Git", head: str, folder: Path) -> str:
    main = git.resolve(_MAIN)
    if main is None:
        raise UsageError(
            f"there is no {_MAIN} in {folder.absolute()}",
            hint="name what to compare with: tagboat diff BASE",
        )
    finished = git.ask(["merge-base", main, head])
    if finished.returncode:
        raise UsageError(f"{_MAIN} and {head[:12]} have no commit in common")
    return finished.text.strip()


def _load(git: "Git", commit: str) -> "Snapshot":
    from reconciler.manifest.loading import load
    from reconciler.repository.trees import blobs, entries

    return load(commit, blobs(git, entries(git, commit)))[0]


def _tell(found: "Difference") -> None:
    """Places that change alike stand together, so that a policy's change is read once."""
    alike: dict[tuple[Any, ...], list[str]] = {}
    for place in found.places:
        key = (place.sort, tuple(_line(each) for each in place.changes))
        alike.setdefault(key, []).append(str(place.place))
    for (sort, lines), places in alike.items():
        print(visible(f"{_MARKS[sort]} {', '.join(places)}"))
        _print(lines)
    kind = ""
    for file in found.files:
        if file.kind != kind:
            kind = file.kind
            print(f"\n{kind}" if found.places or file is not found.files[0] else kind)
        print(visible(f"{_MARKS[file.sort]} {file.path}"))
        if file.sort == "changed":
            _print(tuple(_line(each) for each in file.changes))


def _print(lines: tuple[str, ...]) -> None:
    for each in lines:
        print(visible(f"    {each}"))


def _line(change: "Change") -> str:
    before, after = (_value(each) for each in (change.before, change.after))
    if change.before is None:
        return f"{change.field}: {after}"
    if change.after is None:
        return f"{change.field}: no longer {before}"
    return f"{change.field}: {before} → {after}"


def _value(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
