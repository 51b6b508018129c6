"""A forge that only replays: a small HTTP server with answers that were recorded or documented."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

Act = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Replay:
    """``answers``: method, path and sorted query → status and body. What it was asked it keeps."""

    answers: dict[str, list[object]]
    port: int = 0
    asked: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    sent: list[object] = field(default_factory=list)
    acts: dict[str, Act] = field(default_factory=dict)
    """Path → what to do instead of answering."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(parts.query)))
        key = f"{handler.command} {parts.path}{'?' if query else ''}{query}"
        self.asked.append(key)
        self.tokens.append(handler.headers.get("Authorization", ""))
        size = int(handler.headers.get("Content-Length") or 0)
        if size:
            self.sent.append(json.loads(handler.rfile.read(size)))
        if act := self.acts.get(parts.path):
            act(handler)
            return
        plain = f"{handler.command} {parts.path}"
        status, body = self.answers.get(key) or self.answers.get(plain) or [404, {}]
        data = json.dumps(body).encode()
        handler.send_response(int(str(status)))
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)


@contextmanager
def replaying(answers: dict[str, list[object]]) -> Iterator[Replay]:
    """The server while it is needed, on a port of this machine."""
    replay = Replay(answers)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _all(self) -> None:
            replay.respond(self)

        do_GET = do_POST = do_PATCH = do_PUT = _all  # noqa: N815

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        replay.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield replay
        finally:
            server.shutdown()
            thread.join()
