"""The page of maintenance: run as a file, with the place's listening socket as descriptor 3.

Answers everything with 503 and Retry-After. A SIGTERM ends it once what it has begun is answered.
"""

import contextlib
import html
import select
import signal
import socket
import sys
import threading
from typing import NoReturn

_PATIENCE = 5.0
_AT_ONCE = 64
_HEAD = 64 << 10

_TEXT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="robots" content="noindex">
<title>{title}: maintenance</title>
<body style="font-family: sans-serif; margin: 20vh auto; max-width: 30em">
<h1>{title} is under maintenance</h1>
<p>It will be back soon. Please try again in {minutes} min.</p>
</body></html>
"""


class _Over(Exception):  # noqa: N818 - not an error
    """Asked to end."""


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
    """Answer everybody until SIGTERM."""
    free = threading.BoundedSemaphore(_AT_ONCE)
    bell = select.poll()
    bell.register(door, select.POLLIN)

    def end(*_: object) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise _Over

    signal.signal(signal.SIGTERM, end)
    with contextlib.suppress(_Over):
        while True:
            free.acquire()
            try:
                # The socket is shared with an app, which may have made it one that doesn't block,
                # and doesn't expect that anybody changes it: asked alone, it would be asked always.
                bell.poll()
                guest, _ = door.accept()
            except OSError:
                free.release()
                continue
            threading.Thread(target=_meet, args=(guest, answer, free)).start()


def _meet(guest: socket.socket, answer: bytes, free: threading.BoundedSemaphore) -> None:
    with contextlib.suppress(OSError), guest:
        guest.settimeout(_PATIENCE)
        asked = b""
        # Closed with something unread, the answer could be lost on its way.
        while b"\r\n\r\n" not in asked and b"\n\n" not in asked and len(asked) < _HEAD:
            piece = guest.recv(1 << 12)
            if not piece:
                break
            asked += piece
        guest.sendall(answer)
        guest.shutdown(socket.SHUT_WR)
        guest.recv(1 << 12)
    free.release()


if __name__ == "__main__":
    serve(socket.socket(fileno=3), answer_of(sys.argv[1], int(sys.argv[2])))
