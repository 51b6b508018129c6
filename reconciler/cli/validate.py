"""``tagboat validate``: every error of every managed file, in one run."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import FolderOption, Format, FormatOption
from reconciler.cli.output import emit, harmless, say
from reconciler.errors import ConfigurationError, ExitCode, UsageError

if TYPE_CHECKING:
    from reconciler.manifest.snapshot import Blob


def validate(
    commit: Annotated[
        str,
        typer.Option(
            "--commit", metavar="REV", help="A commit instead of the files as they lie here."
        ),
    ] = "",
    output: FormatOption = Format.TABLE,
    folder: FolderOption = Path(),
) -> None:
    """Check every file below releases/ and environments/.

    Ends with 1 when something is wrong. The same code decides in the daemon.
    """
    from reconciler.manifest.snapshot import load
    from reconciler.validator import validate as check

    tree = _of_commit(folder, commit) if commit else _of_folder(folder)
    if not tree:
        raise ConfigurationError(
            f"there is no releases/ or environments/ in {folder.absolute()}",
            hint="go to the top of the repository, or name it with -C",
        )
    snapshot, report = load(commit or "0" * 40, tree)
    report = report + check(snapshot)
    data = [
        {
            "path": each.location.path,
            "line": each.location.line,
            "column": each.location.column,
            "code": each.code,
            "message": each.message,
            "hint": each.hint,
        }
        for each in report.findings
    ]

    def table() -> None:
        for each in report.findings:
            print(harmless(str(each)))

    emit(data, output, table=table)
    files, errors = _counted(len(tree), "file"), _counted(len(data), "error")
    say(f"{files}, {errors}")
    if report:
        raise typer.Exit(int(ExitCode.NO))


def _counted(number: int, what: str) -> str:
    return f"{number} {what if number == 1 else what + 's'}"


def _of_commit(folder: Path, commit: str) -> "dict[str, Blob]":
    from reconciler.repository.git import Git
    from reconciler.repository.trees import blobs, entries
    from reconciler.system.caches import cache_folder

    git = Git(folder, cache_folder() / "git-home")
    found = git.resolve(commit)
    if found is None:
        raise UsageError(f"there is no commit {commit} in {folder.absolute()}")
    return blobs(git, entries(git, found))


def _of_folder(folder: Path) -> "dict[str, Blob]":
    """The files as they lie here, with the modes that git would give them."""
    import hashlib

    from reconciler.manifest.snapshot import Blob

    tree: dict[str, Blob] = {}
    for top in ("environments", "releases"):
        for path in sorted((folder / top).rglob("*")):
            if path.is_dir() and not path.is_symlink():
                continue
            link = path.is_symlink()
            data = str(path.readlink()).encode() if link else path.read_bytes()
            mode = "120000" if link else "100755" if os.access(path, os.X_OK) else "100644"
            head = f"blob {len(data)}\0".encode()
            tree[path.relative_to(folder).as_posix()] = Blob(
                mode=mode,
                id=hashlib.sha1(head + data, usedforsecurity=False).hexdigest(),
                data=data,
            )
    return tree
