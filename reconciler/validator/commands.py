"""Commands are programs with arguments."""

import re
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import policy
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.written import commands as written

_PROGRAM = re.compile(r"(?:\./|/)?[A-Za-z0-9_][A-Za-z0-9._+-]*(?:/[A-Za-z0-9_][A-Za-z0-9._+-]*)*")


def commands(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A command starts with ``./…`` inside the release, a plain program name or an absolute path.

    Never a shell line (B65, B99). Whether the host allows the program is asked where it runs.
    """
    for path, node, argv in written(snapshot):
        program = argv[0]
        plain = _PROGRAM.fullmatch(program) and ("/" not in program or program[0] in "./")
        if not plain:
            yield policy.PROGRAM.at(
                snapshot.locate(path, (*node, 0)),
                f"found {shown(program)}",
                hint=f"write ./{program}" if _PROGRAM.fullmatch(program) else "",
            )
