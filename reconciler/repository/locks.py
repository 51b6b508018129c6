"""Locks that a git left behind when it was killed, which would stop every later one (F23)."""

import os
from pathlib import Path


def remove_stale_locks(clone: Path) -> None:
    """Take away the lock files of a bare clone that nobody works in.

    Call it only while no other process of ours may start git there. A git that outlived whoever
    started it has the clone as its working folder; then everything stays as it is.
    """
    if _in_use(clone.resolve()):
        return
    for each in (*clone.glob("*.lock"), *(clone / "refs").rglob("*.lock")):
        each.unlink(missing_ok=True)


def _in_use(clone: Path) -> bool:
    with os.scandir("/proc") as processes:
        return any(_works_in(each.path, clone) for each in processes if each.name.isdigit())


def _works_in(process: str, clone: Path) -> bool:
    try:
        return Path(process, "cwd").readlink().is_relative_to(clone)
    except OSError:
        return False
