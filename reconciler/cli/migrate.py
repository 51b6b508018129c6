"""``tagboat migrate``: from older formats of the files to the newest."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.options import FolderOption
from reconciler.cli.output import say
from reconciler.errors import ExitCode
from reconciler.visibility import visible

NEWEST = "tagboat/v1"


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Only tell; 1 if something is to migrate.")
    ] = False,
    folder: FolderOption = Path(),
) -> None:
    """Bring files of older formats to the newest.

    So far there is one format, so there is nothing to bring: every version reads it for ever. Ends
    with 1 when a file says another one.
    """
    from reconciler.cli.tree import snapshot_of, top_of

    del check  # Both ways end alike as long as there is nothing older.
    snapshot = snapshot_of(top_of(folder))
    other = {
        path: each.value.get("apiVersion")
        for path, each in snapshot.documents.items()
        if each.value.get("apiVersion") != NEWEST
    }
    for path, found in other.items():
        print(visible(f"{path}: found format {found}, this version knows {NEWEST} only"))
    if other:
        say("no older version of Tagboat wrote these; a newer one may have")
        raise typer.Exit(int(ExitCode.NO))
    say(f"{NEWEST} is the only format there is: nothing to migrate")
