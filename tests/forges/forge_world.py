"""A repository at a forge, persons who work on it by merge requests, and a daemon that looks on."""

import os
import subprocess
import sys
import urllib.error
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gitea_server import GiteaServer, until

from reconciler.daemon.view import View, answers_in
from reconciler.drivers.memory import MemoryDriver, MemoryPlaces
from reconciler.model.merge_request import MergeRequest
from reconciler.registry import build_reconciler
from reconciler.signoff import Answers, Judgement
from reconciler.system.configuration import Configuration, read_configuration

HEAD = "apiVersion: tagboat/v1\nkind: {}\n"
SHOP = "environments/production/shop.yaml"
TAGBOAT = str(Path(sys.executable).with_name("tagboat"))
PERSONS = {"ana": "amy", "bob": "ben", "carl": "cai"}


def promotion(version: str) -> str:
    return HEAD.format("Promotion") + f'app: shop\nrelease: "{version}"\n'


def release(version: str) -> str:
    return (
        HEAD.format("Release")
        + f'app: shop\nversion: "{version}"\ntag: "v{version}"\ncommit: "{"a" * 40}"\n'
        + f'components:\n  - {{name: web, artifact: {{tree: "{"b" * 40}"}}}}\n'
        + f"summary: The {version}\ndowntime: none\nestimate: 1m\nmigration: none\n"
    )


def make_key(file: Path) -> None:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", file.name, "-f", str(file)]
    subprocess.run(command, check=True)


def start() -> dict[str, str]:
    people = "".join(
        f"  {who}: {{name: {who}, mail: {login}@acme.example, logins: {{gitea: {login}}}}}\n"
        for who, login in PERSONS.items()
    )
    return {
        "environments/people.yaml": HEAD.format("People")
        + f"people:\n{people}roles: {{release: [bob, carl], admin: [bob, carl]}}\n"
        + "guards: {policies: [{role: admin}], people: [{role: admin}]}\n",
        "environments/production/environment.yaml": HEAD.format("Environment")
        + "name: production\ntarget: {driver: memory}\npermissions: {promote: [role/release]}\n",
        SHOP: promotion("1.0.0"),
        "releases/shop/app.yaml": HEAD.format("App")
        + "name: shop\nversions: {scheme: semver}\n"
        + 'components:\n  - {name: web, artifact: {tree: "."}}\n',
        "releases/shop/1.0.0/release.yaml": release("1.0.0"),
        "releases/shop/1.1.0/release.yaml": release("1.1.0"),
    }


@dataclass
class ForgeWorld:
    """One repository at a running Gitea. Logins act; ``root`` is the first commit."""

    server: GiteaServer
    folder: Path
    name: str
    root: str = ""
    places: MemoryPlaces = field(default_factory=MemoryPlaces)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        call = self.server.call
        call("admin", "POST", "/user/repos", {"name": self.name, "default_branch": "main"})
        for each in ("amy", "ben", "cai", "tagboat"):
            level = {"permission": "write"}
            call("admin", "PUT", f"/repos/{self.repository}/collaborators/{each}", level)
        self.settings(allow_manual_merge=False, autodetect_manual_merge=False)
        self.folder.mkdir()
        make_key(self.folder / "one")
        self.git("init", "-q", "-b", "main", str(self.work), at=self.folder)
        self.root = self.commit("admin", start())
        self.push("admin", "main")
        at = f"/repos/{self.repository}"
        until(lambda: not call("admin", "GET", at)["empty"], "it knows of the push")

    @property
    def repository(self) -> str:
        return f"admin/{self.name}"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def settings(self, **more: bool) -> None:
        styles = ("merge_commits", "rebase", "rebase_explicit", "squash_merge")
        allowed = {f"allow_{each}": True for each in (*styles, "fast_forward_only_merge")}
        body = {"has_pull_requests": True, **allowed, **more}
        self.server.call("admin", "PATCH", f"/repos/{self.repository}", body)

    def git(self, *arguments: str, by: str = "admin", at: Path | None = None) -> str:
        who = ["-c", f"user.name={by}", "-c", f"user.email={by}@acme.example"]
        done = subprocess.run(
            ["git", *who, *arguments],
            cwd=at or self.work,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_CONFIG_GLOBAL": "/dev/null",
                "GIT_TERMINAL_PROMPT": "0",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout.strip()

    def commit(self, by: str, files: Mapping[str, str], message: str = "Change") -> str:
        for path, text in files.items():
            file = self.work / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, by=by)
        return self.git("rev-parse", "HEAD")

    def push(self, by: str, branch: str, *options: str) -> None:
        self.git("push", "-q", *options, self.server.url(by, self.repository), branch)

    def branch(self, name: str, files: Mapping[str, str], *, by: str = "amy") -> str:
        """A branch from the forge's main with two commits, pushed; the head."""
        self.git("fetch", "-q", self.server.url("admin", self.repository), "main")
        self.git("switch", "-q", "-C", name, "FETCH_HEAD")
        self.commit(by, {f"notes-{name}.txt": name}, "Say why")
        head = self.commit(by, files, "Do it")
        self.push(by, name)
        return head

    def advance(self, text: str) -> None:
        """Move main on, by a push of something that isn't managed."""
        self.git("fetch", "-q", self.server.url("admin", self.repository), "main")
        self.git("switch", "-q", "-C", "main", "FETCH_HEAD")
        self.commit("admin", {"README.md": text})
        self.push("admin", "main")

    def open(self, branch: str, *, by: str = "amy") -> int:
        body = {"head": branch, "base": "main", "title": branch}
        at = f"/repos/{self.repository}/pulls"

        def opened() -> int:
            try:
                return int(self.server.call(by, "POST", at, body)["number"])
            except urllib.error.HTTPError as error:
                if error.code == 404:  # it doesn't know of the branch yet
                    return 0
                raise

        number = until(opened, f"{branch} is a merge request")
        until(lambda: self.pull(number)["mergeable"], "it can be merged")
        return int(number)

    def pull(self, number: int) -> dict[str, Any]:
        return dict(self.server.call("admin", "GET", f"/repos/{self.repository}/pulls/{number}"))

    def approve(self, number: int, head: str, *, by: str = "ben") -> None:
        body = {"event": "APPROVED", "commit_id": head}
        self.server.call(by, "POST", f"/repos/{self.repository}/pulls/{number}/reviews", body)

    def merge(self, number: int, style: str, *, by: str = "ben", **more: object) -> str:
        at = f"/repos/{self.repository}/pulls/{number}/merge"

        def done() -> bool:
            try:
                self.server.call(by, "POST", at, {"Do": style, **more})
            except urllib.error.HTTPError as error:
                if error.code == 405:
                    return False
                raise
            return True

        until(done, f"{style} by {by}")
        until(lambda: self.pull(number)["merged"], "merged")
        return str(self.pull(number)["merge_commit_sha"])

    def wait_for_checks(self) -> None:
        """Let main take a merge only once a check has passed."""
        rule = {
            "rule_name": "main",
            "enable_status_check": True,
            "status_check_contexts": ["tagboat/check"],
            "enable_push": True,
        }
        self.server.call("admin", "POST", f"/repos/{self.repository}/branch_protections", rule)

    def merge_once_checked(self, number: int, head: str, *, by: str, approved_by: str) -> str:
        """Have the forge merge by itself when the check is green; the outcome."""
        body = {"Do": "squash", "merge_when_checks_succeed": True, "head_commit_id": head}
        green = {"state": "success", "context": "tagboat/check"}
        at = f"/repos/{self.repository}"
        self.server.call(by, "POST", f"{at}/pulls/{number}/merge", body)
        self.approve(number, head, by=approved_by)
        self.server.call(approved_by, "POST", f"{at}/statuses/{head}", green)
        until(lambda: self.pull(number)["merged"], "merged by itself")
        return str(self.pull(number)["merge_commit_sha"])

    def request(self, view: View, commit: str) -> MergeRequest:
        """What the history holds of the merge request whose outcome a commit is."""
        answers = answers_in(view.ledger, self.configuration.host)
        assert isinstance(answers, Answers)
        found = answers.requests[commit]
        assert found is not None
        return found

    def row(self, style: str, told: MergeRequest, commit: str, *, runs: str) -> tuple[str, ...]:
        """A line of the table of merge styles."""
        made = self.server.call("admin", "GET", f"/repos/{self.repository}/git/commits/{commit}")
        approved, authors = " ".join(told.approved_by), " ".join(told.authors)
        parents = str(len(made["parents"]))
        merged = f"{told.merged_by} ({told.how})"
        return (style, parents, told.opener, authors, approved, merged, runs)

    @property
    def configuration(self) -> Configuration:
        (self.folder / "token").write_text(f"{self.server.tokens['tagboat']}\n")
        key = (self.folder / "one.pub").read_text().strip()
        file = self.folder / "tagboat.toml"
        file.write_text(
            'name = "one"\nstate = "state"\npoll = "1s"\n'
            f'[remote]\nurl = "{self.server.url("tagboat", self.repository)}"\n'
            f'[trust]\nroot = "{self.root}"\nmode = "forge"\n'
            f'[forge]\ntype = "gitea"\nurl = "{self.server.address}"\n'
            f'repository = "{self.repository}"\ntoken = {{file = "token"}}\n'
            f'[history]\nkey = "one"\n[history.reconcilers]\none = "{key}"\n'
            "[drivers]\nmemory = true\n"
        )
        return read_configuration(file)

    def promote(self, version: str, *, by: str = "amy") -> tuple[int, str]:
        """What `tagboat promote` opens from a person's own clone: number and head."""
        clone = self.folder / by
        if not clone.exists():
            self.git("clone", "-q", self.server.url(by, self.repository), str(clone))
            make_key(self.folder / f"{by}-key")
            key = str(self.folder / f"{by}-key")
            mail = f"{by}@acme.example"
            for name, value in {
                "user.name": by,
                "user.email": mail,
                "user.signingkey": key,
                "gpg.format": "ssh",
            }.items():
                self.git("config", name, value, at=clone)
        done = subprocess.run(
            [TAGBOAT, "promote", f"shop@{version}", "--to", "production", "-C", str(clone)],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "GIT_CONFIG_NOSYSTEM": "1",
                "TAGBOAT_CONFIG": str(self.configuration.source),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        address = done.stdout.strip()
        assert address.startswith(f"{self.server.address}/{self.repository}/pulls/"), done
        number = int(address.rpartition("/")[2])
        until(lambda: self.pull(number)["mergeable"], "it can be merged")
        return number, str(self.pull(number)["head"]["sha"])

    def reconcile(self) -> View:
        """Let a daemon act until nothing is left to do, once the forge has said everything."""
        daemon = build_reconciler(
            self.configuration,
            self.said.append,
            drivers={"memory": MemoryDriver(places=self.places)},
            probes={},
        )

        def heard() -> bool:
            daemon.run_once()
            return all(each.code != "TB481" for each in daemon.view.judged().judgement.taints)

        until(heard, "the forge says who brought everything")
        return daemon.view

    @property
    def running(self) -> str:
        place = self.places.places.get(("production", "shop"))
        return place.current.version if place and place.current else ""


def verdict(judgement: Judgement, path: str = SHOP) -> tuple[str, tuple[str, ...]]:
    """The taint's code and who agreed."""
    taint, admission = judgement.tainted.get(path), judgement.admissions.get(path)
    return (taint.code if taint else ""), (admission.agreed if admission else ())
