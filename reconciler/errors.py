"""Exceptions that reach a person, each with the exit code of the command that meets it (L0).

Problems in users' files are values (`reconciler.diagnostics`), not exceptions.
"""

import errno
from enum import IntEnum

_ROOM = "make room on the disk"
_HANDLES = "raise the limit of open files, LimitNOFILE with systemd"
_RIGHTS = "let the user that runs it read and write there"
_REMEDIES = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: "raise the limit of the size of files, LimitFSIZE with systemd",
    errno.EMFILE: _HANDLES,
    errno.ENFILE: _HANDLES,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: _RIGHTS,
}


class ExitCode(IntEnum):
    """What a command's exit code means; scripts may rely on it."""

    YES = 0
    NO = 1
    USAGE = 2
    CONFIGURATION = 3
    UNREACHABLE = 4
    REFUSED = 5
    ROLLED_BACK = 6
    TIMED_OUT = 124
    INTERRUPTED = 130


class TagboatError(Exception):
    """A failure that is explained to a person: one sentence, and one hint that is an action."""

    exit_code: ExitCode = ExitCode.NO

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the sentence and the hint apart, so that a surface can show them its own way."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    @staticmethod
    def of(error: "TagboatError | OSError") -> "TagboatError":
        """A failure as people are told it, also where the system ran out of something."""
        if isinstance(error, TagboatError):
            return error
        what = f"{error.filename}: " if error.filename else ""
        hint = _REMEDIES.get(error.errno or 0, "")
        return TagboatError(f"{what}{error.strerror or error}", hint=hint)


class UsageError(TagboatError):
    """The command was asked for something that isn't there, such as a place nobody knows."""

    exit_code = ExitCode.USAGE


class ConfigurationError(TagboatError):
    """Host configuration or a tool of this machine is missing or wrong."""

    exit_code = ExitCode.CONFIGURATION


class UnreachableError(TagboatError):
    """A remote or backend could not be asked; nothing is known about its state."""

    exit_code = ExitCode.UNREACHABLE


class RefusedError(TagboatError):
    """Something was asked for that may not be done: not signed off, lock held, rewound."""

    exit_code = ExitCode.REFUSED


class RewoundError(RefusedError):
    """A followed branch no longer contains the commit last seen on it (B112, B113)."""


class StepError(TagboatError):
    """A step that did not pass. Without ``begun`` nothing of it was done, so nothing is undone."""

    def __init__(self, message: str, *, hint: str = "", begun: bool = True) -> None:
        """Say whether anything may have been done."""
        super().__init__(message, hint=hint)
        self.begun = begun


class StepFailedError(StepError):
    """A step's check said no: the content is at fault, so going back is right."""


class StepErroredError(StepError):
    """A step could not tell: nothing is known about the content; may be tried again."""


class StaleFenceError(TagboatError):
    """The place has already obeyed a newer claim than the one that asks (X23)."""

    exit_code = ExitCode.REFUSED
