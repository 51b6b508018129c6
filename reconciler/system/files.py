"""Writing files so that they are there after a power loss, whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from reconciler.errors import StepErroredError


def write_durably(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace the file: written beside, synced, renamed, folder synced. Parents must exist."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    beside.replace(path)
    sync_folder(path.parent)


_SETTLED = 2.0


def settled_by(now: datetime) -> float:
    """Up to this time of its last change (ns) a file's times tell whether it was written again.

    Two writes within one tick of the file system's clock leave equal times: what is younger is too
    young to tell. ``now`` is when looking at it began.
    """
    return (now.timestamp() - _SETTLED) * 1e9


def sync_folder(folder: Path) -> None:
    """Make renames, creations and removals in the folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def translated() -> Iterator[None]:
    """Raise `StepErroredError` for what the operating system says: it says nothing of content."""
    try:
        yield
    except OSError as error:
        raise StepErroredError(f"{error.strerror or error}: {error.filename}") from error
