#!/usr/bin/env -S python3 -I -S
"""The tortured app: serves its version and that of its data, and does the work of its pipeline.

``serve`` answers /version on the socket that it is handed, ``wait`` does nothing. Any other word is
a step's program: it writes down in ``$DB/ran`` that it began and ended, finds out whether another
one is still at work, and fails, or kills the daemon half-way, if ``$DB/fail`` or ``$DB/kill`` says
its name. ``$DB/schema`` is which version the data are of.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

DB = Path(os.environ.get("DB", "/nonexistent"))
VERSION = os.environ.get("TAGBOAT_VERSION", "")
CANARY = "ghp_" + "Canary0123456789" * 3


def words(name: str) -> list[str]:
    path = DB / name
    return path.read_text().split() if path.exists() else []


def started(pid: int) -> str:
    """When a living process was started; empty for one that is gone."""
    try:
        state, *more = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state == "Z" else more[18]


def note(**what: object) -> None:
    line = {"at": time.time(), "pid": os.getpid(), "begun": started(os.getpid()), **what}
    handle = os.open(DB / "ran", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(handle, (json.dumps(line) + "\n").encode())
    os.close(handle)


def alive(lines):
    """What began, has not ended, and still lives."""
    open_ = {}
    for each in lines:
        if each["event"] == "begin":
            open_[each["pid"]] = each
        elif each["event"] == "end":
            open_.pop(each["pid"], None)
    return [each for pid, each in open_.items() if started(pid) == each["begun"]]


def others() -> list[str]:
    """Steps whose program is still at work."""
    if not (DB / "ran").exists():
        return []
    lines = map(json.loads, (DB / "ran").read_text().splitlines())
    return [each["verb"] for each in alive(lines) if each["verb"] != "long"]


def put(name: str, text: str) -> None:
    beside = DB / f".{name}.{os.getpid()}"
    beside.write_text(text)
    beside.replace(DB / name)


def kill_daemon() -> None:
    """Kill it now, and go on as if nothing had happened: whoever looks after us has to end us."""
    lock = Path((DB / "kill").read_text().split()[1])
    (DB / "kill").unlink()
    os.kill(int(lock.read_text()), signal.SIGKILL)
    time.sleep(3)


def work(verb: str) -> int:
    step, attempt = os.environ.get("TAGBOAT_STEP", ""), os.environ.get("TAGBOAT_ATTEMPT", "")
    for each in others() if verb != "long" else []:
        note(event="overlap", verb=verb, other=each, attempt=attempt, step=step)
    note(event="begin", verb=verb, step=step, attempt=attempt, version=VERSION)
    print(f"token: {CANARY}")
    deadly = words("kill")[:1] == [verb]
    backup = Path(os.environ.get("TAGBOAT_BACKUP", "/nonexistent"))
    schema = (DB / "schema").read_text() if (DB / "schema").exists() else "nothing"
    if verb == "dump":
        backup.write_text(schema if not deadly else schema[:1])
    if verb in ("load", "migrate", "unmigrate"):
        put("schema", "half")
    if deadly:
        kill_daemon()
    if verb in words("fail"):
        if verb in ("migrate", "unmigrate"):
            put("schema", schema)
        note(event="end", verb=verb, step=step, attempt=attempt, code=1)
        return 1
    if verb == "load":
        put("schema", backup.read_text())
    if verb == "migrate":
        put("schema", VERSION)
    if verb == "unmigrate":
        put("schema", os.environ["TAGBOAT_OTHER_VERSION"])
    note(event="end", verb=verb, step=step, attempt=attempt, code=0, schema=schema)
    return 0


def serve() -> None:
    import socket
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            schema = (DB / "schema").read_text() if (DB / "schema").exists() else "nothing"
            sick = self.path == "/health" and VERSION in words("sick")
            body = json.dumps({"version": VERSION, "schema": schema}).encode()
            self.send_response(500 if sick else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = False

    server = Server(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = socket.socket(fileno=3)
    server.socket.settimeout(0)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.05)
    server.server_close()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    elif sys.argv[1] == "wait":
        signal.pause()
    else:
        sys.exit(work(sys.argv[1]))
