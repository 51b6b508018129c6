"""A Jira on this machine that knows what we ask of one, and refuses everybody else."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

SECRET = "bot@acme.example:s3cret-t0ken"
ISSUE, MYSELF = "/rest/api/3/issue/", "/rest/api/3/myself"


@dataclass
class JiraLookalike:
    """``columns``: ticket → status. ``moved``: a ticket's old key → its key now."""

    port: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    act: Callable[[BaseHTTPRequestHandler], bool] = lambda _: False
    """What to do instead of answering, if it says so."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        self.asked.append(parts.path)
        if self.act(handler):
            return
        basic = f"Basic {base64.b64encode(SECRET.encode()).decode()}"
        if handler.headers.get("Authorization") != basic:
            say(handler, 401, {"errorMessages": ["You are not authenticated."]})
        elif parts.path == MYSELF:
            say(handler, 200, {"accountId": "1", "active": True})
        elif parts.path.startswith(ISSUE):
            key = unquote(parts.path.removeprefix(ISSUE))
            self._issue(handler, self.moved.get(key, key), parse_qs(parts.query))
        else:
            say(handler, 404, {"errorMessages": ["dead link"]})

    def _issue(
        self, handler: BaseHTTPRequestHandler, key: str, query: dict[str, list[str]]
    ) -> None:
        column = self.columns.get(key)
        if column is None:
            said = "Issue does not exist or you do not have permission to see it."
            say(handler, 404, {"errorMessages": [said], "errors": {}})
            return
        everything = {"summary": "Refunds", "status": {"name": column, "id": "3"}}
        wanted = query.get("fields", ["summary,status"])[0].split(",")
        fields = {name: each for name, each in everything.items() if name in wanted}
        say(handler, 200, {"id": "10001", "key": key, "fields": fields})


def say(handler: BaseHTTPRequestHandler, status: int, body: object) -> None:
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


@contextmanager
def jira_lookalike() -> Iterator[JiraLookalike]:
    """It while it is needed, on a port of this machine."""
    jira = JiraLookalike()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            jira.respond(self)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        jira.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield jira
        finally:
            server.shutdown()
            thread.join()
