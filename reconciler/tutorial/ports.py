"""Whether the example's ports can be had, asked before anything is written."""

import http.client
import json
import socket
from collections.abc import Iterable

from reconciler.errors import ConfigurationError


def taken(ports: Iterable[int]) -> tuple[int, ...]:
    """Those of the ports that something else on 127.0.0.1 holds."""
    return tuple(port for port in ports if not _free(port))


def require_free(
    ports: Iterable[int], *, hint: str = "choose others: make up PORT_BASE=9100"
) -> None:
    """Raise `ConfigurationError`, naming the ports and the way out, if any is taken."""
    busy = taken(ports)
    if busy:
        listed = ", ".join(str(port) for port in busy)
        said = f"port {listed} of 127.0.0.1 is" if len(busy) == 1 else f"ports {listed} are"
        raise ConfigurationError(f"{said} taken by another program", hint=hint)


def answer(port: int, path: str = "/") -> tuple[int, bytes]:
    """Status and body of one GET on this machine; status 0 when nobody answers within 2 s."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(1 << 20)
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def app_on(port: int) -> str:
    """Name of the example app that answers there; empty if none does."""
    status, body = answer(port, "/version")
    if status != http.HTTPStatus.OK:
        return ""
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    return str(told.get("app", "")) if isinstance(told, dict) else ""


def _free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
        # Another listener with SO_REUSEADDR lets us bind, and is noticed only here.
        try:
            attempt.listen(1)
        except OSError:
            return False
    return True
