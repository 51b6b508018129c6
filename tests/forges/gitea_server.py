"""A real Gitea for tests: the binary that TAGBOAT_TEST_GITEA names, on a port of its own."""

import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PEOPLE = ("amy", "ben", "cai", "tagboat")
_INI = """\
RUN_MODE = prod
RUN_USER = {user}
WORK_PATH = {data}
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = http://127.0.0.1:{port}/
OFFLINE_MODE = true
DISABLE_SSH = true
APP_DATA_PATH = {data}/data
[database]
DB_TYPE = sqlite3
PATH = {data}/gitea.db
SQLITE_JOURNAL_MODE = WAL
[security]
INSTALL_LOCK = true
SECRET_KEY = for-tests-only
PASSWORD_HASH_ALGO = pbkdf2_v1
PASSWORD_COMPLEXITY = off
MIN_PASSWORD_LENGTH = 6
[service]
DISABLE_REGISTRATION = true
[repository]
ROOT = {data}/repositories
DEFAULT_BRANCH = main
[repository.signing]
SIGNING_KEY = none
[session]
PROVIDER = memory
[cron]
ENABLED = false
[git]
HOME_PATH = {data}/home
[log]
MODE = file
LEVEL = Error
"""


@dataclass
class GiteaServer:
    """A fresh server, its users and their tokens; ``stop`` ends it."""

    binary: Path
    folder: Path
    port: int = 0
    tokens: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (self.folder / "home").mkdir(parents=True)
        ini = self.folder / "app.ini"
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout
        ini.write_text(_INI.format(user=user.strip(), data=self.folder, port=self.port))
        self.process = subprocess.Popen(
            [self.binary, "web", "--config", ini],
            env={**os.environ, "GITEA_WORK_DIR": str(self.folder), "HOME": str(self.folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._healthy, "Gitea answers", patience=120)
        self.tokens["admin"] = self._admin()
        for each in PEOPLE:
            body = {"username": each, "email": f"{each}@acme.example", "password": f"{each}-pw1"}
            self.call("admin", "POST", "/admin/users", {**body, "must_change_password": False})
            said = self.call(
                each, "POST", f"/users/{each}/tokens", {"name": "t", "scopes": ["all"]}
            )
            self.tokens[each] = said["sha1"]

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def url(self, person: str, repository: str) -> str:
        return f"http://{person}:{self.tokens[person]}@127.0.0.1:{self.port}/{repository}.git"

    def call(self, person: str, method: str, path: str, body: object = None) -> Any:
        """What the API answers; raises `urllib.error.HTTPError` for anything that isn't fine."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        request.add_header("Content-Type", "application/json")
        if person in self.tokens:
            request.add_header("Authorization", f"token {self.tokens[person]}")
        else:
            basic = b64encode(f"{person}:{person}-pw1".encode()).decode()
            request.add_header("Authorization", f"Basic {basic}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text.strip() else None

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/healthz", timeout=5):
                return True
        except OSError:
            return False

    def _admin(self) -> str:
        def admin(*arguments: str) -> str:
            command = [
                self.binary,
                "--config",
                self.folder / "app.ini",
                "admin",
                "user",
                *arguments,
            ]
            done = subprocess.run(
                command,
                env={**os.environ, "GITEA_WORK_DIR": str(self.folder)},
                capture_output=True,
                text=True,
                check=True,
            )
            return done.stdout + done.stderr

        admin(
            *("create", "--admin", "--username", "admin", "--password", "admin-pw1"),
            *("--email", "admin@acme.example", "--must-change-password=false"),
        )
        name = ("--username", "admin", "--token-name", "t", "--scopes", "all", "--raw")
        return re.findall(r"\b[0-9a-f]{40}\b", admin("generate-access-token", *name))[-1]


def until(answer: Any, what: str, *, patience: float = 60) -> Any:
    """The first true answer; fails when there is none in time."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := answer():
            return found
        time.sleep(0.1)
    raise AssertionError(f"never happened: {what}")
