"""The managed files as they lie in a folder, and new ones beside them."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.output import say
from reconciler.errors import ConfigurationError, TagboatError, UsageError

if TYPE_CHECKING:
    from reconciler.manifest.snapshot import Blob, Snapshot
    from reconciler.scaffold.files import NewFile

NO_COMMIT = "0" * 40


def top_of(folder: Path) -> Path:
    """The folder with ``releases/`` or ``environments/``: this one, or the nearest above it.

    Raises `ConfigurationError` when there is none.
    """
    # Without its '..': what such a path goes through isn't above where it leads.
    start = Path(os.path.normpath(folder.absolute()))
    for each in (start, *start.parents):
        if (each / "environments").is_dir() or (each / "releases").is_dir():
            return each
        if (each / ".git").exists():
            break
    raise ConfigurationError(
        f"there is no releases/ or environments/ in {start}",
        hint="tagboat init makes a repository; or name one with -C",
    )


def tree_of(top: Path) -> "dict[str, Blob]":
    """Every managed file below ``top``, with the mode and id that git would give it."""
    from reconciler.manifest.snapshot import Blob
    from reconciler.repository.folders import read_folder
    from reconciler.repository.walking import walk

    found, contents = read_folder(top, walk(top))
    return {
        path: Blob(mode=mode, id=each, data=contents.data[each])
        for path, (mode, each) in found.items()
    }


def snapshot_of(top: Path) -> "Snapshot":
    """What the files below ``top`` say, as far as they are good."""
    from reconciler.manifest.loading import load

    return load(NO_COMMIT, tree_of(top))[0]


def add(top: Path, files: "Iterable[NewFile]", *, dry_run: bool) -> None:
    """Write files that aren't there yet, all of them or none; their paths go to stdout.

    A dry run prints their texts instead. Raises `UsageError` when one is there already, and
    `TagboatError` with the findings when one would be wrong.
    """
    new = {each.path: each.text for each in files}
    for path in new:
        if (top / path).exists() or (top / path).is_symlink():
            raise UsageError(f"{path} is there already", hint="edit it, or take another name")
    write(top, new, dry_run=dry_run)


def write(top: Path, files: Mapping[str, str], *, dry_run: bool) -> None:
    """Write these files, also over old ones, if they are good; as `add` otherwise."""
    require_good(tree_of(top), files)
    if dry_run:
        for path, text in files.items():
            print(f"# {path}\n{text}" if len(files) > 1 else text, end="")
        return
    for path, text in files.items():
        target = top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    # Only now: whoever reads this may stop reading.
    for path in files:
        print(path)
    say("nothing is committed yet: look at it, then git add and git commit")


def require_good(tree: "Mapping[str, Blob]", files: Mapping[str, str]) -> None:
    """Raise `TagboatError` when files beside a tree would be wrong, with every finding in them."""
    from reconciler.manifest.loading import load
    from reconciler.manifest.snapshot import Blob
    from reconciler.validator import validate

    new = {
        path: Blob(mode="100644", id=NO_COMMIT, data=text.encode()) for path, text in files.items()
    }
    snapshot, report = load(NO_COMMIT, {**tree, **new})
    report = report + validate(snapshot)
    own = [str(each) for each in report.errors if each.location.path in files]
    if own:
        told = "\n".join(own)
        raise TagboatError(f"the file would be wrong\n{told}", hint="nothing was written")
