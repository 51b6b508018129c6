"""The host's configuration as it counts, and where each value is from."""

import json
from pathlib import Path

import pytest

from reconciler.errors import ConfigurationError
from reconciler.model.base import Model
from reconciler.model.host import SecretSource
from reconciler.system.configuration import EXAMPLE, read_configuration

SITE = Path(__file__).parents[2] / "site"


def test_every_setting_is_told_with_its_default(call):
    code, out, _ = call("config", "view", "-o", "json")
    host = json.loads(out)
    assert code == 0
    assert (host["name"], host["poll"], host["trust"]["mode"]) == ("up", "2s", "signed")
    assert host["drivers"]["memory"] is False


def test_the_origin_is_a_line_of_the_file_or_default(call, example):
    code, out, err = call("config", "view", "--show-origin", "-o", "json")
    found = json.loads(out)
    assert code == 0
    assert found["file"] == str(example.layout.configuration)
    assert found["named_by"] == "git config tagboat.config"
    assert err == f"{found['file']}, named by git config tagboat.config\n"
    lines = example.layout.configuration.read_text().splitlines()
    for each in found["settings"]:
        name = each["setting"].rpartition(".")[2]
        if each["line"]:
            assert lines[each["line"] - 1].startswith(f"{name} = "), each
    byname = {each["setting"]: each for each in found["settings"]}
    assert byname["remote.url"]["line"]
    assert byname["drivers.local.stop_after"]["line"] is None
    code, out, _ = call("config", "view", "--show-origin")
    assert code == 0
    assert any(
        line.split()[:3] == ["drivers.local.stop_after", "default", "10s"]
        for line in out.splitlines()
    )


@pytest.mark.parametrize("named_by", ["--config", "TAGBOAT_CONFIG", "XDG_CONFIG_HOME"])
def test_it_says_what_named_the_file(call, example, tmp_path, monkeypatch, named_by):
    file = tmp_path / "tagboat" / "tagboat.toml"
    file.parent.mkdir()
    file.write_bytes(example.layout.configuration.read_bytes())
    words = []
    match named_by:
        case "--config":
            words = ["--config", file]
        case "TAGBOAT_CONFIG":
            monkeypatch.setenv(named_by, str(file))
        case _:
            monkeypatch.setenv(named_by, str(tmp_path))
    _, out, _ = call("config", "view", "--show-origin", "-o", "json", *words, at=tmp_path)
    assert json.loads(out)["named_by"] == named_by


@pytest.mark.parametrize("form", ["table", "json", "yaml"])
@pytest.mark.parametrize("origin", [[], ["--show-origin"]], ids=["plain", "origin"])
def test_x18_secrets_are_masked(call, example, tmp_path, form, origin):
    file = tmp_path / "tagboat.toml"
    text = example.layout.configuration.read_text()
    file.write_text(text.replace('"remote.git"', '"https://ana:hunter2@forge.example/x.git"'))
    code, out, _ = call("config", "view", *origin, "-o", form, "--config", file)
    assert code == 0
    assert "hunter2" not in out
    assert "***" in out


def test_without_configuration_it_ends_with_3(call, tmp_path):
    assert call("config", "view", at=tmp_path)[0] == 3


WHOLE = EXAMPLE.read_text()


def test_the_example_is_a_good_file_with_every_setting_and_stands_on_the_site(call, tmp_path):
    code, out, _ = call("config", "example", at=tmp_path)
    assert (code, out) == (0, WHOLE)
    assert f"```toml\n{WHOLE}```" in (SITE / "configuration.md").read_text()
    host = read_configuration(EXAMPLE).host
    assert settings(host) == set()


def settings(value, at=""):
    """The settings below a value that don't stand in its file."""
    lacking = {
        f"{at}{each}" for each in type(value).model_fields if each not in value.model_fields_set
    }
    if isinstance(value, SecretSource):
        return set()
    for name in value.model_fields_set:
        inside = getattr(value, name)
        for each in inside.values() if isinstance(inside, dict) else [inside]:
            if isinstance(each, Model):
                lacking |= settings(each, f"{at}{name}.")
    return lacking


@pytest.mark.parametrize(
    ("old", "new", "said", "hint"),
    [
        (
            'url = "ssh://git@git.example/acme/deploy.git"',
            "",
            "remote.url is missing",
            "add remote.url",
        ),
        ("egress = [", "egres = [", "egres is no setting", "write egress"),
        ('stop_after = "10s"', 'stop_afer = "10s"', "drivers.local.stop_afer is no", "stop_after"),
        ('artifacts = "', 'artefacts = "', "repositories.shop.artefacts is no", "write artifacts"),
        ('poll = "10s"', 'poll = "10 s"', "poll: expected", "correct poll"),
        ("places = 20", 'places = "20"', "limits.places: expected", "correct limits.places"),
        ('mode = "signed"', 'mode = "trusting"', "trust.mode: expected", "correct trust.mode"),
        ("[remote]", "[remote", "line 12", "write it as TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(tmp_path, old, new, said, hint):
    assert old in WHOLE
    file = tmp_path / "tagboat.toml"
    file.write_text(WHOLE.replace(old, new))
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(file)
    assert said in caught.value.message
    assert hint in caught.value.hint


def test_x18_a_value_that_is_wrong_is_never_shown(tmp_path):
    file = tmp_path / "tagboat.toml"
    file.write_text(WHOLE.replace('{file = "/etc/tagboat/forge-token"}', '"hunter2-hunter2"'))
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(file)
    assert "forge.token" in caught.value.message
    assert "hunter2" not in caught.value.message + caught.value.hint
