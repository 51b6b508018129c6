"""Landing: where files of a release are put, whatever their source claims to be called."""

import os
from pathlib import Path, PurePosixPath
from typing import Protocol

from reconciler.errors import StepFailedError

_ENTRIES = 100_000
_BYTES = 2 << 30
_PIECE = 1 << 20


class Source(Protocol):
    """Bytes to be read."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; empty at the end."""
        ...


class Landing:
    """An empty folder that files and folders are put into, and nothing outside it.

    Links are made by `finish`, when no file can be written through them any more. Everything that
    could lead outside raises `StepFailedError` (X1); so do more than 100,000 entries or 2 GiB.
    """

    def __init__(self, folder: Path) -> None:
        """``folder`` is there, and empty."""
        self._folder = folder
        self._links: dict[PurePosixPath, str] = {}
        self._entries = 0
        self._bytes = 0

    def make_folder(self, name: str) -> None:
        """A folder, with those above it; nothing happens if it is there."""
        path = self._path(name)
        for each in (*reversed(path.parents[:-1]), path):
            folder = self._folder / each
            try:
                folder.mkdir(mode=0o755, exist_ok=True)
            except FileExistsError:
                raise StepFailedError(f"the release has {str(each)!r} twice") from None
            folder.chmod(0o755)

    def put_file(self, name: str, source: Source, *, executable: bool = False) -> None:
        """A new file with all that the source has left, of mode 755 or 644."""
        path = self._path(name)
        if len(path.parts) > 1:
            self.make_folder(str(path.parent))
        try:
            with (self._folder / path).open("xb") as target:
                while piece := source.read(_PIECE):
                    self._count(len(piece))
                    target.write(piece)
                os.fchmod(target.fileno(), 0o755 if executable else 0o644)
        except FileExistsError:
            raise StepFailedError(f"the release has {name!r} twice") from None

    def put_link(self, name: str, target: str) -> None:
        """A symbolic link, to be made later."""
        self._links[self._path(name)] = target

    def finish(self) -> None:
        """Make the links, and check that each leads to somewhere in the folder."""
        for path, target in self._links.items():
            if len(path.parts) > 1:
                self.make_folder(str(path.parent))
            try:
                (self._folder / path).symlink_to(target)
            except (FileExistsError, ValueError):
                raise StepFailedError(f"the release has an impossible link {path}") from None
        base = self._folder.resolve()
        for path, target in self._links.items():
            aim = Path(os.path.realpath(self._folder / path))
            if target.startswith("/") or (aim != base and base not in aim.parents):
                (self._folder / path).unlink()
                raise StepFailedError(f"the link {path} leads out of the release")

    def _path(self, name: str) -> PurePosixPath:
        self._count(0)
        path = PurePosixPath(name)
        odd = any(
            part in ("", ".", "..") or part.lower() in (".git", "git~1") for part in path.parts
        )
        if path.is_absolute() or not path.parts or odd or "\0" in name or "\\" in name:
            raise StepFailedError(f"the release has a file of the name {name!r}")
        return path

    def _count(self, size: int) -> None:
        self._entries += not size
        self._bytes += size
        if self._entries > _ENTRIES or self._bytes > _BYTES:
            raise StepFailedError("the release is too large: more than 100,000 files or 2 GiB")
