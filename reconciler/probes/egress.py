"""Which addresses a probe may ask, and the one address it then asks (X16)."""

import ipaddress
import queue
import socket
import threading
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from reconciler.errors import StepErroredError

_PORTS = {"http": 80, "https": 443}
_METADATA = frozenset({"fd00:ec2::254", "100.100.100.200", "192.0.0.192"})
"""Clouds' metadata services outside the link-local range."""

_Addresses = list[tuple[socket.AddressFamily, tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A URL that may be asked, and the address that was checked for it."""

    url: SplitResult
    host: str
    port: int
    family: socket.AddressFamily
    address: str
    hidden: bool = False
    """Whether the driver says that this is the place itself, behind its page of maintenance."""

    @property
    def path(self) -> str:
        """Path and query, as a request line has them."""
        query = f"?{self.url.query}" if self.url.query else ""
        return (self.url.path or "/") + query


def check_egress(url: str, egress: frozenset[str], *, timeout: float) -> Asked:
    """The one address to connect to; raises `StepErroredError` when that is not allowed.

    ``egress`` holds ``host:port`` exactly as URLs write the host; a port that is left out is the
    scheme's. A name that leads to link-local, loopback or metadata addresses is refused, so that
    whoever owns the name can't aim the probe: those are allowed by their literal address only, and
    loopback as ``localhost``.
    """
    parts, host, port = _read(url)
    if _written(host, port) not in egress:
        raise StepErroredError(
            f"{_written(host, port)} may not be asked from this host; "
            "add it to egress in tagboat.toml there",
            hint="tagboat doctor shows what else is missing",
        )
    addresses = _resolve(host, port, timeout)
    for _, (address, _) in addresses:
        if address != host and _dangerous(address, host):
            raise _refused(f"{host} leads to {address}")
    family, (address, _) = addresses[0]
    return Asked(parts, host, port, family, address)


def address_of(url: str) -> str:
    """What ``egress`` has to hold for a URL; raises `StepErroredError` for one never asked."""
    _, host, port = _read(url)
    return _written(host, port)


def _read(url: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise _refused("the address can't be read") from None
    if parts.scheme not in _PORTS:
        raise _refused(f"the scheme {parts.scheme!r} is neither http nor https")
    if parts.username is not None or parts.password is not None:
        raise _refused("the address has credentials in it")
    if not host or any(not 0x21 <= ord(each) < 0x7F for each in url):
        raise _refused("the address can't be read")
    return parts, host, port


def _written(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def behind(url: str, via: str) -> Asked:
    """A place's own URL, asked where its driver hides it: ``via`` is ``host:port``, never a file's.

    Whoever answers for TLS at the public address isn't there, so it is plain HTTP.
    """
    host, _, port = via.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    address = host.strip("[]")
    return Asked(urlsplit(url), address, int(port), family, address, hidden=True)


def check_address(address: str, egress: frozenset[str], *, timeout: float) -> Asked:
    """The same as `check_egress` for ``host:port`` without a scheme."""
    return check_egress(f"http://{address}", egress, timeout=timeout)


def _dangerous(address: str, host: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    plain = getattr(found, "ipv4_mapped", None) or found
    if plain.is_loopback:
        return host != "localhost"
    return (
        plain.is_link_local or plain.is_multicast or plain.is_unspecified or str(plain) in _METADATA
    )


def _resolve(host: str, port: int, timeout: float) -> _Addresses:
    # The system's resolver knows no deadline; a thread that hangs in it is left behind.
    answer: queue.SimpleQueue[_Addresses | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answer.put(error)
        else:
            answer.put([(each[0], (str(each[4][0]), port)) for each in found])

    threading.Thread(target=ask, daemon=True, name=f"resolve {host}").start()
    try:
        found = answer.get(timeout=timeout)
    except queue.Empty:
        raise StepErroredError(f"the name {host} was not resolved in {timeout:g} s") from None
    if not isinstance(found, list) or not found:
        raise StepErroredError(f"the name {host} can't be resolved")
    return found


def _refused(why: str) -> StepErroredError:
    return StepErroredError(f"not asked: {why}")
