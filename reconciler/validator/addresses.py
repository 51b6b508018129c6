"""Web addresses lead where the reader thinks."""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address
from urllib.parse import SplitResult, urlsplit

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import Code, policy
from reconciler.manifest.document import NodePath
from reconciler.manifest.secrets import secrets_in, shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.written import addresses, links, tests

_WORD = re.compile(r"\{[a-z]+\}")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?|[0-9a-f:.]*:[0-9a-f:.]*")
_NUMBERS = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*", re.IGNORECASE)
_ODD = re.compile(r"[\s\\<>\"^`|]")


def addresses_are_plain(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Addresses are ``http`` or ``https``, without a name or password, with a plain host.

    A test's address may start with ``/``: then it begins at the place's ``url`` (B90, B91, B92).
    """
    for path, node, url in _absolute(snapshot):
        for code, said in _findings(url):
            yield code.at(snapshot.locate(path, node), said)


def _absolute(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str]]:
    yield from addresses(snapshot)
    yield from links(snapshot)
    for each in tests(snapshot):
        if each.test.http:
            url = each.test.http.url
            relative = url.startswith("/") and not url.startswith("//")
            if not relative and not url.startswith("{url}"):
                yield each.path, (*each.node, "http", "url"), url


def _findings(url: str) -> Iterator[tuple[Code, str]]:
    filled = bool(_WORD.search(url))
    parts = _split(_WORD.sub("1", url))
    if parts is None:
        yield policy.SCHEME, f"found {shown(url)}"
    elif "@" in parts.netloc:
        if not any(True for _ in secrets_in(url)):  # told by the rule for secrets
            yield policy.USERINFO, "found a name or password before '@'"
    elif not _plain(parts.hostname or "", filled=filled):
        yield policy.HOST, f"found host {shown(parts.hostname or '')}"


def _split(url: str) -> SplitResult | None:
    if _ODD.search(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    good = parts.scheme in {"http", "https"} and parts.hostname and port != 0
    return parts if good else None


def _plain(host: str, *, filled: bool) -> bool:
    if not _HOST.fullmatch(host):
        return False
    if filled or not _NUMBERS.fullmatch(host):
        return True
    try:
        IPv4Address(host)
    except AddressValueError:
        return False
    return True
