"""A whole installation to be tortured: bare remote, app, keys, one place with every step there is.

Nothing here but the signing of requests is the product's: git is asked directly.
"""

import json
import os
import socket
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

TAGBOAT = Path(sys.executable).with_name("tagboat")
APP = Path(__file__).with_name("torture_app.py")
HISTORY = "refs/heads/tagboat/history"
PLACE = ("dev", "shop")

VERSIONS = {
    "1.0.0": "compatible",
    "1.1.0": "compatible",
    "1.2.0": "compatible",
    "1.3.0": "breaking",
    "1.4.0": "breaking",
}
"""Each one's commit follows that of the one before."""

_ENVIRONMENT = """apiVersion: tagboat/v1
kind: Environment
name: dev
target: {{driver: local, root: "{{environment}}/{{app}}", listen: "127.0.0.1:{port}"}}
url: "http://127.0.0.1:{port}"
permissions: {{promote: [role/developer], rollback: [role/developer]}}
apps: {{shop: {{config: {{DB: "{data}"}}}}}}
pipeline:
  prepare:
    code: {{run: [./web/app, code], undo: [./web/app, uncode]}}
  maintenance: {{when: always}}
  backup: {{run: [./web/app, dump], restore: [./web/app, load]}}
  migrate: {{run: [./web/app, migrate], undo: [./web/app, unmigrate]}}
  settle: 1s
  smoke:
    health: {{http: {{url: /health}}, timeout: 10s}}
    look: {{manual: {{by: [role/developer], ask: "Is it good?"}}, timeout: 5m}}
    version: {{http: {{url: /version, json: {{"$.version": "{{version}}"}}}}, timeout: 10s}}
  tests:
    long: {{command: {{run: [./web/app, long]}}}}
  advance: {{branch: live}}
  cleanup:
    cache: {{run: [./web/app, cache]}}
  rollback: {{on_request: 1h}}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


@dataclass
class World:
    """One installation in a folder of its own."""

    folder: Path
    port: int = 0
    root: str = ""
    public: dict[str, str] = field(default_factory=dict)
    daemon: subprocess.Popen[bytes] | None = None
    records: list[dict[str, object]] = field(default_factory=list)
    """All records of the history, oldest first, as far as they were read."""
    tip: str = ""
    went_back: bool = False
    """Whether the history was ever found to lack a record that it had."""

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def place(self) -> Path:
        return self.folder.joinpath("places", *PLACE)

    @property
    def log(self) -> Path:
        return self.folder / "daemon.log"

    def git(self, *words: str, at: Path | None = None, stdin: str = "", **extra: str) -> str:
        """What git says in the remote, or elsewhere."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "t",
            "GIT_AUTHOR_EMAIL": "t@example.com",
            "GIT_COMMITTER_NAME": "t",
            "GIT_COMMITTER_EMAIL": "t@example.com",
            **extra,
        }
        command = ["git", "-c", "gpg.format=ssh", *words]
        done = subprocess.run(
            command,
            cwd=at or self.remote,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"git {words}: {done.stderr}"
        return done.stdout.strip()

    def commit(self, files: dict[str, str], *parents: str, by: str) -> str:
        """A signed commit with these files over the first parent's tree; moves nothing."""
        index = {"GIT_INDEX_FILE": str(self.folder / "index")}
        self.git("read-tree", *(parents[:1] or ("--empty",)), **index)
        for path, text in files.items():
            blob = self.git("hash-object", "-w", "--stdin", stdin=text)
            self.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", **index)
        tree = self.git("write-tree", **index)
        flags = [flag for each in parents for flag in ("-p", each)]
        key = f"user.signingkey={self.folder / by}"
        return self.git("-c", key, "commit-tree", tree, *flags, "-S", "-m", "change")

    def promote(self, version: str) -> str:
        """Ben asks for a version, ana merges it; the merge."""
        text = f'apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nrelease: "{version}"\n'
        base = self.git("rev-parse", "refs/heads/main")
        # Each one is a change, also where it leads to what was asked for before.
        files = {"environments/dev/shop.yaml": f"{text}# {uuid.uuid4().hex}\n"}
        asked = self.commit(files, base, by="ben")
        merge = self.commit(files, base, asked, by="ana")
        self.git("update-ref", "refs/heads/main", merge, base)
        return merge

    def ask(self, verb: str, *, by: str = "ben", **more: str) -> str:
        """Somebody asks the daemon for something, as the command does; the request's id."""
        from reconciler.model.request import Request
        from reconciler.names import instant_text
        from reconciler.repository.request_refs import sign_request

        now = datetime.now(UTC)
        request = Request(
            repository=self.root,
            verb=verb,
            environment=PLACE[0],
            app=PLACE[1],
            at=instant_text(now),
            expires=instant_text(now + timedelta(hours=1)),
            nonce=uuid.uuid4().hex,
            **more,
        )
        sealed = sign_request(request, key=str(self.folder / by))
        commit = self.git("commit-tree", self.git("mktree"), stdin=sealed.message)
        self.git("update-ref", sealed.ref, commit)
        return sealed.id

    def read(self) -> list[dict[str, object]]:
        """The records that are new since the last time; ben says yes to all that is asked."""
        path = self.remote / HISTORY
        tip = path.read_text().strip() if path.exists() else ""
        if tip == self.tip or not tip:
            self.went_back |= bool(self.tip) and not tip
            return []
        span = f"{self.tip}..{tip}" if self.tip else tip
        said = self.git("log", "--reverse", "--topo-order", "--format=%b%x00", span)
        new = [json.loads(each) for each in said.split("\0") if each.strip()]
        if self.tip and self.git("merge-base", self.tip, tip) != self.tip:
            self.went_back = True
        self.records += new
        for each in new:
            if each["kind"] == "Inquiry":
                self.ask("confirm", question=each["step"], deployment=each["deployment"])
        self.tip = tip
        return new

    def start(self, failpoint: str = "") -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        if failpoint:
            environment["TAGBOAT_FAILPOINT"] = failpoint
        command = [str(TAGBOAT), "reconcile", "--config", str(self.folder / "tagboat.toml")]
        with self.log.open("ab") as log:
            self.daemon = subprocess.Popen(
                command, stdout=log, stderr=log, env=environment, start_new_session=True
            )

    def end(self) -> None:
        """Stop all that still runs."""
        from reconciler.drivers.local import stop_all

        if self.daemon and self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()
        stop_all(self.folder / "places")


def build(folder: Path) -> World:
    """A new installation; nothing runs yet, and 1.0.0 is wanted."""
    world = World(folder, port=free_port())
    for each in (world.remote, world.data, folder / "app.git", folder / "home"):
        each.mkdir(parents=True)
    for name in ("ana", "ben", "one"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]
        subprocess.run(make, cwd=folder, check=True)
        world.public[name] = " ".join((folder / f"{name}.pub").read_text().split()[:2])
    world.git("init", "-q", "--bare", "-b", "main")
    commits = _build_app(world)
    world.root = world.commit(_files(world, commits), by="ana")
    world.git("update-ref", "refs/heads/main", world.root)
    (folder / "tagboat.toml").write_text(_configuration(world))
    return world


def _build_app(world: World) -> dict[str, tuple[str, str]]:
    """Version → its commit and tree."""
    at = world.folder / "app.git"
    world.git("init", "-q", "--bare", "-b", "main", at=at)
    blob = world.git("hash-object", "-w", str(APP), at=at)
    made, parent = {}, ()
    for version in VERSIONS:
        name = world.git("hash-object", "-w", "--stdin", at=at, stdin=version)
        entries = f"100755 blob {blob}\tapp\n100644 blob {name}\tVERSION\n"
        tree = world.git("mktree", at=at, stdin=entries)
        commit = world.git("commit-tree", tree, *parent, "-m", version, at=at)
        world.git("update-ref", f"refs/tags/v{version}", commit, at=at)
        world.git("update-ref", "refs/heads/main", commit, at=at)
        made[version], parent = (commit, tree), ("-p", commit)
    return made


def _files(world: World, commits: dict[str, tuple[str, str]]) -> dict[str, str]:
    people = "".join(
        f'  {each}: {{name: {each}, keys: ["{world.public[each]}"]}}\n' for each in ("ana", "ben")
    )
    files = {
        "environments/people.yaml": (
            f"apiVersion: tagboat/v1\nkind: People\npeople:\n{people}"
            "roles: {developer: [ana, ben], admin: [ana]}\n"
        ),
        "environments/dev/environment.yaml": _ENVIRONMENT.format(port=world.port, data=world.data),
        "environments/dev/shop.yaml": (
            'apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nrelease: "1.0.0"\n'
        ),
        "releases/shop/app.yaml": (
            "apiVersion: tagboat/v1\nkind: App\nname: shop\nversions: {scheme: semver}\n"
            "components:\n"
            '  - {name: mail, artifact: {tree: "."}, run: [./app, wait], listens: socket, '
            "needs: [web]}\n"
            '  - {name: web, artifact: {tree: "."}, run: [./app, serve], listens: socket}\n'
        ),
    }
    for version, (commit, tree) in commits.items():
        files[f"releases/shop/{version}/release.yaml"] = (
            f'apiVersion: tagboat/v1\nkind: Release\napp: shop\nversion: "{version}"\n'
            f'tag: "v{version}"\ncommit: "{commit}"\n'
            f'components:\n  - {{name: mail, artifact: {{tree: "{tree}"}}}}\n'
            f'  - {{name: web, artifact: {{tree: "{tree}"}}}}\n'
            f"summary: The {version}\ndowntime: none\nestimate: 1m\n"
            f"migration: {VERSIONS[version]}\n"
        )
    return files


def _configuration(world: World) -> str:
    return f"""name = "one"
state = "state"
poll = "1s"
egress = ["127.0.0.1:{world.port}"]

[remote]
url = "remote.git"

[trust]
root = "{world.root}"

[history]
key = "one"
[history.reconcilers]
one = "{world.public["one"]}"

[repositories.shop]
url = "app.git"

[drivers.local]
folder = "places"
"""
