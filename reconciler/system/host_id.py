"""Which host this is: so that two that share a reconciler's name don't take one another's work."""

import hashlib
import socket
from pathlib import Path

_MACHINE = Path("/etc/machine-id")


def host_id(state: Path) -> str:
    """16 hex digits for this machine and this state folder; the same after its content is lost."""
    try:
        machine = _MACHINE.read_text().strip()
    except OSError:
        machine = ""
    said = f"{machine or socket.gethostname()}\n{state.absolute()}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]
