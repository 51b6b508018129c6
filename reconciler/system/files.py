"""Writing files so that they are there after a power loss, whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
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
