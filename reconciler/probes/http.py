"""The probe ``http``: one GET, and what its answer must be.

The standard library's client, not httpx2: the connection is made by us to the address that was
checked, and is shut at the deadline, whatever the other side drips into it.
"""

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler import __version__
from reconciler.errors import StepErroredError, StepFailedError
from reconciler.model.deployment import TestSpec
from reconciler.probes.egress import Asked, behind, check_egress
from reconciler.probes.json_path import find, text_of
from reconciler.visibility import glimpse

BODY = 10 << 20
"""A longer body is a failed test (B98)."""

_PIECE = 1 << 16
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})


class HttpProbe:
    """Asks only addresses that the host allows; follows no redirect (X16, X17)."""

    def __init__(self, *, egress: frozenset[str]) -> None:
        """``egress`` is ``host:port`` of everything that may be asked."""
        self._egress = egress

    def check(self, test: TestSpec, folder: Path | None, *, timeout: float) -> None:
        """Raise `StepFailedError` for a wrong answer or none, `StepErroredError` if not asked."""
        del folder
        settings = test.settings
        until = time.monotonic() + timeout
        if settings.get("via"):
            asked = behind(settings["url"], settings["via"])
        else:
            asked = check_egress(settings["url"], self._egress, timeout=timeout)
        status, body = get(asked, settings.get("headers", {}), until)
        wanted = settings.get("status", 200)
        if status != wanted:
            raise StepFailedError(f"expected status {wanted}, found {status}")
        text = body.decode(errors="replace")
        if settings.get("contains") and settings["contains"] not in text:
            raise StepFailedError(f"the answer doesn't contain '{glimpse(settings['contains'])}'")
        if settings.get("json"):
            _check_json(text, settings["json"])


def _check_json(text: str, wanted: Mapping[str, str]) -> None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise StepFailedError("the answer is not JSON") from None
    for path, value in wanted.items():
        try:
            found = text_of(find(document, path))
        except ValueError as error:
            raise StepErroredError(str(error)) from None
        except LookupError:
            raise StepFailedError(f"the answer has no {path}") from None
        if found != value:
            raise StepFailedError(
                f"expected {path} to be '{glimpse(value)}', found '{glimpse(found)}'"
            )


def get(asked: Asked, headers: Mapping[str, str], until: float) -> tuple[int, bytes]:
    """Status and whole body, before the deadline on the monotonic clock."""
    if any(name.lower() in _OURS for name in headers):
        raise StepErroredError(f"not asked: a test sets none of {', '.join(sorted(_OURS))}")
    late = threading.Event()
    raw = socket.socket(asked.family, socket.SOCK_STREAM)

    def shut() -> None:
        late.set()
        _shut(raw)

    alarm = threading.Timer(max(0.0, until - time.monotonic()), shut)
    alarm.daemon = True
    alarm.start()
    try:
        answer = _converse(asked, headers, raw, until)
    except (OSError, http.client.HTTPException) as error:
        if late.is_set() or isinstance(error, TimeoutError):
            raise StepFailedError("no whole answer in time") from None
        raise StepFailedError(f"doesn't answer: {_say(error)}") from error
    except ValueError as error:
        raise StepErroredError(f"not asked: {glimpse(str(error))}") from None
    finally:
        alarm.cancel()
        _shut(raw)
        raw.close()
    if late.is_set():
        # Shut by us, what came so far looks like an answer that just ended.
        raise StepFailedError("no whole answer in time")
    return answer


def _converse(
    asked: Asked, headers: Mapping[str, str], raw: socket.socket, until: float
) -> tuple[int, bytes]:
    raw.settimeout(max(0.05, until - time.monotonic()))
    raw.connect((asked.address, asked.port))
    connection = http.client.HTTPConnection(asked.host, asked.port)
    stream = raw
    if asked.url.scheme == "https" and not asked.hidden:
        # The duplicate keeps the connection ours to shut, while TLS owns the other.
        trust = ssl.create_default_context()
        stream = trust.wrap_socket(raw.dup(), server_hostname=asked.host)
    connection.sock = stream
    try:
        own = {"User-Agent": f"tagboat/{__version__}", "Connection": "close"}
        if asked.hidden:
            own["Host"] = asked.url.netloc
        connection.request("GET", asked.path, headers={**own, **headers})
        with connection.getresponse() as answer:
            body = bytearray()
            while piece := answer.read1(_PIECE):
                body += piece
                if len(body) > BODY:
                    raise StepFailedError(f"the answer is longer than {BODY >> 20} MiB")
            if answer.length:
                raise http.client.IncompleteRead(b"")
            return answer.status, bytes(body)
    finally:
        connection.close()


def _shut(raw: socket.socket) -> None:
    try:
        raw.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _say(error: Exception) -> str:
    detail: Any = getattr(error, "strerror", None)
    return glimpse(str(detail or type(error).__name__))
