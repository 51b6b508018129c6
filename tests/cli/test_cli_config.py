"""The host's configuration as it counts, and where each value is from."""

import json

import pytest


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
