"""Journals as files: one line an event, each with its checksum, synced before `append` returns."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.canonical import canonical_json
from reconciler.errors import TagboatError
from reconciler.ports import Failpoints
from reconciler.system.files import sync_folder

_SUM = 16


class JournalError(TagboatError):
    """A journal holds something that was never written whole: its place stops, nothing is guessed.

    Only the last line may be torn, since a line is synced before the next one begins (F18, F19).
    """


class JournalFullError(JournalError):
    """The disk didn't take an event, so what was to follow has not happened; may be tried again."""


class FileJournal:
    """The journal of one deployment. ``path`` need not exist; its folder must."""

    def __init__(self, path: Path, failpoints: Failpoints) -> None:
        """Open nothing yet."""
        self._path = path
        self._failpoints = failpoints

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def append(self, event: Mapping[str, Any]) -> None:
        """Write one event; when this returns it survives a power loss.

        Raises `JournalFullError` when the disk doesn't take it; the effect must not happen (F20).
        """
        text = canonical_json(dict(event))
        line = f"{_checksum(text)} {text}\n".encode()
        name = f"journal.{event['event']}"
        self._failpoints.reach(f"{name}.before")
        try:
            self._write(line)
        except OSError as error:
            raise JournalFullError(
                f"the journal {self._path.name} can't be written: {error.strerror}",
                hint="make room on the disk of the state folder",
            ) from error
        self._failpoints.reach(f"{name}.after")

    def _write(self, line: bytes) -> None:
        fresh = not self._path.exists()
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # What a torn write left behind goes before anything follows it.
            end = len(_whole(self._path.read_bytes()))
            os.ftruncate(handle, end)
            os.lseek(handle, end, os.SEEK_SET)
            written = os.write(handle, line)
            if written != len(line):
                os.ftruncate(handle, end)
                raise OSError(28, "no space left on device")
            os.fsync(handle)
        finally:
            os.close(handle)
        if fresh:
            sync_folder(self._path.parent)

    def events(self) -> list[dict[str, Any]]:
        """All events in order; a torn last line is dropped, anything else broken raises."""
        import json

        if not self._path.exists():
            return []
        events = []
        for number, line in enumerate(_whole(self._path.read_bytes()).splitlines(), 1):
            found, _, text = line.decode(errors="replace").partition(" ")
            if found != _checksum(text):
                raise JournalError(
                    f"the journal {self._path.name} is damaged in line {number}",
                    hint="move the file away; the deployment is then gone back from",
                )
            events.append(json.loads(text))
        return events

    def remove(self) -> None:
        """Take the journal away, durably; nothing happens if it is gone."""
        self._failpoints.reach("journal.remove.before")
        self._path.unlink(missing_ok=True)
        sync_folder(self._path.parent)
        self._failpoints.reach("journal.remove.after")


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_SUM]


def _whole(data: bytes) -> bytes:
    """The lines that were written to their end."""
    return data[: data.rfind(b"\n") + 1]
