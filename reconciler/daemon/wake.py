"""Waking the loop: events say "look now", the poll is the promise."""

import contextlib
import queue
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

_STEP_MS = 10
_DEBOUNCE_MS = 50


class Wake:
    """Waits for the next reason to look: a moved ref of a local remote, a finished worker, a stop.

    A watcher that can't start or that dies costs nothing but promptness.
    """

    def __init__(self, watched: Iterable[Path]) -> None:
        """``watched`` are folders and files whose change means that refs may have moved."""
        self._watched = tuple(watched)
        # Not an event: its lock may be held by the very thread that a signal interrupts.
        self._reasons: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin to watch."""
        if self._watched:
            self._thread = threading.Thread(target=self._watch, name="wake", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop watching."""
        self._stop.set()
        if self._thread:
            self._thread.join(5)

    def now(self) -> None:
        """Look now. May be called from any thread, and from a signal handler."""
        self._reasons.put(None)

    def once(self) -> None:
        """Look now, unless that is about to happen anyway: many calls are one look."""
        if not self.waiting:
            self.now()

    @property
    def waiting(self) -> bool:
        """Whether there is a reason to look already."""
        return not self._reasons.empty()

    def wait(self, seconds: float) -> None:
        """Return when there is a reason to look, or after this time; all reasons count as one."""
        with contextlib.suppress(queue.Empty):
            self._reasons.get(timeout=seconds)
            while True:
                self._reasons.get_nowait()

    def _watch(self) -> None:
        from watchfiles import watch

        try:
            # The default filter ignores everything below .git.
            for _ in watch(
                *self._watched,
                watch_filter=None,
                step=_STEP_MS,
                debounce=_DEBOUNCE_MS,
                stop_event=self._stop,
                raise_interrupt=False,
            ):
                self.now()
        except (OSError, RuntimeError):
            return


def refs_of(remote: str) -> tuple[Path, ...]:
    """What to watch of a remote that is a folder here; nothing for other remotes."""
    folder = Path(remote.removeprefix("file://"))
    if not folder.is_dir():
        return ()
    bare = folder if (folder / "refs").is_dir() else folder / ".git"
    # Git replaces packed-refs by rename, which only its folder tells; objects/ is too busy.
    return (bare / "refs",) if (bare / "refs").is_dir() else ()
