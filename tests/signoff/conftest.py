import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from signoff_town import Town, make_template, make_town
from signoff_world import LISTED, Workshop


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Private keys of everybody, and one of a stranger."""
    folder = tmp_path_factory.mktemp("keys")
    for person in (*LISTED, "stranger", "one"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", folder / person],
            check=True,
        )
    return folder


@pytest.fixture
def shop(tmp_path: Path, keys: Path) -> Workshop:
    """A repository whose root is trusted, with the shop at 1.0.0 in production."""
    return Workshop(tmp_path / "repository", keys)


@pytest.fixture
def workshops(tmp_path: Path, keys: Path) -> Callable[[str], Workshop]:
    """Further repositories by name."""
    return lambda name: Workshop(tmp_path / name, keys)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Path:
    """The repository of a town, to be copied."""
    return make_template(tmp_path_factory.mktemp("town") / "repository", keys)


@pytest.fixture
def town(
    template: Path,
    tmp_path: Path,
    keys: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Town:
    """A town whose root is trusted, with the shop at 1.0.0 everywhere."""
    return make_town(template, tmp_path, keys, monkeypatch, capsys)
