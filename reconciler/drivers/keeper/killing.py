"""Ending processes with all that came of them (F48, X24)."""

import contextlib
import os
import select
import signal
from pathlib import Path

from reconciler.drivers.keeper.identity import Stat, start_of, stat_of

PLACE_MARK = "TAGBOAT_CHILD"
"""Carried by all processes of a place; `reconciler.system.processes` kills by it too."""
RUN_MARK = "TAGBOAT_RUN"
"""Carried by one started process and its descendants."""

_SWEEPS = 50


def kill(pid: int, start: int) -> None:
    """SIGKILL through a pidfd, checked again once it is open; waits until it has ended."""
    with contextlib.suppress(OSError):
        handle = os.pidfd_open(pid)
        try:
            if start and start_of(pid) == start:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                select.select([handle], [], [], 1)
        finally:
            os.close(handle)


def descendants(root: int) -> dict[int, Stat]:
    """Every live descendant of a process, by pid."""
    everybody: dict[int, Stat] = {}
    for pid in _pids():
        with contextlib.suppress(OSError):
            stat = stat_of(pid)
            if stat.state not in "ZX":
                everybody[pid] = stat
    found = {root}
    while more := {pid for pid, each in everybody.items() if each.parent in found} - found:
        found |= more
    return {pid: everybody[pid] for pid in found - {root}}


def kill_family(pid: int, run: str, *, reaped: bool) -> None:
    """Kill a child of this process and all that came of it, until none is left.

    Known by mark, session and descent. Only descendants of this process are looked at: as a
    subreaper it is the ancestor of them all, so a number that the kernel gave away again can't
    lead to a stranger. ``reaped`` says that ``pid`` itself is no longer ours.
    """
    for _ in range(_SWEEPS):
        ours = descendants(os.getpid())
        lineage = set() if reaped else {pid, *descendants(pid)}
        family = {
            each: stat.start
            for each, stat in ours.items()
            if each in lineage or stat.session == pid or carries(each, RUN_MARK, run)
        }
        if not family:
            return
        for each, start in family.items():
            kill(each, start)


def kill_older(start: int) -> None:
    """Kill every descendant of this process that began before ``start``, in clock ticks."""
    for pid, stat in descendants(os.getpid()).items():
        if stat.start < start:
            kill(pid, stat.start)


def kill_place(mark: str) -> None:
    """Kill what a keeper that is no more left behind in this place."""
    for _ in range(_SWEEPS):
        found = [pid for pid in _pids() if carries(pid, PLACE_MARK, mark)]
        if not found:
            return
        for pid in found:
            kill(pid, start_of(pid))


def carries(pid: int, name: str, value: str) -> bool:
    """Whether the process was started with this variable."""
    try:
        return f"{name}={value}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _pids() -> list[int]:
    found = (int(each) for each in os.listdir("/proc") if each.isdigit())  # noqa: PTH208 - faster
    return [each for each in found if each != os.getpid()]
