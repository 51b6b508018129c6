"""One server's API over HTTP: JSON in, JSON out, with a deadline and a limit for everything."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from reconciler import __version__
from reconciler.errors import ConfigurationError, UnreachableError
from reconciler.ports import Clock
from reconciler.visibility import glimpse

_BODY = 10 << 20
_PIECE = 1 << 16
_PAGE = 50
_PAGES = 40
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_GONE = frozenset({404, 410})

T = TypeVar("T")


class Said(BaseModel):
    """A part of an answer: what isn't asked for is left out, what is missing is an error."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Client:
    """Asks below one address, with one token; follows no redirect, so the token goes nowhere else.

    Everything raises `UnreachableError` when the server doesn't answer in time, answers with an
    error, or says what can't be understood: nothing is known then, and nothing may follow from it.
    """

    def __init__(
        self,
        address: str,
        authorize: Callable[[], Mapping[str, str]],
        *,
        clock: Clock,
        timeout: float = 20.0,
        settings: str = "forge",
    ) -> None:
        """``authorize`` gives the headers that carry the token, which is read for each request.

        ``timeout`` is in seconds, for one whole answer; ``settings`` is the table of the host's
        configuration that speaks of the server.

        Raises `ConfigurationError` for an address that would carry it in the clear.
        """
        parts = urlsplit(address)
        plain = parts.scheme == "http" and parts.hostname in _HERE
        if not parts.hostname or parts.username or not (parts.scheme == "https" or plain):
            raise ConfigurationError(
                f"{settings}.url {glimpse(address)} is no https address",
                hint="write https://HOST; plain http is for this machine only",
            )
        self._address = address.rstrip("/")
        self._host = parts.hostname
        self._authorize = authorize
        self._clock = clock
        self._timeout = timeout
        self._settings = settings

    def find(self, path: str, sort: type[T], **query: str | int) -> T | None:
        """What is at a path, or nothing if there is nothing."""
        status, body = self._ask("GET", path, query=query)
        return None if status in _GONE else self._read(body, sort)

    def get(self, path: str, sort: type[T], **query: str | int) -> T:
        """What is at a path, which has to be there."""
        found: T | None = self.find(path, sort, **query)
        if found is None:
            raise UnreachableError(
                f"{self._host} has no {path}",
                hint=f"look at [{self._settings}], and at what its token may read",
            )
        return found

    def each(
        self, path: str, sort: type[T], *, size: str, pages: int = _PAGES, **query: str
    ) -> Iterator[T]:
        """Everything in a list, page by page; ``size`` is how the server calls a page's length.

        A list longer than 2000 raises too; with fewer ``pages`` its beginning is enough.
        """
        for page in range(1, pages + 1):
            found: list[T] = self.get(path, list[sort], **{size: _PAGE, "page": page}, **query)  # type: ignore[valid-type]
            yield from found
            if len(found) < _PAGE:
                return
        if pages == _PAGES:
            raise UnreachableError(f"{self._host} lists more than {_PAGE * _PAGES} at {path}")

    def send(self, method: str, path: str, body: Mapping[str, Any], sort: type[T]) -> T:
        """What the server answers to something that it is to do."""
        status, answer = self._ask(method, path, body=body)
        if status in _GONE:
            raise UnreachableError(f"{self._host} has no {path}")
        return self._read(answer, sort)

    def _read(self, body: bytes, sort: type[T]) -> T:
        try:
            found: T = TypeAdapter(sort).validate_json(body)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(each) for each in first["loc"])
            raise UnreachableError(
                f"{self._host} answers what can't be understood: {where}: {first['msg']}"
            ) from None
        return found

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> tuple[int, bytes]:
        import httpx2

        until = self._clock.monotonic() + self._timeout
        headers = {"Accept": "application/json", "User-Agent": f"tagboat/{__version__}"}
        headers |= self._authorize()
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        try:
            with (
                httpx2.Client(timeout=self._timeout, trust_env=False) as client,
                client.stream(
                    method,
                    f"{self._address}{path}",
                    params=dict(query or {}),
                    content=content,
                    headers=headers,
                ) as answer,
            ):
                found = bytearray()
                for piece in answer.iter_bytes(_PIECE):
                    found += piece
                    if len(found) > _BODY:
                        raise UnreachableError(f"{self._host} answers more than 10 MiB")
                    if self._clock.monotonic() > until:
                        raise UnreachableError(f"{self._host} took longer than {self._timeout:g} s")
                return self._allowed(answer.status_code), bytes(found)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            # Its text may hold the address with what is asked; its sort says enough.
            raise UnreachableError(f"{self._host} doesn't answer: {type(error).__name__}") from None

    def _allowed(self, status: int) -> int:
        match status:
            case 200 | 201 | 404 | 410:
                return status
            case 401 | 403:
                raise UnreachableError(
                    f"{self._host} refuses the token ({status})",
                    hint=f"look at the token of [{self._settings}], and at what it may read",
                )
            case _ if 300 <= status < 400:
                raise UnreachableError(
                    f"{self._host} answers with a redirect ({status}), which isn't followed",
                    hint=f"write the new address into [{self._settings}]",
                )
            case _:
                raise UnreachableError(f"{self._host} answers {status}")


@dataclass(frozen=True, slots=True)
class Project:
    """One repository at a forge: what is asked here is below its path, ``at``.

    ``size`` is how the forge calls a page's length. Raises as `Client` does.
    """

    client: Client
    at: str
    size: str

    def find(self, path: str, sort: type[T]) -> T | None:
        """See `Client.find`."""
        return self.client.find(f"{self.at}{path}", sort)

    def get(self, path: str, sort: type[T]) -> T:
        """See `Client.get`."""
        return self.client.get(f"{self.at}{path}", sort)

    def each(self, path: str, sort: type[T], *, pages: int = _PAGES, **query: str) -> Iterator[T]:
        """See `Client.each`."""
        return self.client.each(f"{self.at}{path}", sort, size=self.size, pages=pages, **query)

    def send(self, method: str, path: str, body: Mapping[str, Any], sort: type[T]) -> T:
        """See `Client.send`."""
        return self.client.send(method, f"{self.at}{path}", body, sort)
