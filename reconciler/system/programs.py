"""Programs that files name: of a release, or allowed by the host; nothing of them stays (X24)."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import ConfigurationError, StepErroredError, StepFailedError
from reconciler.system.processes import Finished, kill_marked, run

SEARCH = "/usr/local/bin:/usr/bin:/bin"
"""PATH of every program: never the daemon's own."""

OUTPUT = 64 << 10
"""Bytes of each stream that are kept; the rest is read and dropped (F49)."""

_BASE = {"PATH": SEARCH, "LANG": "C.UTF-8", "HOME": "/nonexistent"}


@dataclass(frozen=True, slots=True)
class Programs:
    """Runs what may be run. ``allowed`` is what the host allows besides a release's own files."""

    allowed: frozenset[str]

    def run(
        self,
        argv: Sequence[str],
        *,
        folder: Path | None,
        environment: Mapping[str, str],
        timeout: float,
        mark: str = "",
    ) -> Finished:
        """Run a program to its end, at most ``timeout`` seconds, whatever that end is.

        It runs in the release's folder, gets nothing of the daemon's own environment, and all that
        it starts carries ``mark``. Raises `StepFailedError` when the release doesn't have it, and
        `StepErroredError` when it may not or can't be run: nothing was then begun.
        """
        program = self._find(argv[0], folder)
        try:
            return run(
                [str(program), *argv[1:]],
                timeout=timeout,
                env={**environment, **_BASE},
                cwd=folder or Path("/"),
                limit=OUTPUT,
                mark=mark,
            )
        except (ConfigurationError, OSError) as error:
            raise StepErroredError(f"{argv[0]} can't be run: {error}") from error

    def end(self, mark: str) -> None:
        """End whatever of this mark a daemon that was killed has left running."""
        kill_marked(mark)

    def _find(self, name: str, folder: Path | None) -> Path:
        if name.startswith("./"):
            if folder is None:
                raise StepErroredError(f"{name}: this release has no folder here")
            path = (folder / name).resolve()
            if folder.resolve() not in path.parents:
                raise StepErroredError(f"{name} leads out of the release")
            if not path.is_file() or not os.access(path, os.X_OK):
                raise StepFailedError(f"the release has no program {name}")
            return path
        found = shutil.which(name, path=SEARCH) if name in self.allowed else None
        if found is None:
            raise StepErroredError(
                f"{name} may not be run: this host doesn't allow it",
                hint="name it in programs of the host configuration",
            )
        return Path(found)
