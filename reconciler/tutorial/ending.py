"""Makes sure that nothing of the example runs any more, whoever was killed before."""

import contextlib
import os
import select
import signal
from pathlib import Path

from filelock import FileLock, Timeout

from reconciler.errors import RefusedError
from reconciler.tutorial.layout import Layout

_PATIENCE = 60.0


def end(layout: Layout) -> tuple[bool, int]:
    """Stop an ``up`` that runs, a daemon that was left, and all places.

    Returns whether a daemon or an ``up`` was stopped, and how many places. Safe to call when
    nothing runs.
    """
    stopped = _end_owner(layout)
    stopped = _end_daemon(layout) or stopped
    return stopped, end_places(layout)


def end_places(layout: Layout) -> int:
    """Stop the processes of all places; returns how many there were."""
    from reconciler.drivers.local import stop_all

    return stop_all(layout.places) if layout.places.is_dir() else 0


def _end_owner(layout: Layout) -> bool:
    """Stop the ``up`` that holds the lock, which then stops its own children."""
    if not layout.lock.exists() or not _locked(layout.lock):
        return False
    pid = _pid_in(layout.owner)
    if pid is None or not _stop(pid, "reconciler.tutorial"):
        raise RefusedError(
            f"somebody holds {layout.lock} and can't be told from {layout.owner}",
            hint="stop the other make up with Ctrl-C",
        )
    return True


def _end_daemon(layout: Layout) -> bool:
    """Stop a daemon that holds its own lock; one that was killed holds none."""
    lock = layout.state / "daemon.lock"
    if not lock.exists() or not _locked(lock):
        return False
    pid = _pid_in(lock)
    return pid is not None and _stop(pid, str(layout.configuration))


def _locked(path: Path) -> bool:
    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False


def _pid_in(path: Path) -> int | None:
    try:
        return int(path.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _stop(pid: int, said: str) -> bool:
    """SIGTERM to the process if its command line holds ``said``; SIGKILL when it takes too long.

    The command line is read after the pidfd is open, so a reused pid is never signalled.
    """
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if said not in _command_line(pid):
            return False
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, signal.SIGTERM)
            if not select.select([pidfd], [], [], _PATIENCE)[0]:
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
                select.select([pidfd], [], [], 1)
        return True
    finally:
        os.close(pidfd)


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (OSError, UnicodeDecodeError):
        return ""
