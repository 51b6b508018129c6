"""Where this machine's user keeps what can be made again."""

import os
from pathlib import Path

from reconciler.errors import ConfigurationError


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/tagboat`` or ``~/.cache/tagboat``, made if it isn't there.

    Raises `ConfigurationError` if it can't be made. A relative path is ignored, as the XDG Base
    Directory Specification has it.
    """
    known = Path(os.environ.get("XDG_CACHE_HOME", ""))
    folder = (known if known.is_absolute() else Path.home() / ".cache") / "tagboat"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{folder} can't be made: {error.strerror}",
            hint="set XDG_CACHE_HOME to a folder that can be written",
        ) from None
    return folder
