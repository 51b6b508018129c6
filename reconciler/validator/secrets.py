"""No secrets in files."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import policy
from reconciler.manifest.snapshot import Snapshot


def secrets(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Nothing in a file looks like a private key, a token or a password in an address (B58).

    Comments are looked at too, and files with other findings. The value is never shown.
    """
    for places in snapshot.suspicious.values():
        for place in places:
            yield policy.SECRET.at(place, "this looks like a secret: '***'")
