"""The probe ``tcp``: an address must take a connection."""

import socket
import time
from pathlib import Path

from reconciler.errors import StepErroredError, StepFailedError
from reconciler.model.deployment import TestSpec
from reconciler.probes.egress import behind, check_address


class TcpProbe:
    """Connects only to addresses that the host allows (X16)."""

    def __init__(self, *, egress: frozenset[str]) -> None:
        """``egress`` is ``host:port`` of everything that may be asked."""
        self._egress = egress

    def check(self, test: TestSpec, folder: Path | None, *, timeout: float) -> None:
        """Raise `StepFailedError` when nobody takes the connection.

        Raises `StepErroredError` when the address may not be asked or can't be resolved. Says
        nothing to the other side, and hangs up at once.
        """
        del folder
        until = time.monotonic() + timeout
        address = test.settings["address"]
        if not address.rpartition(":")[2].isdecimal():
            raise StepErroredError("not asked: the address has no port")
        if test.settings.get("via"):
            asked = behind(f"http://{address}", test.settings["via"])
        else:
            asked = check_address(address, self._egress, timeout=timeout)
        with socket.socket(asked.family, socket.SOCK_STREAM) as connection:
            connection.settimeout(max(0.05, until - time.monotonic()))
            try:
                connection.connect((asked.address, asked.port))
            except OSError as error:
                said = "in time" if isinstance(error, TimeoutError) else error.strerror or "at all"
                raise StepFailedError(f"{address} doesn't answer: {said}") from error
