"""A person's own ssh key: signing a statement with it, and telling which key it is."""

import base64
import struct
import tempfile
from pathlib import Path

from reconciler.errors import ConfigurationError
from reconciler.repository.signatures import OF_WORDS, key_of
from reconciler.system.processes import run

_DEADLINE = 120.0
_IN_PLACE = ("key::", "ssh-", "ecdsa-", "sk-")


def sign_word(statement: bytes, *, key: str) -> tuple[str, str]:
    """The armoured signature of a statement, and the public key that made it (sort and key).

    ``key`` is what git's ``user.signingKey`` says: a file, or the key itself when an agent holds
    the private part. Raises `ConfigurationError` when it can't sign.
    """
    armour = sign(statement, key=key, namespace=OF_WORDS)
    try:
        return f"{armour}\n", _line(key_of(armour.encode()))
    except (ValueError, struct.error):
        raise _useless(key, "ssh-keygen gave no signature") from None


def sign(statement: bytes, *, key: str, namespace: str) -> str:
    """The armoured signature of a statement for one purpose; see `sign_word`."""
    with tempfile.TemporaryDirectory(prefix="tagboat-") as folder:
        file = Path(key).expanduser()
        if key.startswith(_IN_PLACE):
            file = Path(folder) / "key.pub"
            file.write_text(key.removeprefix("key::") + "\n")
        command = ["ssh-keygen", "-Y", "sign", "-n", namespace, "-f", str(file)]
        finished = run(command, timeout=_DEADLINE, stdin=statement, trusted=True)
    if finished.returncode:
        raise _useless(key, finished.complaint)
    return finished.text.strip()


def _useless(key: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"{key} can't sign: {why}",
        hint="git config user.signingkey names the key; ssh-add it if it has a passphrase",
    )


def _line(wire: bytes) -> str:
    (length,) = struct.unpack(">I", wire[:4])
    return f"{wire[4 : 4 + length].decode()} {base64.b64encode(wire).decode()}"
