"""Secrets of the host: read from where its configuration says, each time they are needed."""

import os
from collections.abc import Mapping

from reconciler.errors import ConfigurationError
from reconciler.model.host import SecretSource
from reconciler.system.configuration import Configuration
from reconciler.system.processes import run

_LONGEST = 64 << 10


def read_secret(
    source: SecretSource,
    configuration: Configuration,
    *,
    what: str,
    environment: Mapping[str, str] | None = None,
) -> str:
    """The secret, without space around it.

    Raises `ConfigurationError` that names where it should be, and never what is there.
    """
    text, where = "", ""
    if source.file is not None:
        where = str(configuration.path(source.file))
        try:
            with configuration.path(source.file).open("rb") as file:
                text = file.read(_LONGEST).decode(errors="replace")
        except OSError as error:
            raise ConfigurationError(f"{what}: {where}: {error.strerror}") from None
    elif source.env is not None:
        where = f"the environment variable {source.env}"
        text = (os.environ if environment is None else environment).get(source.env, "")
    elif source.command is not None:
        where = f"what {source.command[0]} prints"
        finished = run(list(source.command), timeout=30, limit=_LONGEST, trusted=True)
        if finished.returncode:
            raise ConfigurationError(f"{what}: {source.command[0]} ended with an error")
        text = finished.text
    secret = text.strip()
    if not secret or not secret.isprintable() or len(secret.split()) != 1:
        raise ConfigurationError(
            f"{what}: {where} is no token", hint=f"put the token, and nothing else, into {where}"
        )
    return secret
