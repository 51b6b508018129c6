"""The built site over HTTP. It reads files and does nothing else."""

import signal
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.errors import TagboatError

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Nothing from elsewhere. Material's own pages need inline scripts and styles."""

_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_NOT_YET = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="3">
<meta name="viewport" content="width=device-width"><title>Not built yet</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;margin:20vh auto;max-width:30rem;padding:0 1rem;
color-scheme:light dark}</style>
<h1>Not built yet</h1><p>The site is being built for the first time. This page looks again every
three seconds.</p></html>
"""


def site_app(folder: Path) -> ASGIApp:
    """The site in ``folder`` (as `build_site` makes it) as an ASGI application.

    ``current`` is looked up at each request, so a new build is served at once.
    """
    files = StaticFiles(directory=folder / "current", html=True, check_dir=False)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _guard(MutableHeaders(scope=message), scope["path"])
            await send(message)

        if (folder / "current").is_dir():
            try:
                if meant := _page_of(files, scope["path"]):
                    await RedirectResponse(meant)(scope, receive, send_guarded)
                    return
                await files(scope, receive, send_guarded)
            except HTTPException as error:
                said = PlainTextResponse(error.detail, status_code=error.status_code)
                await said(scope, receive, send_guarded)
        else:
            page = HTMLResponse(_NOT_YET, status_code=503, headers={"Retry-After": "3"})
            await page(scope, receive, send_guarded)

    return answer


def _page_of(files: StaticFiles, path: str) -> str:
    """The page that somebody means who leaves ``.html`` out, or puts ``/`` in its place.

    Pages are files, so that the site can be read from a disk; deployments are known by their name.
    """
    name = path.strip("/")
    try:
        there, found = (files.lookup_path(each)[1] for each in (name, f"{name}.html"))
    except (OSError, ValueError):
        return ""  # no name of a file: what is there is asked again below
    if not name or there is not None:
        return ""
    return f"/{name}.html" if found is not None and stat.S_ISREG(found.st_mode) else ""


def _guard(headers: MutableHeaders, path: str) -> None:
    for name, value in _HEADERS.items():
        headers[name] = value
    html = headers.get("content-type", "").startswith("text/html")
    headers["cache-control"] = "no-store" if html else "no-cache"
    if path.endswith(".atom"):
        headers["content-type"] = "application/atom+xml; charset=utf-8"


def serve_site(
    folder: Path, *, host: str, port: int, ready: Callable[[str], None] | None = None
) -> None:
    """Serve the site in ``folder`` until SIGTERM or SIGINT, then return.

    ``port`` 0 takes a free one. ``ready`` is told the address once it is listened on. Raises
    `TagboatError` when it can't be. Signals are caught in the main thread only.
    """
    try:
        listening = socket.create_server((host, port), family=_family(host))
    except OSError as error:
        raise TagboatError(
            f"{host}:{port} can't be listened on: {error.strerror}",
            hint="choose another port, or end what uses this one",
        ) from error
    server = uvicorn.Server(
        uvicorn.Config(
            site_app(folder),
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=3,
        )
    )
    with listening:
        if ready:
            shown = f"[{host}]" if ":" in host else host
            ready(f"http://{shown}:{listening.getsockname()[1]}/")
        _run(server, listening)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _run(server: uvicorn.Server, listening: socket.socket) -> None:
    # uvicorn raises the signal again once it has stopped, for the handlers that were there before.
    before: dict[int, signal.Handlers | int | Callable[..., object] | None] = {}
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            before[number] = signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    except ValueError:
        before.clear()
    try:
        server.run(sockets=[listening])
    finally:
        for caught, handler in before.items():
            signal.signal(caught, handler)
