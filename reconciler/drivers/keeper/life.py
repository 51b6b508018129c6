"""A keeper's life: detach, take the lock, take orders, end.

Its folder holds ``lock`` (pid, start time and boot id, under an OFD lock for as long as it lives),
``desired.json`` (what a keeper after it starts again), ``maintenance.json`` (the page, while
visitors see it), ``mark`` (what all processes of the place carry in their environment), ``socket``
(orders: one line of JSON, one line back) and the logs.
"""

import contextlib
import ctypes
import json
import os
import selectors
import signal
import socket
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconciler.drivers.keeper.generation import HANDED_ON, Log, Process
from reconciler.drivers.keeper.identity import take_lock
from reconciler.drivers.keeper.killing import kill_place
from reconciler.drivers.keeper.place import KeptPlace
from reconciler.system.files import write_durably

READY, BROKEN, HELD = 0, 1, 3

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of <linux/prctl.h>
_REQUEST = 1 << 20
_PIECE = 1 << 16


def begin(folder: Path) -> int:
    """Leave a detached keeper behind, and say what has become of it: ready, held or broken.

    Also returns in the keeper itself, when it ends.
    """
    # Descriptor 3 belongs to the versions: nothing of the keeper's own may be there.
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != HANDED_ON:
        os.dup2(nowhere, HANDED_ON, inheritable=False)
    told, tell = os.pipe2(os.O_CLOEXEC)
    if os.fork():
        os.close(tell)
        answer = os.read(told, 1)
        return answer[0] if answer else BROKEN
    os.close(told)
    os.setsid()
    os.umask(0o077)

    def answer_with(what: int) -> None:
        # Whoever started us may be gone by now.
        with contextlib.suppress(OSError):
            os.write(tell, bytes([what]))
        os.close(tell)

    if take_lock(folder / "lock") is None:
        answer_with(HELD)
        return HELD
    keeper = Keeper(folder)
    try:
        keeper.serve(lambda: answer_with(READY))
    except Exception:
        keeper.say(traceback.format_exc())
        raise
    return READY


class Keeper:
    """The loop around one place: orders, signals, output."""

    def __init__(self, folder: Path) -> None:
        """The lock must be held."""
        self._folder = folder
        self._log = Log(folder / "keeper.log")
        self._selector = selectors.DefaultSelector()
        self._told_to_end = False
        self._mark = _mark_of(folder)
        self._place = KeptPlace(folder, self._mark, watch=self._watch, say=self.say)

    def say(self, text: str) -> None:
        """Write into the keeper's own log."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._log.write(f"{stamp} {text}\n".encode())

    def serve(self, ready: Callable[[], None]) -> None:
        """Take orders until told to end and everything has ended."""
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
        kill_place(self._mark)
        self._heed_signals()
        orders = self._listen()
        self._place.resume()
        ready()
        while not self._place.over:
            self._place.advance()
            for key, _ in self._selector.select(0 if self._place.over else self._place.wait()):
                key.data()
            if self._told_to_end:
                self._told_to_end = False
                self._place.end()
        orders.close()
        (self._folder / "socket").unlink(missing_ok=True)
        self.say("ended")

    def _heed_signals(self) -> None:
        wakes, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._selector.register(wakes, selectors.EVENT_READ, lambda: os.read(wakes, _PIECE))

        def told(*_: object) -> None:
            self._told_to_end = True

        signal.signal(signal.SIGTERM, told)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for ignored in (signal.SIGINT, signal.SIGHUP):
            signal.signal(ignored, signal.SIG_IGN)

    def _watch(self, process: Process) -> None:
        pipe = process.pipe

        def read() -> None:
            # Started again, it has another pipe; what is left of its last life goes unread.
            if process.pipe != pipe or not process.read():
                self._selector.unregister(pipe)
                os.close(pipe)
                if process.pipe == pipe:
                    process.pipe = -1

        self._selector.register(pipe, selectors.EVENT_READ, read)

    def _listen(self) -> socket.socket:
        # The path of a unix socket has 107 bytes at most; relative to the folder it is short.
        os.chdir(self._folder)
        Path("socket").unlink(missing_ok=True)
        orders = socket.socket(socket.AF_UNIX)
        orders.bind("socket")
        orders.listen(16)
        orders.settimeout(1)
        self._selector.register(orders, selectors.EVENT_READ, lambda: self._hear(orders))
        return orders

    def _hear(self, orders: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection, _ = orders.accept()
            with connection:
                connection.settimeout(1)
                text = b""
                while not text.endswith(b"\n") and len(text) < _REQUEST:
                    piece = connection.recv(_PIECE)
                    if not piece:
                        return
                    text += piece
                connection.sendall(json.dumps(self._obey(text)).encode() + b"\n")

    def _obey(self, text: bytes) -> dict[str, Any]:
        try:
            order = json.loads(text)
            match order["order"]:
                case "status":
                    pass
                case "switch":
                    self._place.switch(order)
                case "maintain":
                    self._place.maintain(order["page"])
                case "lift":
                    self._place.lift()
                case "clear":
                    self._place.clear()
                case "stop":
                    self._place.end()
                case "retire":
                    self._place.retire()
                case _:
                    return {"error": "unknown order"}
        except OSError as error:
            return {"error": error.strerror or str(error)}
        except (ValueError, KeyError, TypeError) as error:
            return {"error": f"not an order: {type(error).__name__}"}
        return self._place.status()


def _mark_of(folder: Path) -> str:
    """What all processes of this place carry, whichever keeper started them."""
    path = folder / "mark"
    if not path.exists():
        write_durably(path, os.urandom(16).hex().encode())
    return path.read_text().strip()
