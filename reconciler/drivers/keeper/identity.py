"""Which process a keeper is, so that nobody else is taken for it (F32, F34)."""

import fcntl
import json
import os
import struct
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Identity:
    """Pid, start time in clock ticks since boot, and boot id: together one process for ever."""

    pid: int
    start: int
    boot: str


@dataclass(frozen=True, slots=True)
class Stat:
    """What ``/proc/<pid>/stat`` says; see proc(5)."""

    state: str
    parent: int
    session: int
    start: int


def stat_of(pid: int) -> Stat:
    """What the kernel says of a process; raises `OSError` when it is gone."""
    text = Path(f"/proc/{pid}/stat").read_text()
    # The second field is the program's name in brackets and may hold anything.
    fields = text[text.rindex(")") + 2 :].split()
    return Stat(fields[0], int(fields[1]), int(fields[3]), int(fields[19]))


def start_of(pid: int) -> int:
    """When the process began, in clock ticks since boot; 0 when it is gone."""
    try:
        return stat_of(pid).start
    except OSError:
        return 0


def identity_of(pid: int) -> Identity:
    """The process that has this pid now."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return Identity(pid, start_of(pid), boot)


def lives(identity: Identity) -> bool:
    """Whether exactly this process is there, and not as a zombie."""
    try:
        same = identity_of(identity.pid) == identity and identity.start > 0
        return same and stat_of(identity.pid).state not in "ZX"
    except OSError:
        return False


def take_lock(path: Path) -> int | None:
    """The open lock file with this process written into it; nothing when somebody holds it.

    An OFD lock belongs to the open file, which no child keeps: it ends with this process.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.fcntl(lock, fcntl.F_OFD_SETLK, _flock(fcntl.F_WRLCK))
    except (BlockingIOError, PermissionError):
        os.close(lock)
        return None
    data = json.dumps(asdict(identity_of(os.getpid()))).encode()
    os.ftruncate(lock, 0)
    os.pwrite(lock, data, 0)
    os.fsync(lock)
    return lock


def holder_of(path: Path) -> Identity | None:
    """Who holds the lock: its process, alive, and the lock held; anything less is nobody.

    A record alone may be old, a lock alone may be inherited, a pid alone may be another's.
    """
    try:
        lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        answer = fcntl.fcntl(lock, fcntl.F_OFD_GETLK, _flock(fcntl.F_WRLCK))
        held = struct.unpack("hhqqi4x", answer)[0] != fcntl.F_UNLCK
        found = Identity(**json.loads(os.pread(lock, 4096, 0)))
    except (OSError, ValueError, TypeError):
        return None
    finally:
        os.close(lock)
    return found if held and lives(found) else None


def _flock(sort: int) -> bytes:
    """``struct flock`` over the whole file; see fcntl(2)."""
    return struct.pack("hhqqi4x", sort, os.SEEK_SET, 0, 0, 0)
