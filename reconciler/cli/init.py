"""``tagboat init``: a repository that holds releases and environments, and nothing else."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.options import FolderOption
from reconciler.cli.output import say
from reconciler.errors import TagboatError, UsageError

_STEPS = """\
what comes next:
  1. write yourself and an approver into environments/people.yaml, with their keys
  2. tagboat validate
  3. git add . && git commit -S -m "Start" && git push, to a remote whose main is protected
  4. on the reconciler's host: write tagboat.toml, with that commit as trust root; tagboat doctor\
"""


def init(
    into: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where; here if left out.")
    ] = Path(),
    folder: FolderOption = Path(),
) -> None:
    """Start a repository of releases and environments.

    It has one app, one environment, people, schemas, and checks for GitLab and GitHub.
    Files that are there are never written over: if one of its own is, nothing is made.
    """
    from reconciler import __version__
    from reconciler.scaffold.repository import starter

    top = (folder / into).absolute()
    files = starter(__version__)
    _require_free(top, files)
    for path, text in files.items():
        target = top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    _make_repository(top)
    # Only now: whoever reads this may stop reading.
    for path in files:
        print(path)
    say(f"made a repository of releases and environments in {top}")
    for line in _STEPS.splitlines():
        say(line)


def _require_free(top: Path, files: dict[str, str]) -> None:
    if top.exists() and not top.is_dir():
        raise UsageError(f"{top} is no folder")
    managed = [each for each in ("releases", "environments") if (top / each).exists()]
    there = [path for path in files if (top / path).exists() or (top / path).is_symlink()]
    if found := managed or there:
        raise UsageError(
            f"{top / found[0]} is there already",
            hint="go on in it with tagboat new, or name an empty folder: tagboat init FOLDER"
            if managed
            else "name an empty folder: tagboat init FOLDER",
        )


def _make_repository(top: Path) -> None:
    """``git init``, unless the folder is in a repository already."""
    from reconciler.system.processes import run

    inside = run(["git", "-C", str(top), "rev-parse", "--git-dir"], timeout=60, trusted=True)
    if inside.returncode == 0:
        return
    made = run(["git", "init", "-q", "-b", "main", str(top)], timeout=60, trusted=True)
    if made.returncode:
        raise TagboatError(f"git init: {made.complaint}")
