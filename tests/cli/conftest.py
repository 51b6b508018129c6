"""One world for all tests of a worker; they ask, and change only what is theirs."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_world import Example, make_example

from reconciler.cli import main

Said = tuple[int, str, str]


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    return make_example(tmp_path_factory.mktemp("example"))


@pytest.fixture
def call(
    example: Example, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """Run the command in this process, in the engineer's clone: exit code, stdout, stderr."""
    for name in set(os.environ) - set(example.environment):
        if not name.startswith("PYTEST"):
            monkeypatch.delenv(name)
    for name, each in example.environment.items():
        if not name.startswith("PYTEST"):
            monkeypatch.setenv(name, each)
    monkeypatch.setenv("PYDANTIC_DISABLE_PLUGINS", "1")

    def run(*words: str | Path, at: Path | None = None) -> Said:
        monkeypatch.chdir(at or example.engineer)
        code = main([str(each) for each in words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def alone(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Said]:
    """Run the command in this process, on a machine that nothing was set up on."""
    home = tmp_path_factory.mktemp("home")
    for name in ("TAGBOAT_CONFIG", "XDG_CONFIG_HOME", "GIT_DIR", "GIT_INDEX_FILE", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    def run(*words: str | Path, at: Path | None = None) -> Said:
        monkeypatch.chdir(at or home)
        capsys.readouterr()
        code = main([str(each) for each in words])
        out, err = capsys.readouterr()
        return code, out, err

    return run
