"""Tarballs: fetched from a folder or an address, checked, then unpacked."""

import gzip
import hashlib
import shutil
import tarfile
import tempfile
import time
import zlib
from collections.abc import Generator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, cast
from urllib.parse import quote, urlsplit

from reconciler.errors import StepErroredError, StepFailedError
from reconciler.repository.landing import Landing, Source

_BYTES = 2 << 30
_PIECE = 1 << 20


class Target(Protocol):
    """Somewhere to write bytes to."""

    def write(self, data: bytes, /) -> int:
        """Take these bytes; how many there were."""
        ...


def fetch_tarball(address: str, name: str, sha256: str, into: Path, *, timeout: float) -> None:
    """Put the tarball ``name`` below ``address`` into an empty folder.

    Nothing is unpacked before all of it is here and its digest is right (X25). ``.tar.gz`` and
    ``.tgz`` are unpacked, anything else is put there as it is. Raises `StepFailedError` when it
    isn't there or isn't what the release says, `StepErroredError` when nobody could tell.
    """
    with tempfile.TemporaryFile() as kept:
        found = _copy(address, name, kept, timeout=timeout)
        if found != sha256:
            raise StepFailedError(
                f"{name} has sha256 {found[:16]}…, the release says {sha256[:16]}…"
            )
        kept.seek(0)
        landing, path = Landing(into), PurePosixPath(name)
        if path.name.endswith((".tar.gz", ".tgz")):
            _unpack(kept, name, landing)
        else:
            # A single file has no mode of its own, and may be the program.
            landing.put_file(path.name, kept, executable=True)
        landing.finish()


def digest_of_tarball(address: str, name: str, *, timeout: float) -> str:
    """The sha256 of the tarball ``name`` below ``address``, as it is now; raises as above."""
    return _copy(address, name, _Nowhere(), timeout=timeout)


def _copy(address: str, name: str, into: Target, *, timeout: float) -> str:
    """Write all of it into a file, and give its sha256."""
    until = time.monotonic() + timeout
    seen, size = hashlib.sha256(), 0
    with closing(_pieces(address, _path(name), timeout)) as pieces:
        for piece in pieces:
            size += len(piece)
            if size > _BYTES:
                raise StepFailedError(f"{name} is larger than 2 GiB")
            if time.monotonic() > until:
                raise StepErroredError(f"{name} took longer than {timeout:g} s")
            seen.update(piece)
            into.write(piece)
    return seen.hexdigest()


def find_tarball(address: str, name: str, *, timeout: float) -> None:
    """Look whether the tarball ``name`` is below ``address``; its bytes aren't compared.

    Raises `StepFailedError` when it isn't, `StepErroredError` when nobody could tell.
    """
    with closing(_pieces(address, _path(name), timeout)) as pieces:
        next(pieces, b"")


def _path(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise StepFailedError(f"{name!r} is not a path below the artifact address")
    return path


def _pieces(address: str, path: PurePosixPath, timeout: float) -> Generator[bytes, None, None]:
    if urlsplit(address).scheme in ("http", "https"):
        return _download(address, path, timeout)
    return _read(Path(address), path)


def _read(folder: Path, path: PurePosixPath) -> Generator[bytes, None, None]:
    file = (folder / path).resolve()
    if folder.resolve() not in file.parents:
        raise StepFailedError(f"{path} leads out of the artifact folder")
    if not folder.is_dir():
        raise StepErroredError(f"the artifact folder {folder} is not there")
    try:
        with file.open("rb") as source:
            while piece := source.read(_PIECE):
                yield piece
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise StepFailedError(f"there is no artifact {path}") from None
    except OSError as error:
        raise StepErroredError(f"{path} can't be read: {error.strerror}") from error


def _download(address: str, path: PurePosixPath, timeout: float) -> Generator[bytes, None, None]:
    import httpx2

    url = f"{address.rstrip('/')}/{quote(str(path))}"
    try:
        with (
            httpx2.Client(timeout=min(timeout, 30), trust_env=False) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as answer,
        ):
            if answer.status_code in (404, 410):
                raise StepFailedError(f"there is no artifact {path}")
            if answer.status_code != httpx2.codes.OK:
                raise StepErroredError(f"the artifact address answers {answer.status_code}")
            yield from answer.iter_raw(_PIECE)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise StepErroredError(f"the artifact address: {type(error).__name__}") from error


class _Limited:
    """A stream that ends in an error, not in a full disk, when it unpacks to too much."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = _BYTES

    def read(self, size: int = -1, /) -> bytes:
        piece = self._source.read(_PIECE if size < 0 else min(size, _PIECE))
        self._left -= len(piece)
        if self._left < 0:
            raise StepFailedError("the artifact unpacks to more than 2 GiB")
        return piece


def _unpack(kept: IO[bytes], name: str, landing: Landing) -> None:
    # tarfile's own filters are missing in Python 3.11.2, so every member is checked here.
    try:
        with (
            gzip.GzipFile(fileobj=kept) as plain,
            tarfile.open(fileobj=cast("IO[bytes]", _Limited(plain)), mode="r|") as archive,
        ):
            for member in archive:
                _land(archive, member, landing)
            shutil.copyfileobj(_Limited(plain), _Nowhere())
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, UnicodeError) as error:
        raise StepFailedError(f"{name} can't be unpacked: {error}") from error


class _Nowhere:
    def write(self, data: bytes, /) -> int:
        return len(data)


def _land(archive: tarfile.TarFile, member: tarfile.TarInfo, landing: Landing) -> None:
    name = member.name.removeprefix("./")
    if member.isdir():
        if name not in ("", "."):
            landing.make_folder(name)
    elif member.issym():
        landing.put_link(name, member.linkname)
    elif member.isreg() and not member.issparse():
        source = archive.extractfile(member)
        assert source is not None  # noqa: S101 - regular members have bytes
        landing.put_file(name, source, executable=bool(member.mode & 0o100))
    else:
        raise StepFailedError(f"{member.name!r} is neither a file nor a folder")
