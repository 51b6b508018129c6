#!/usr/bin/env -S python3 -I -S
"""A web app of three addresses: / is the page, /version says what runs, /health whether it may.

Takes the listening socket that is handed to it (LISTEN_FDS, file descriptor 3), so that an old and
a new version can share one and no request is refused; else listens on 127.0.0.1:$PORT. On SIGTERM
it accepts nothing more, finishes what it has begun and ends with 0.
"""

import html
import json
import os
import signal
import socket
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ margin: 0; font: 1.1rem/1.5 system-ui, sans-serif; background: {colour}; color: #fff }}
main {{ max-width: 36rem; margin: 12vh auto; padding: 0 1.5rem }}
h1 {{ font-size: 3rem; margin: 0 }} li {{ margin: .5rem 0 }}
small {{ display: inline-block; margin-top: 2rem; padding: .3rem .8rem;
        border-radius: 1rem; background: #0004 }}
</style></head><body><main>
<h1>{title}</h1><p>{line}</p><ul>{items}</ul>
<small>{app} {version} · {colour} · {banner}</small>
</main></body></html>
"""


class Shown:
    """What this version shows: its page, its articles, its number."""

    def __init__(self) -> None:
        # What a train cuts gets its number when it is cut, so no file can have it.
        number = (HERE / "VERSION").read_text().strip()
        self.version = number or os.environ.get("TAGBOAT_VERSION", "")
        self.page = tomllib.loads((HERE / "page.toml").read_text())
        self.articles = {name: HERE / "articles" / f"{name}.txt" for name in self.page["articles"]}

    def home(self) -> tuple[int, str, str]:
        lines = [path.read_text() for path in self.articles.values() if path.exists()]
        text = PAGE.format(
            title=html.escape(self.page["title"]),
            line=html.escape(self.page["line"]),
            colour=self.page["colour"],
            items="".join(f"<li>{html.escape(each.strip())}</li>" for each in lines),
            app=html.escape(self.page["app"]),
            version=html.escape(self.version),
            banner=html.escape(os.environ.get("BANNER", "on its own")),
        )
        return 200, "text/html; charset=utf-8", text

    def about(self) -> tuple[int, str, str]:
        commit = os.environ.get("TAGBOAT_COMMIT", "")
        facts = {"app": self.page["app"], "version": self.version, "commit": commit}
        return 200, "application/json", json.dumps(facts) + "\n"

    def health(self) -> tuple[int, str, str]:
        missing = [name for name, path in self.articles.items() if not path.exists()]
        if missing:
            return 500, "text/plain", f"articles/{missing[0]}.txt is missing\n"
        return 200, "text/plain", "well\n"


class Handler(BaseHTTPRequestHandler):
    """Answers one request and closes, so that a connection never outlives its version."""

    timeout = 5

    def do_GET(self) -> None:
        shown = self.server.shown
        routes = {"/": shown.home, "/version": shown.about, "/health": shown.health}
        answer = routes.get(self.path.partition("?")[0])
        status, sort, text = answer() if answer else (404, "text/plain", "nothing here\n")
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", sort)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing: a busy place would fill its log with it."""


class Server(ThreadingHTTPServer):
    """A thread for each request; all are waited for at the end."""

    daemon_threads = False
    request_queue_size = 128
    shown: Shown


def serve() -> None:
    server = Server(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.shown = Shown()
    if os.environ.get("LISTEN_FDS") == "1":
        server.socket.close()
        server.socket = socket.socket(fileno=3)
        # Two versions wait on one socket for a moment; the one that comes second must not block.
        server.socket.settimeout(0)
    else:
        server.server_address = ("127.0.0.1", int(os.environ["PORT"]))
        server.server_bind()
        server.server_activate()

    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.serve_forever(poll_interval=0.05)
    server.server_close()


if __name__ == "__main__":
    serve()
