"""Requests made on the reconciler's own host: files in its state folder, by host permission."""

import contextlib
import os
import stat
from pathlib import Path

from reconciler.errors import RefusedError
from reconciler.system.files import sync_folder, write_durably

_MOST = 64 << 10
_ASKED = ".request.json"
_ANSWERED = ".answer.json"


class Spool:
    """A folder of requests and of their answers that aren't in the history yet.

    Only who may write the folder, which is the reconciler's own, can ask or answer.
    """

    def __init__(self, state: Path) -> None:
        """Of the daemon with this state folder; nothing is made yet."""
        self._folder = state / "requests"

    def ask(self, request: str, text: str) -> None:
        """Put in a request; raises `RefusedError` when this user may not."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            write_durably(self._folder / f"{request}{_ASKED}", text.encode(), mode=0o600)
        except OSError as error:
            raise RefusedError(
                f"{self._folder} can't be written: {error.strerror}",
                hint="ask on the reconciler's own host, as the user that it runs as",
            ) from None

    def asked(self) -> dict[str, str]:
        """Request → its text, of those that nobody has withdrawn or forgotten."""
        return self._texts(_ASKED)

    def answer(self, request: str, text: str) -> None:
        """Keep an answer; when this returns it survives a power loss."""
        write_durably(self._folder / f"{request}{_ANSWERED}", text.encode(), mode=0o600)

    def answered(self) -> dict[str, str]:
        """Request → the answer that is still to be recorded."""
        return self._texts(_ANSWERED)

    def forget(self, request: str) -> None:
        """Remove a request and its answer."""
        for end in (_ASKED, _ANSWERED):
            (self._folder / f"{request}{end}").unlink(missing_ok=True)
        sync_folder(self._folder)

    def _texts(self, end: str) -> dict[str, str]:
        found = {}
        for path in sorted(self._folder.glob(f"*{end}")):
            if (text := _read(path)) is not None:
                found[path.name.removesuffix(end)] = text
        return found


def _read(path: Path) -> str | None:
    """The text of a plain file of this user or of root; nothing for anything else."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            seen = os.fstat(handle)
            if stat.S_ISREG(seen.st_mode) and seen.st_uid in {0, os.geteuid()}:
                return file.read(_MOST).decode()
    return None
