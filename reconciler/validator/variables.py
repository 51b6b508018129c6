"""Configuration can't change what is run."""

import re
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import policy
from reconciler.manifest.paths import environment_path
from reconciler.manifest.secrets import secret_named, shown
from reconciler.manifest.snapshot import Snapshot

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_REFUSED = re.compile(
    r"PATH|PORT|HOME|IFS|ENV|BASH_ENV|SHELLOPTS|(?:LD|DYLD|GIT|LISTEN|TAGBOAT)_.*", re.IGNORECASE
)


def variables(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """``config`` sets no variable that changes which program runs, or that the driver sets (B66).

    Refused are ``PATH``, ``PORT``, ``HOME``, ``LD_*``, ``GIT_*``, ``LISTEN_*``, ``TAGBOAT_*`` and
    their like. A variable whose name says that it holds a secret is refused too: secrets aren't
    committed (B58).
    """
    for name, environment in snapshot.environments.items():
        for app, here in environment.apps.items():
            for variable in here.config:
                if not _NAME.fullmatch(variable) or _REFUSED.fullmatch(variable):
                    code, said = policy.VARIABLE, f"found {shown(variable)}"
                elif secret_named(variable):
                    code, said = policy.SECRET, f"{shown(variable)} holds a secret: '***'"
                else:
                    continue
                node = ("apps", app, "config", variable)
                yield code.at(snapshot.locate(environment_path(name), node, key=True), said)
