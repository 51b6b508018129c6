"""The daemon over HTTP: health, figures, progress, and webhooks that say "look now".

Nothing that comes in here decides anything: a webhook's body is measured and its signature checked,
and then it is dropped unread. Secrets are in no answer and in no line.
"""

import asyncio
import hashlib
import hmac
import html
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal, assert_never

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.daemon.panel import Panel
from reconciler.model.plan import Verdict

Sender = Literal["gitlab", "github", "gitea"]

MOST = 1 << 20
"""Bytes of a webhook's body."""
_PATIENCE = 10.0
_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_GUARD = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_MARKS = {"done": "✔", "failed": "✖", "running": "…", "to-come": "·"}
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width"><title>Progress</title>
<style>body{{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:50rem;padding:0 1rem;
color-scheme:light dark}}li{{list-style:none}}</style>
<h1>Under way</h1>{body}<p>Last completed look: {age} s ago.</p></html>
"""


class _AskedByName:
    """Answers only who asks for this machine by a name of its own.

    A page of somebody else may give its name this machine's address (DNS rebinding), and would
    then read in a visitor's browser what is meant for this machine alone. Webhooks tell nobody
    anything, and have their own proof.
    """

    def __init__(self, application: ASGIApp, *, names: frozenset[str]) -> None:
        """``names`` are allowed besides ``localhost`` and addresses of this machine."""
        self._application = application
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or refuse it unread."""
        said = Headers(scope=scope).getlist("host") if scope["type"] == "http" else []
        hook = scope.get("path", "").startswith("/webhooks/")
        if hook or (len(said) == 1 and self._known(said[0])):
            await self._application(scope, receive, send)
            return
        refused = PlainTextResponse(
            "unknown host; name it in web.names\n", status_code=421, headers=_GUARD
        )
        await refused(scope, receive, send)

    def _known(self, said: str) -> bool:
        host = said.lower()
        bare = host if host.endswith("]") else host.rpartition(":")[0] or host
        if bare == "localhost" or bare in self._names:
            return True
        try:
            return ip_address(bare.strip("[]")).is_loopback
        except ValueError:
            return False


@dataclass(slots=True)
class Doors:
    """The answers to requests. ``secrets`` are those of webhooks, by who sends them.

    ``wake`` makes the loop look; ``slow`` is the age in seconds from which on it isn't healthy.
    ``names`` are those under which a reverse proxy asks, besides this machine's own.
    """

    panel: Panel
    secrets: Mapping[Sender, str]
    wake: Callable[[], None]
    slow: float
    names: frozenset[str] = frozenset()
    _hooks: Counter[tuple[str, str]] = field(default_factory=Counter)

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/healthz", self._health),
                Route("/readyz", self._ready),
                Route("/metrics", self._metrics),
                Route("/progress.json", self._progress),
                Route("/webhooks/{sender}", self._webhook, methods=["POST"]),
            ],
            middleware=[Middleware(_AskedByName, names=self.names)],
        )

    async def _health(self, _: Request) -> Response:
        age = self.panel.age
        good = age < self.slow
        said = {"healthy": good, "last_completed_look_seconds": round(age, 3)}
        return JSONResponse(said, status_code=200 if good else 503, headers=_GUARD)

    async def _ready(self, _: Request) -> Response:
        looked = self.panel.looked
        why = "it has not looked yet" if looked is None else looked.trouble
        why = why or ("; ".join(looked.alarms) if looked else "")
        return JSONResponse(
            {"ready": not why, "why": why}, status_code=503 if why else 200, headers=_GUARD
        )

    async def _progress(self, _: Request) -> Response:
        looked = self.panel.looked
        return JSONResponse(
            {
                "under_way": self.panel.under_way,
                "ended": list(looked.ended) if looked else [],
                "places": looked.places if looked else {},
            },
            headers=_GUARD,
        )

    async def _page(self, _: Request) -> Response:
        parts = []
        for each in self.panel.under_way:
            steps = "".join(
                f"<li>{_MARKS[step['stage']]} {html.escape(step['name'])}"
                f" {html.escape(step['detail'])}</li>"
                for step in each["steps"]
            )
            head = f"{each['place']} {each['version']} ({each['phase']})"
            parts.append(f"<h2>{html.escape(head)}</h2><ul>{steps}</ul>")
        looked = self.panel.looked
        ended = "".join(
            f"<li>{html.escape(each['ended'])} {html.escape(each['sentence'])}</li>"
            for each in (looked.ended if looked else ())
        )
        body = "".join(parts) or "<p>Nothing.</p>"
        troubles = "".join(
            f"<li>{html.escape(each)}</li>" for each in (looked.troubles if looked else ())
        )
        body += f"<h1>Tried again</h1><ul>{troubles}</ul>" if troubles else ""
        body += f"<h1>Ended</h1><ul>{ended}</ul>" if ended else ""
        page = _PAGE.format(body=body, age=round(self.panel.age))
        return HTMLResponse(page, headers=_GUARD)

    async def _metrics(self, _: Request) -> Response:
        looked = self.panel.looked
        verdicts = Counter(each["verdict"] for each in looked.places.values()) if looked else {}
        lines = [
            *_metric(
                "last_completed_look_seconds",
                "gauge",
                "Seconds since the last completed turn of the loop.",
                {"": round(self.panel.age, 3)},
            ),
            *_metric(
                "places",
                "gauge",
                "Places by what is to be done there.",
                {f'verdict="{each.value}"': verdicts.get(each.value, 0) for each in Verdict},
            ),
            *_metric(
                "deployments_under_way",
                "gauge",
                "Deployments that this daemon carries out.",
                {"": len(self.panel.under_way)},
            ),
            *_metric(
                "deployments_ended_total",
                "counter",
                "Deployments that this process has ended.",
                {f'outcome="{name}"': count for name, count in sorted(self.panel.ended.items())},
            ),
            *_metric(
                "remote_away",
                "gauge",
                "Whether the last look could decide nothing.",
                {"": int(looked is None or bool(looked.trouble))},
            ),
            *_metric(
                "alarms",
                "gauge",
                "Reasons that stop every start.",
                {"": len(looked.alarms) if looked else 0},
            ),
            *_metric(
                "troubles",
                "gauge",
                "What a remote doesn't take, and is tried again.",
                {"": len(looked.troubles) if looked else 0},
            ),
            *_metric(
                "history_sequence",
                "gauge",
                "Number of the history's last record.",
                {"": looked.sequence if looked else 0},
            ),
            *_metric(
                "requests_waiting",
                "gauge",
                "Requests that wait on the remote.",
                {"": looked.requests if looked else 0},
            ),
            *_metric(
                "webhooks_total",
                "counter",
                "Webhooks by who says to have sent them, and what became of them.",
                {
                    f'sender="{sender}",result="{result}"': count
                    for (sender, result), count in sorted(self._hooks.items())
                },
            ),
        ]
        return PlainTextResponse("\n".join(lines) + "\n", media_type=_TEXT, headers=_GUARD)

    async def _webhook(self, request: Request) -> Response:
        sender = request.path_params["sender"]
        secret = self.secrets.get(sender)
        if secret is None:
            return PlainTextResponse("not found\n", status_code=404, headers=_GUARD)
        try:
            async with asyncio.timeout(_PATIENCE):
                body = await _body(request)
        except TimeoutError:
            return self._dropped(sender, "slow", 408)
        if body is None:
            return self._dropped(sender, "too-large", 413)
        if not signed(sender, request.headers, body, secret):
            return self._dropped(sender, "unsigned", 401)
        self._hooks[sender, "taken"] += 1
        self.wake()
        return PlainTextResponse("looking\n", status_code=202, headers=_GUARD)

    def _dropped(self, sender: str, result: str, status: int) -> Response:
        self._hooks[sender, result] += 1
        headers = {**_GUARD, "connection": "close"}
        return PlainTextResponse(f"{result}\n", status_code=status, headers=headers)


def signed(sender: Sender, headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether a webhook has the secret's mark, in the way of who sends it; in constant time."""
    key = secret.encode()
    match sender:
        case "gitlab":
            given, due = headers.get("x-gitlab-token", ""), secret
        case "github":
            given = headers.get("x-hub-signature-256", "")
            due = f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
        case "gitea":
            given = headers.get("x-gitea-signature", "")
            due = hmac.new(key, body, hashlib.sha256).hexdigest()
        case other:
            assert_never(other)
    return hmac.compare_digest(given.encode(), due.encode())


async def _body(request: Request) -> bytes | None:
    """The body, or nothing for one that is too large; that is known before it is read."""
    stated = request.headers.get("content-length", "0")
    if not stated.isdecimal() or len(stated) > len(str(MOST)) or int(stated) > MOST:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST:
            return None
    return bytes(body)


def _metric(name: str, sort: str, what: str, values: Mapping[str, float]) -> list[str]:
    full = f"tagboat_{name}"
    lines = [f"# HELP {full} {what}", f"# TYPE {full} {sort}"]
    for labels, value in values.items():
        lines.append(f"{full}{{{labels}}} {value}" if labels else f"{full} {value}")
    return lines
