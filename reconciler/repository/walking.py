"""Which managed files lie in a folder, known again where nothing came or went."""

import contextlib
import os
import stat
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.errors import TagboatError
from reconciler.folders import FOLDERS, managed
from reconciler.system.files import settled_by

_LONG_AGO = datetime.fromtimestamp(0, UTC)
_KINDS = frozenset({stat.S_IFREG, stat.S_IFLNK})
_GONE = (FileNotFoundError, NotADirectoryError)

Listing = Mapping[str, Sequence[Any]]
"""Folder → its change time, inode and device, the folders in it, and the managed files in it.

Plain data, for JSON.
"""


def walk(folder: Path) -> dict[str, os.stat_result]:
    """Managed path → what the file system says of it, by path. Links aren't followed.

    Raises `TagboatError` when a folder can't be read.
    """
    return walk_again(folder, {}, now=_LONG_AGO)[0]


def walk_again(
    folder: Path, known: Listing, *, now: datetime
) -> tuple[dict[str, os.stat_result], Listing]:
    """The same, and what to give as ``known`` the next time.

    A folder that wasn't changed since has the same names in it, so it isn't listed again; every
    file is looked at. A folder that was changed just before ``now``, which is when this was begun,
    isn't kept: its times don't tell yet.
    """
    top = os.fspath(folder) + "/"
    try:
        files, listing = _walk(top, known, young=settled_by(now))
    except OSError as error:
        raise TagboatError(f"{error.filename}: {error.strerror}") from None
    files.sort()
    return dict(files), listing


def _walk(
    top: str, known: Listing, *, young: float
) -> tuple[list[tuple[str, os.stat_result]], Listing]:
    listing: dict[str, Sequence[Any]] = {}
    files: list[tuple[str, os.stat_result]] = []
    waiting = [each for each in FOLDERS if _is_folder(top, each, files)]
    while waiting:
        path = waiting.pop()
        try:
            said = os.lstat(top + path)
        except _GONE:
            continue
        found = known.get(path)
        times = [said.st_ctime_ns, said.st_ino, said.st_dev]
        if found is None or found[0] != times:
            found = [times, *(_inside(top, path) if stat.S_ISDIR(said.st_mode) else ([], []))]
        if said.st_ctime_ns <= young:
            listing[path] = found
        for name in found[1]:
            waiting.append(f"{path}/{name}")  # noqa: PERF401 - mostly one or none
        for name in found[2]:
            file = f"{path}/{name}"
            try:
                said = os.lstat(top + file)
            except _GONE:
                continue
            if stat.S_IFMT(said.st_mode) in _KINDS:
                files.append((file, said))
    return files, listing


def _is_folder(top: str, path: str, files: list[tuple[str, os.stat_result]]) -> bool:
    """Whether a managed folder is one; a link, or a file, is looked at like any other of these."""
    try:
        said = os.lstat(top + path)
    except _GONE:
        return False
    if not stat.S_ISDIR(said.st_mode) and managed(path) and stat.S_IFMT(said.st_mode) in _KINDS:
        files.append((path, said))
    return stat.S_ISDIR(said.st_mode)


def _inside(top: str, path: str) -> tuple[list[str], list[str]]:
    """The folders and the managed files in a folder."""
    folders: list[str] = []
    files: list[str] = []
    with contextlib.suppress(*_GONE), os.scandir(top + path) as inside:
        for each in inside:
            if each.is_dir(follow_symlinks=False):
                folders.append(each.name)
            elif managed(f"{path}/{each.name}"):
                files.append(each.name)
    return sorted(folders), sorted(files)
