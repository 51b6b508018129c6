"""Running a program to its end: deadline, capped output, and no descendant left behind."""

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import ConfigurationError
from reconciler.visibility import glimpse

MARK = "TAGBOAT_CHILD"
"""Environment variable that every program started here, and all its descendants, carry."""

_SWEEPS = 50


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended; ``returncode`` is negative for a signal.

    ``timed_out`` says that its deadline ended it. Output is cut at the limit given to `run`.
    """

    returncode: int
    stdout: bytes
    stderr: bytes
    timed_out: bool

    @property
    def text(self) -> str:
        """Standard output as text; undecodable bytes are replaced."""
        return self.stdout.decode(errors="replace")

    @property
    def output(self) -> str:
        """Both streams as text, standard output first."""
        return self.text + self.stderr.decode(errors="replace")

    @property
    def complaint(self) -> str:
        """What standard error says is wrong, or how it ended; one line.

        That is the first line that calls itself an error, as git's last one is advice; else the
        last one.
        """
        lines = self.stderr.decode(errors="replace").strip().splitlines()
        wrong = (line for line in lines if line.startswith(("fatal: ", "error: ")))
        return next(wrong, lines[-1] if lines else f"exit code {self.returncode}")

    @property
    def gist(self) -> str:
        """The one line that tells most about a bad end, fit to be shown."""
        if self.stderr.strip():
            return glimpse(self.complaint)
        lines = self.text.strip().splitlines()
        return glimpse(lines[-1] if lines else "it said nothing")


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes = b"",
    limit: int = 64 << 20,
    trusted: bool = False,
    mark: str = "",
) -> Finished:
    """Run a program and wait for it, at most ``timeout`` seconds; then nothing of it is left.

    It gets a session of its own and, with all its descendants, the mark that `kill_marked` finds
    them by, also those that forked away. ``trusted`` programs (git) leave nothing behind as a rule
    and are swept up only after a time-out. Output past ``limit`` bytes is read and dropped.
    ``mark`` is chosen by who must find them again after this process was killed, and used by nobody
    else meanwhile. Raises `ConfigurationError` when the program isn't there.
    """
    mark = mark or os.urandom(16).hex()
    environment = {**(os.environ if env is None else env), MARK: mark}
    try:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=cwd,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise ConfigurationError(f"{argv[0]} is not there", hint=f"install {argv[0]}") from error
    except PermissionError as error:
        raise ConfigurationError(f"{argv[0]} can't be run: {error.strerror}") from error
    with child:
        finished = _attend(child, timeout=timeout, stdin=stdin, limit=limit)
        if finished.timed_out or not trusted:
            kill_marked(mark)
        return finished


def _attend(
    child: subprocess.Popen[bytes], *, timeout: float, stdin: bytes, limit: int
) -> Finished:
    assert child.stdin is not None  # noqa: S101
    assert child.stdout is not None  # noqa: S101
    assert child.stderr is not None  # noqa: S101
    feeder = threading.Thread(target=_feed, args=(child, stdin), daemon=True)
    feeder.start()
    until = time.monotonic() + timeout
    pipes = {child.stdout.fileno(): bytearray(), child.stderr.fileno(): bytearray()}
    out, err = (pipes[each.fileno()] for each in (child.stdout, child.stderr))
    pidfd = os.pidfd_open(child.pid)
    timed_out = False
    try:
        waiting = {*pipes, pidfd}
        # A descendant may hold the pipes open for ever: the program's own end counts.
        while pidfd in waiting:
            left = until - time.monotonic()
            if left <= 0:
                timed_out = True
                break
            ready, _, _ = select.select(list(waiting), [], [], left)
            for each in ready:
                if each == pidfd or not _drain(each, pipes[each], limit):
                    waiting.discard(each)
        for each in waiting & pipes.keys():
            os.set_blocking(each, False)
            while _drain(each, pipes[each], limit):
                pass
    finally:
        _kill_session(child)
        os.close(pidfd)
    returncode = child.wait()
    feeder.join(1)
    return Finished(returncode, bytes(out), bytes(err), timed_out)


def _feed(child: subprocess.Popen[bytes], stdin: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):
        assert child.stdin is not None  # noqa: S101
        if stdin:
            child.stdin.write(stdin)
        child.stdin.close()


def _drain(pipe: int, into: bytearray, limit: int) -> bool:
    try:
        piece = os.read(pipe, 1 << 16)
    except (BlockingIOError, InterruptedError):
        return False
    into += piece[: max(0, limit - len(into))]
    return bool(piece)


def _kill_session(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def kill_programs() -> int:
    """Kill what `run` has under way in this process, with all descendants; returns how many.

    For the end of this process: whoever waits in `run` gets an answer that means nothing.
    """
    return sum(kill_marked(each) for each in {*_marks_of_children()})


def _marks_of_children() -> Iterable[str]:
    head, own = f"{MARK}=".encode(), str(os.getpid()).encode()
    with os.scandir("/proc") as processes:
        for each in processes:
            with contextlib.suppress(OSError):
                if each.name.isdigit() and _parent_of(each.path) == own:
                    said = Path(each.path, "environ").read_bytes().split(b"\0")
                    yield from (one[len(head) :].decode() for one in said if one.startswith(head))


def _parent_of(process: str) -> bytes:
    # The second field is the program's name in brackets and may hold anything.
    return Path(process, "stat").read_bytes().rpartition(b")")[2].split()[1]


def kill_marked(mark: str) -> int:
    """Kill every process that carries this mark, until none is found; returns how many.

    Killing by the inherited mark also reaches what left its session and was adopted by another
    parent. Signals go through a pidfd, checked again after it is open, so a reused pid is safe.
    """
    wanted = f"{MARK}={mark}".encode()
    killed = 0
    for _ in range(_SWEEPS):
        found = list(_marked(wanted))
        if not found:
            break
        for pid in found:
            killed += _kill_if_marked(pid, wanted)
    return killed


def _marked(wanted: bytes) -> Iterable[int]:
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and _carries(int(entry.name), wanted):
            yield int(entry.name)


def _carries(pid: int, wanted: bytes) -> bool:
    try:
        return wanted in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _kill_if_marked(pid: int, wanted: bytes) -> int:
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return 0
    try:
        if not _carries(pid, wanted):
            return 0
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        select.select([pidfd], [], [], 1)
    except OSError:
        return 0
    finally:
        os.close(pidfd)
    return 1
