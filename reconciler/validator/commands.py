"""Commands are programs with arguments."""

import re
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import policy
from reconciler.manifest.document import NodePath
from reconciler.manifest.paths import app_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.written import tests

_PROGRAM = re.compile(r"(?:\./|/)?[A-Za-z0-9_][A-Za-z0-9._+-]*(?:/[A-Za-z0-9_][A-Za-z0-9._+-]*)*")


def commands(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A command starts with ``./…`` inside the release, a plain program name or an absolute path.

    Never a shell line (B65, B99). Whether the host allows the program is asked where it runs.
    """
    for path, node, argv in _commands(snapshot):
        program = argv[0]
        plain = _PROGRAM.fullmatch(program) and ("/" not in program or program[0] in "./")
        if not plain:
            yield policy.PROGRAM.at(
                snapshot.locate(path, (*node, 0)),
                f"found {shown(program)}",
                hint=f"write ./{program}" if _PROGRAM.fullmatch(program) else "",
            )


def _commands(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, tuple[str, ...]]]:
    for name, app in snapshot.apps.items():
        for index, component in enumerate(app.components):
            if component.run is not None:
                yield app_path(name), ("components", index, "run"), component.run
    for each in tests(snapshot):
        if each.test.command is not None:
            yield each.path, (*each.node, "command", "run"), each.test.command.run
