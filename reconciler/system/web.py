"""An application served on this machine's own address, in a thread of its own."""

import socket
import threading
from ipaddress import ip_address
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from reconciler.errors import ConfigurationError

_AT_ONCE = 64


class LoopbackServer:
    """Serves while it is entered. Nothing is logged: a header may hold a secret."""

    def __init__(self, application: ASGIApp, listen: str) -> None:
        """``listen`` is ``host:port``; port 0 takes a free one.

        Raises `ConfigurationError` when the address isn't this machine's own, or is taken.
        """
        host, _, port = listen.rpartition(":")
        host = host.strip("[]")
        try:
            own = ip_address(host).is_loopback and 0 <= int(port) < 1 << 16
        except ValueError:
            own = False
        if not own:
            raise ConfigurationError(
                f"web.listen {listen} is not this machine's own address",
                hint='set listen = "127.0.0.1:8090"; a reverse proxy makes it known elsewhere',
            )
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = socket.create_server((host, int(port)), family=family)
        except OSError as error:
            raise ConfigurationError(
                f"web.listen {listen} can't be listened on: {error.strerror}",
                hint="choose another port, or end what uses this one",
            ) from None
        self._server = uvicorn.Server(
            uvicorn.Config(
                application,
                log_config=None,
                log_level="critical",
                access_log=False,
                lifespan="off",
                server_header=False,
                proxy_headers=False,
                limit_concurrency=_AT_ONCE,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=2,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="web", daemon=True
        )

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        """Begin to serve; connections are taken at once."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()
