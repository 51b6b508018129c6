"""Keys for the session and a remote for each test; what they are made of is in `history_world`."""

from pathlib import Path

import pytest
from history_world import NAMES, World

from reconciler.repository.git import Git
from reconciler.system.processes import run


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Private key files of the reconcilers and of an engineer."""
    folder = tmp_path_factory.mktemp("keys")
    made = {}
    for name in (*NAMES, "engineer"):
        made[name] = folder / name
        run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(made[name])],
            timeout=20,
        )
    return made


@pytest.fixture
def world(tmp_path: Path, keys: dict[str, Path]) -> World:
    """An empty bare remote."""
    made = World(tmp_path, keys)
    Git(tmp_path, tmp_path / "home").tell(["init", "-q", "--bare", "remote.git"])
    return made
