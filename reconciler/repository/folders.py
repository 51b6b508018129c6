"""Managed files as they lie in a folder, with the modes and ids that git would give them."""

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import TagboatError


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
