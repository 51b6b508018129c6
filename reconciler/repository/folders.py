"""Managed files as they lie in a folder, with the modes and ids that git would give them."""

import hashlib
import marshal
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from reconciler.errors import TagboatError
from reconciler.folders import FOLDERS, managed
from reconciler.system.files import settled_by

_LONG_AGO = datetime.fromtimestamp(0, UTC)
_KINDS = frozenset({stat.S_IFREG, stat.S_IFLNK})
_DECIDING = attrgetter("st_ctime_ns", "st_mtime_ns", "st_mode", "st_size", "st_ino", "st_dev")
_CHANGED = itemgetter(0)


@dataclass(frozen=True, slots=True)
class FolderContents:
    """The content of files by the ids that they had when they were looked at."""

    folder: Path
    data: Mapping[str, bytes]

    def read(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Id → content."""
        return {each: self.data[each] for each in ids}

    def later(self, files: Iterable[tuple[str, str]]) -> None:
        """Everything is at hand."""

    def text(self, path: str, object_id: str) -> str:
        """The text of a file."""
        del path
        return self.data[object_id].decode()


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
    top = os.fspath(folder)
    young = settled_by(now)
    files: list[tuple[str, os.stat_result]] = []
    listing: dict[str, Sequence[Any]] = {}
    waiting = list(FOLDERS)
    while waiting:
        path = waiting.pop()
        said = _said(f"{top}/{path}")
        if said is None:
            continue
        if not stat.S_ISDIR(said.st_mode):
            # A managed folder that is a link, or a file, is looked at like any other of these.
            if path in FOLDERS and managed(path) and stat.S_IFMT(said.st_mode) in _KINDS:
                files.append((path, said))
            continue
        found = known.get(path)
        times = [said.st_ctime_ns, said.st_ino, said.st_dev]
        if found is None or found[0] != times:
            found = [times, *_inside(top, path)]
        if said.st_ctime_ns <= young:
            listing[path] = found
        waiting += [f"{path}/{name}" for name in found[1]]
        for name in found[2]:
            file = f"{path}/{name}"
            if (said := _said(f"{top}/{file}")) and stat.S_IFMT(said.st_mode) in _KINDS:
                files.append((file, said))
    files.sort()
    return dict(files), listing


def _said(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise TagboatError(f"{path}: {error.strerror}") from None


def _inside(top: str, path: str) -> tuple[list[str], list[str]]:
    """The folders and the managed files in a folder."""
    folders: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(f"{top}/{path}") as inside:
            for each in inside:
                if each.is_dir(follow_symlinks=False):
                    folders.append(each.name)
                elif managed(f"{path}/{each.name}"):
                    files.append(each.name)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise TagboatError(f"{top}/{path}: {error.strerror}") from None
    return sorted(folders), sorted(files)


def fingerprint(files: Mapping[str, os.stat_result], *, now: datetime) -> str:
    """A text that changes when a file does; empty while one is too young to tell."""
    said = list(map(_DECIDING, files.values()))
    if max(map(_CHANGED, said), default=0) > settled_by(now):
        return ""
    names = "\0".join(files).encode(errors="surrogateescape")
    # Version 2 writes equal values as equal bytes; as text it would take six times as long.
    return hashlib.blake2b(names + b"\0\0" + marshal.dumps(said, 2)).hexdigest()


def read_folder(
    folder: Path, files: Mapping[str, os.stat_result]
) -> tuple[dict[str, tuple[str, str]], FolderContents]:
    """Path → (mode, object id) of the files that `walk` found, and their contents.

    Raises `TagboatError` when a file can't be read, or has become a link since.
    """
    entries: dict[str, tuple[str, str]] = {}
    contents: dict[str, bytes] = {}
    top = os.fspath(folder)
    for path, said in files.items():
        mode, data = _file(f"{top}/{path}", said)
        head = f"blob {len(data)}\0".encode()
        object_id = hashlib.sha1(head + data, usedforsecurity=False).hexdigest()
        entries[os.fsencode(path).decode(errors="replace")] = (mode, object_id)
        contents[object_id] = data
    return entries, FolderContents(folder, contents)


def _file(file: str, said: os.stat_result) -> tuple[str, bytes]:
    try:
        if stat.S_ISLNK(said.st_mode):
            return "120000", os.fsencode(os.readlink(file))  # noqa: PTH115
        return "100755" if said.st_mode & stat.S_IXUSR else "100644", _content(file, said.st_size)
    except OSError as error:
        raise TagboatError(
            f"{file}: {error.strerror}", hint="look at the file, try again"
        ) from None


def _content(file: str, size: int) -> bytes:
    """The bytes of a file that should have this many; three calls of the system for each."""
    opened = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        data = os.read(opened, size + 1)
        while len(data) != size and (more := os.read(opened, 1 << 20)):
            data += more
        return data
    finally:
        os.close(opened)
