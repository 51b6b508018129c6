"""The page of maintenance: run as a file, with the place's listening socket as descriptor 3.

Answers everything with 503 and Retry-After. A SIGTERM ends it once what it has begun is answered.
"""

import contextlib
import html
import os
import select
import signal
import socket
import sys
import threading
import time

_PATIENCE = 5.0
"""Seconds for a guest to ask, and again to take the answer."""
_FAREWELL = 1.0
"""Seconds for a guest to hang up: closed earlier, the answer could be lost on its way."""
_AT_ONCE = 64
_HEAD = 64 << 10
_ASLEEP = 1.0
"""Seconds for a guest who is just coming in."""

_TEXT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="robots" content="noindex">
<title>{title}: maintenance</title>
<body style="font-family: sans-serif; margin: 20vh auto; max-width: 30em">
<h1>{title} is under maintenance</h1>
<p>It will be back soon. Please try again in {minutes} min.</p>
</body></html>
"""


def answer_of(title: str, retry_after: int) -> bytes:
    """The whole answer, the same for every request."""
    minutes = max(1, round(retry_after / 60))
    body = _TEXT.format(title=html.escape(title), minutes=minutes).encode()
    head = (
        "HTTP/1.1 503 Service Unavailable\r\n"
        f"Retry-After: {retry_after}\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        "Cache-Control: no-store\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body


def serve(door: socket.socket, answer: bytes) -> None:
    """Answer everybody until SIGTERM.

    The signal is waited for and interrupts nothing: a guest who has just come in would be lost.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    bell, string = os.pipe()
    porter = threading.Thread(target=_welcome, args=(door, bell, answer), daemon=True)
    porter.start()
    signal.sigwait({signal.SIGTERM})
    os.close(string)
    # Asleep at the door when the guest whom it was called for went to another process.
    porter.join(_ASLEEP)


def _welcome(door: socket.socket, bell: int, answer: bytes) -> None:
    """Let in everybody until the other end of the bell is closed."""
    free = threading.BoundedSemaphore(_AT_ONCE)
    called = select.poll()
    called.register(door, select.POLLIN)
    called.register(bell, 0)
    while True:
        free.acquire()
        try:
            # The socket is shared with an app, which may have made it one that doesn't block, and
            # doesn't expect that anybody changes it: asked alone, it would be asked always.
            if any(each == bell for each, _ in called.poll()):
                return
            guest, _ = door.accept()
        except OSError:
            free.release()
            continue
        threading.Thread(target=_meet, args=(guest, answer, free), daemon=False).start()


def _meet(guest: socket.socket, answer: bytes, free: threading.BoundedSemaphore) -> None:
    with contextlib.suppress(OSError), guest:
        until = time.monotonic() + _PATIENCE
        asked = b""
        while b"\r\n\r\n" not in asked and b"\n\n" not in asked and len(asked) < _HEAD:
            # For all pieces together: the app isn't alone while a slow guest is still heard out.
            left = until - time.monotonic()
            if left <= 0:
                break
            guest.settimeout(left)
            piece = guest.recv(1 << 12)
            if not piece:
                break
            asked += piece
        guest.settimeout(_PATIENCE)
        guest.sendall(answer)
        guest.shutdown(socket.SHUT_WR)
        guest.settimeout(_FAREWELL)
        guest.recv(1 << 12)
    free.release()


if __name__ == "__main__":
    serve(socket.socket(fileno=3), answer_of(sys.argv[1], int(sys.argv[2])))
