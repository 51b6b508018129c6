"""This host is looked at one thing by one, and each fault comes with its remedy."""

import json
import subprocess
from datetime import UTC, datetime

import pytest

from reconciler.doctor.folders import check_folders
from reconciler.doctor.tools import check_tools
from reconciler.system.configuration import read_configuration

ALL = [
    "git",
    "ssh-keygen",
    "libyaml",
    "configuration",
    "state",
    "disk",
    "driver local",
    "site",
    "egress",
    "remote",
    "trust root",
    "sign-off",
    "history",
    "tests",
    "history key",
    "app blog",
    "app shop",
    "clock",
]


@pytest.fixture
def edited(example, tmp_path):
    """The example's configuration with a text in it replaced, as a file of its own."""

    def edit(old, new):
        text = example.layout.configuration.read_text()
        assert old in text
        place = str(example.layout.folder)
        for name in ("state", "remote.git", "places", "site", "keys/up"):
            text = text.replace(f'"{name}"', f'"{place}/{name}"')
        text = text.replace('"apps/', f'"{place}/apps/')
        old = old.replace('"remote.git"', f'"{place}/remote.git"')
        old = old.replace('"state"', f'"{place}/state"').replace('"keys/up"', f'"{place}/keys/up"')
        old = old.replace('"apps/', f'"{place}/apps/').replace('"places"', f'"{place}/places"')
        assert old in text
        file = tmp_path / "tagboat.toml"
        file.write_text(text.replace(old, new))
        return file

    return edit


def states(call, *words, **more):
    code, out, _ = call("doctor", "-o", "json", *words, **more)
    return code, {each["check"]: each for each in json.loads(out)}


def test_a_good_host_is_good_in_everything(call):
    code, found = states(call)
    assert list(found) == ALL
    assert {each["state"] for each in found.values()} == {"good"}, found
    assert code == 0
    code, out, err = call("doctor")
    assert (code, err) == (0, "")
    assert [line.partition(":")[0] for line in out.splitlines()] == [f"✔ {each}" for each in ALL]


@pytest.mark.parametrize(
    ("old", "new", "check", "said"),
    [
        ('root = "', 'root = "' + "0" * 40 + '"\n#', "trust root", "is not in the repository"),
        ('branch = "main"', 'branch = "trunk"', "remote", "has no branch trunk"),
        ("127.0.0.1:", "http://127.0.0.1:", "egress", "is no host:port"),
        ("127.0.0.1:", "127.0.0.2:", "tests", "not asked from this host"),
        ('"keys/up"', '"nokey"', "history key", "nokey is not there"),
        ('up = "ssh', 'up = "ssh-ed25519 AAAA"\nold = "ssh', "history key", "is not the key"),
        ('poll = "2s"', 'programs = ["no-such-program"]', "programs", "is not there"),
        ('"places"', '"/dev/null/places"', "driver local", "/dev/null is no folder"),
    ],
)
def test_what_is_wrong_with_us_ends_with_3_and_a_remedy(call, edited, old, new, check, said):
    code, found = states(call, "--config", edited(old, new))
    assert code == 3
    assert found[check]["state"] == "wrong"
    assert said in found[check]["found"]
    assert found[check]["remedy"]
    code, out, _ = call("doctor", "--config", edited(old, new))
    assert code == 3
    assert f"✖ {check}: " in out
    assert "\n  → " in out


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ('"remote.git"', '"/not/there.git"', "remote"),
        ('"apps/shop.git"', '"/not/there.git"', "app shop"),
    ],
)
def test_f1_only_remotes_that_dont_answer_end_with_4(call, edited, old, new, check):
    code, found = states(call, "--config", edited(old, new))
    assert code == 4
    assert found[check]["state"] == "silent"
    assert {each["state"] for each in found.values()} <= {"good", "silent", "skipped"}


def test_without_configuration_the_tools_are_looked_at_all_the_same(call, tmp_path):
    code, found = states(call, at=tmp_path)
    assert code == 3
    assert list(found) == ["git", "ssh-keygen", "libyaml", "configuration", "the rest"]
    assert found["configuration"]["state"] == "wrong"
    assert "git config tagboat.config" in found["configuration"]["remedy"]


def test_a_configuration_with_errors_is_told(call, tmp_path):
    file = tmp_path / "tagboat.toml"
    file.write_text("name = 3\n")
    code, found = states(call, "--config", file)
    assert code == 3
    assert "name: " in found["configuration"]["found"]


def test_a_state_folder_in_a_work_tree_is_wrong_unless_it_is_ignored_there(edited, tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    file = edited('"state"', '"state"\n#')
    text = file.read_text().splitlines()
    file.write_text("\n".join('state = "state"' if x.startswith("state =") else x for x in text))
    configuration = read_configuration(file)

    def state():
        return next(each for each in check_folders(configuration) if each.what == "state")

    assert state().state == "wrong"
    assert "is in a work tree" in state().found
    (tmp_path / ".gitignore").write_text("/state\n")
    assert state().state == "good"
    assert not (tmp_path / "state").exists()


def tool(folder, name, says):
    file = folder / name
    file.write_text(f"#!/bin/sh\necho '{says}'\n")
    file.chmod(0o755)


@pytest.mark.parametrize(
    ("git", "ssh", "wrong"),
    [
        ("git version 2.38.0", "OpenSSH_8.9p1, OpenSSL", set()),
        ("git version 2.37.9", "OpenSSH_10.0p1", {"git"}),
        ("git version 2.45.1 (Apple)", "OpenSSH_8.8p1", {"ssh-keygen"}),
        ("something else", "Sun_SSH_1.1", {"git", "ssh-keygen"}),
    ],
)
def test_x2_tools_that_are_too_old_are_told(tmp_path, monkeypatch, git, ssh, wrong):
    tool(tmp_path, "git", git)
    tool(tmp_path, "ssh", ssh)
    tool(tmp_path, "ssh-keygen", "")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert {each.what for each in check_tools() if each.state == "wrong"} == wrong


def test_missing_tools_are_told_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = {each.what: each for each in check_tools()}
    assert found["git"].remedy == "install git 2.38 or newer"
    assert found["ssh-keygen"].remedy == "install OpenSSH 8.9 or newer"


def test_f37_a_clock_behind_the_history_is_told(call, monkeypatch):
    from reconciler.doctor.remotes import clock_at

    long_ago = datetime(1970, 1, 1, tzinfo=UTC)
    assert clock_at(long_ago, last=None).state == "wrong"
    now = datetime(2026, 11, 1, tzinfo=UTC)
    assert clock_at(now, last=None).state == "good"
    assert clock_at(now, last=datetime(2026, 11, 1, 0, 4, tzinfo=UTC)).state == "good"
    later = clock_at(now, last=datetime(2026, 11, 1, 0, 6, tzinfo=UTC))
    assert later.state == "wrong"
    assert "timedatectl" in later.remedy
