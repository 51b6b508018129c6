"""A small checkout with the worked example in it, as `make up` finds it."""

import os
import shutil
import socket
from pathlib import Path

import pytest

from reconciler.repository.git import Git

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def checkout(tmp_path: Path, home: Path) -> Path:
    """A checkout of one commit: the project's own example and nothing else."""
    folder = tmp_path / "check out"
    folder.mkdir()
    for name in ("releases", "environments", "site/tutorial"):
        shutil.copytree(PROJECT / name, folder / name)
    git = Git(folder, home)
    git.tell(["init", "--quiet", "-b", "main"])
    git.tell(["add", "--all"])
    git.tell(["commit", "--quiet", "-m", "Start"])
    return folder


@pytest.fixture
def port_base() -> int:
    """First of ten ports that are free now, below those that the system gives away by itself."""
    start = 20_000 + (os.getpid() * 37) % 10_000
    for base in range(start, 32_000, 10):
        if all(_free(base + offset) for offset in range(10)):
            return base
    raise AssertionError("no ten free ports in a row")


def _free(port: int) -> bool:
    with socket.socket() as attempt:
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
