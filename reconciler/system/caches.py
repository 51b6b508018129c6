"""Where this machine's user keeps what can be made again."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/tagboat`` or ``~/.cache/tagboat``, made if it isn't there."""
    known = os.environ.get("XDG_CACHE_HOME")
    folder = Path(known) if known else Path.home() / ".cache"
    folder = folder / "tagboat"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
