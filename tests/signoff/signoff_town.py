"""A repository of its own, its host's configuration, and the real commands of everybody in it."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from signoff_world import HEAD, PEOPLE, Workshop

from reconciler.cli import main

COMMIT, TREE = "a" * 40, "b" * 40
PLACES = ("dev", "staging", "production", "live")
GUARDS = "{policies: [{role: admin, count: 2}], people: [{role: admin, count: 2}]}"
ROLES = (
    "{developer: [ana, bob, carl, dora], release: [bob, carl], qa: [dora, carl],"
    " client: [noor], manager: [role/release, role/client], admin: [bob, carl, dora]}"
)


def people_file(keys: Mapping[str, str], *, roles: str = ROLES, guards: str = GUARDS) -> str:
    listed = "".join(
        f'  {each}: {{name: {each}, mail: {each}@acme.example, keys: ["{key}"]'
        f"{', records_for: [noor]' if each == 'dora' else ''}}}\n"
        for each, key in keys.items()
    )
    noor = "  noor: {name: Noor, mail: noor@client.example, customer: acme}\n"
    return HEAD.format("People") + f"people:\n{listed}{noor}roles: {roles}\nguards: {guards}\n"


def environment_file(name: str, *, more: str = "") -> str:
    promote = "developer" if name == "dev" else "release"
    seats = (
        "gates: {approvals: [{role: qa}, {role: client, accepts: [approved, risk-accepted]}]}\n"
        if name == "live"
        else ""
    )
    more += "customer: acme\n" if name == "live" else ""
    return (
        HEAD.format("Environment")
        + f"name: {name}\ntarget: {{driver: memory}}\npermissions: {{promote: [role/{promote}]}}\n"
        + seats
        + more
    )


def release_file(version: str) -> str:
    return HEAD.format("Release") + (
        f'app: shop\nversion: "{version}"\ntag: "v{version}"\ncommit: "{COMMIT}"\n'
        f'components: [{{name: web, artifact: {{tree: "{TREE}"}}}}]\nsummary: It\n'
        "downtime: none\nestimate: 1m\nmigration: none\n"
    )


def promotion_file(version: str, *, more: str = "") -> str:
    return HEAD.format("Promotion") + f'app: shop\nrelease: "{version}"\n{more}'


def place(environment: str) -> str:
    """The file of the shop in an environment."""
    return f"environments/{environment}/shop.yaml"


def files_of(keys: Mapping[str, str]) -> dict[str, str]:
    """What the trust root holds."""
    app = "name: shop\nversions: {scheme: semver}\ncomponents: [{name: web, artifact: {tree: .}}]\n"
    return {
        PEOPLE: people_file(keys),
        "environments/customers/acme.yaml": HEAD.format("Customer")
        + "name: acme\ntitle: Acme\nlanguage: en\n",
        "releases/shop/app.yaml": HEAD.format("App") + app,
        **{f"releases/shop/{v}/release.yaml": release_file(v) for v in ("1.0.0", "1.1.0", "1.2.0")},
        **{f"environments/{each}/environment.yaml": environment_file(each) for each in PLACES},
        **{place(each): promotion_file("1.0.0") for each in PLACES if each != "live"},
    }


@dataclass
class Town(Workshop):
    """Ana writes; Bob and Carl are release managers; Dora tests, and records for Noor, a client.

    Everybody may promote to ``dev``, release managers to the rest; ``live`` asks for two words.
    """

    monkeypatch: pytest.MonkeyPatch | None = field(default=None, repr=False)
    capsys: pytest.CaptureFixture[str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """The repository is a copy of one that was made once for all."""
        self.root = self.head

    @property
    def base(self) -> Path:
        return self.folder.parent

    @property
    def configuration(self) -> Path:
        return self.base / "tagboat.toml"

    def configure(self) -> None:
        """Write the host's configuration, for the trust root as it is now."""
        key = " ".join((self.keys / "one.pub").read_text().split()[:2])
        self.configuration.write_text(
            'name = "one"\nstate = "state"\n'
            f'[remote]\nurl = "{self.folder}"\n[trust]\nroot = "{self.root}"\n'
            f'[history]\nkey = "{self.keys / "one"}"\n[history.reconcilers]\none = "{key}"\n'
            "[drivers]\nmemory = true\n"
        )

    def clone(self, person: str) -> Path:
        """A person's own clone, with their key; Pat's is the stranger's."""
        folder = self.base / person
        if not folder.exists():
            self.run("clone", "-q", str(self.folder), str(folder))
            settings = {
                "user.name": person,
                "user.email": f"{person}@acme.example",
                "user.signingkey": str(self.keys / {"pat": "stranger"}.get(person, person)),
                "gpg.format": "ssh",
            }
            for name, each in settings.items():
                self.run("-C", str(folder), "config", name, each)
        return folder

    def tagboat(self, *words: str, by: str = "ana") -> tuple[int, str, str]:
        """The real command, in a person's clone: exit code, stdout, stderr."""
        assert self.monkeypatch
        assert self.capsys
        for name in ("GIT_CONFIG_GLOBAL", "XDG_CONFIG_HOME", "FORCE_COLOR", "COLUMNS"):
            self.monkeypatch.delenv(name, raising=False)
        self.monkeypatch.setenv("HOME", str(self.base))
        self.monkeypatch.setenv("XDG_CACHE_HOME", str(self.base / "cache"))
        self.monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        self.monkeypatch.setenv("TAGBOAT_CONFIG", str(self.configuration))
        self.monkeypatch.chdir(self.clone(by))
        self.capsys.readouterr()
        code = main(list(words))
        out, err = self.capsys.readouterr()
        return code, out, err

    def done(self, *words: str, by: str = "ana") -> str:
        code, out, err = self.tagboat(*words, by=by)
        assert code == 0, (words, out, err)
        return out

    def bring(self, line: str, *, by: str) -> None:
        """Paste the line that a command printed, in somebody's clone."""
        folder = self.clone(by)
        self.run("switch", "-q", "--detach")
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env={**self.environment, "HOME": str(self.base)},
            capture_output=True,
            text=True,
        )
        self.run("switch", "-q", "main")
        assert done.returncode == 0, (line, done.stderr)

    def said(self, *words: str, by: str, brought_by: str) -> None:
        """Have a command make a branch, and somebody merge it."""
        self.bring(self.done(*words, by=by).strip().splitlines()[-1], by=brought_by)

    def plan(self) -> dict[str, dict[str, object]]:
        """Place → what ``tagboat plan`` says of it."""
        _, out, err = self.tagboat("plan", "-o", "json")
        assert out, err
        return {each["place"]: each for each in json.loads(out)["decisions"]}

    def shows(self, environment: str = "production") -> "Shown":
        """What the plan says of the shop in one environment."""
        found = self.plan()[f"{environment}/shop"]
        closed = {
            each["gate"]: f"{each['why']} → {each['remedy']}"
            for each in found["reasons"]  # type: ignore[attr-defined]
            if each["state"] != "open"
        }
        return Shown(str(found["verdict"]), str(found["wanted"]), closed)

    def change(
        self, files: Mapping[str, str | None], *, by: str = "ana", name: str = "topic"
    ) -> str:
        """A branch from main with a signed commit; ends on main."""
        self.branch(name)
        made = self.commit("change", files, by=by)
        self.switch("main")
        return made

    def agreed(self, files: Mapping[str, str | None]) -> None:
        """A change that both guards have merged, the second one onto main."""
        self.change(files, by="ana", name="policy")
        self.branch("once")
        self.merge("policy", by="bob")
        self.switch("main")
        self.merge("once", by="carl")
        self.run("branch", "-q", "-D", "policy", "once")


@dataclass(frozen=True)
class Shown:
    """What is planned for one place, and why not: closed gate → why and what opens it."""

    verdict: str
    wanted: str
    closed: Mapping[str, str]

    def starts(self, version: str) -> bool:
        return (self.verdict, self.wanted) == ("deploy", version)

    def held_by(self, gate: str, *words: str) -> bool:
        """Whether nothing starts, and this gate says why in these words."""
        told = self.closed.get(gate, "")
        return self.verdict in {"hold", "broken"} and bool(told) and all(w in told for w in words)


def make_template(folder: Path, keys: Path) -> Path:
    """The repository of a town, which every test gets a copy of."""
    shop = Workshop.__new__(Workshop)
    shop.folder, shop.keys, shop.guards = folder, keys, ""
    folder.mkdir()
    shop.run("init", "-q", "-b", "main")
    shop.write(files_of(shop.public))
    shop.commit("root", by="bob")
    return folder


def make_town(
    template: Path,
    at: Path,
    keys: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Town:
    shutil.copytree(template, at / "repository")
    town = Town(at / "repository", keys, "", monkeypatch, capsys)
    town.configure()
    assert os.environ["PATH"]
    return town


def looks(town: "Town") -> None:
    """One look of a new daemon: 1 where it holds what the one before had in memory and it has not."""
    assert town.tagboat("reconcile", "--once")[0] in {0, 1}
