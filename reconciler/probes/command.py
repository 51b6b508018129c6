"""The probe ``command``: one program that must end with 0."""

from pathlib import Path

from reconciler.errors import StepFailedError
from reconciler.model.deployment import TestSpec
from reconciler.system.programs import Programs


class CommandProbe:
    """Runs programs of the release, and those that the host allows; nothing of them stays."""

    def __init__(self, *, programs: frozenset[str]) -> None:
        """``programs`` is what the host allows besides a release's own files."""
        self._programs = Programs(programs)

    def check(self, test: TestSpec, folder: Path | None, *, timeout: float) -> None:
        """Raise `StepFailedError` for another exit code or a time-out.

        The program runs in the release's folder with ``environment`` of the settings, and nothing
        of the daemon's own. Raises `StepErroredError` when it may not or can't be run.
        """
        argv = list(test.settings["run"])
        finished = self._programs.run(
            argv,
            folder=folder,
            environment=test.settings.get("environment", {}),
            timeout=timeout,
            mark=test.settings.get("mark", ""),
        )
        if finished.timed_out:
            raise StepFailedError(f"{argv[0]} took longer than {timeout:g} s")
        if finished.returncode:
            raise StepFailedError(
                f"{argv[0]} ended with exit code {finished.returncode}: {finished.gist}"
            )
