import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "manifest"))

from reconciler.repository.git import Git


class Clone:
    """A repository with files of the test's choice."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git = Git(folder, folder.parent / "git-home")
        self.environment: dict[str, str] = {}
        folder.mkdir()
        self.git.tell(["init", "-q", "-b", "main"])

    def write(self, files: Mapping[str, bytes | None]) -> None:
        for path, data in files.items():
            file = self.folder / path
            if data is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

    def commit(self, files: Mapping[str, bytes | None]) -> str:
        self.write(files)
        self.git.tell(["add", "-A"])
        self.git.tell(["commit", "-q", "--allow-empty", "-m", "m"])
        return self.git.tell(["rev-parse", "HEAD"])

    def call(self, *words: str, cache: Path | None = None) -> subprocess.CompletedProcess[str]:
        """The command, with a cache of its own unless the test has one."""
        environment = {
            **self.environment,
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.folder.parent),
            "XDG_CACHE_HOME": str(cache or self.folder.parent / "cache"),
            "PYTHONPATH": ":".join(sys.path),
        }
        script = "import sys; from reconciler.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", script, *words]
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True
        )


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "clone")
