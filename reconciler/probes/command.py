"""The probe ``command``: one program that must end with 0."""

import os
import shutil
from pathlib import Path

from reconciler.errors import ConfigurationError, StepErroredError, StepFailedError
from reconciler.model.deployment import TestSpec
from reconciler.system.processes import run
from reconciler.visibility import glimpse

SEARCH = "/usr/local/bin:/usr/bin:/bin"
"""PATH of every test's program: never the daemon's own."""

_OUTPUT = 64 << 10


class CommandProbe:
    """Runs programs of the release, and those that the host allows; nothing of them stays."""

    def __init__(self, *, programs: frozenset[str]) -> None:
        """``programs`` is what the host allows besides a release's own files."""
        self._programs = programs

    def check(self, test: TestSpec, folder: Path | None, *, timeout: float) -> None:
        """Raise `StepFailedError` for another exit code or a time-out.

        The program runs in the release's folder and gets nothing of the daemon's environment.
        Raises `StepErroredError` when it may not or can't be run.
        """
        argv = list(test.settings["run"])
        program = self._program(argv[0], folder)
        try:
            finished = run(
                [str(program), *argv[1:]],
                timeout=timeout,
                env={"PATH": SEARCH, "LANG": "C.UTF-8", "HOME": "/nonexistent"},
                cwd=folder or Path("/"),
                limit=_OUTPUT,
            )
        except (ConfigurationError, OSError) as error:
            raise StepErroredError(f"{argv[0]} can't be run: {error}") from error
        if finished.timed_out:
            raise StepFailedError(f"{argv[0]} took longer than {timeout:g} s")
        if finished.returncode:
            said = finished.complaint if finished.stderr.strip() else _last_line(finished.text)
            raise StepFailedError(
                f"{argv[0]} ended with exit code {finished.returncode}: {glimpse(said)}"
            )

    def _program(self, name: str, folder: Path | None) -> Path:
        if name.startswith("./"):
            if folder is None:
                raise StepErroredError(f"{name}: this release has no folder here")
            path = (folder / name).resolve()
            if folder.resolve() not in path.parents:
                raise StepErroredError(f"{name} leads out of the release")
            if not path.is_file() or not os.access(path, os.X_OK):
                raise StepFailedError(f"the release has no program {name}")
            return path
        found = shutil.which(name, path=SEARCH) if name in self._programs else None
        if found is None:
            raise StepErroredError(
                f"{name} may not be run: this host doesn't allow it",
                hint="name it in programs of the host configuration",
            )
        return Path(found)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"
