"""The small part of JSON paths that tests need: ``$.a.b[0]``."""

import json
import re
from typing import Any

_PATH = re.compile(r"\$(?:\.[A-Za-z0-9_-]+|\[[0-9]{1,6}\])*")
_PART = re.compile(r"\.([A-Za-z0-9_-]+)|\[([0-9]+)\]")


def find(document: Any, path: str) -> Any:
    """What the path leads to.

    Raises `ValueError` for what is not such a path, and `LookupError` when it leads nowhere.
    """
    if not _PATH.fullmatch(path):
        raise ValueError(f"{path!r} is not a path such as $.a.b[0]")
    found = document
    for name, index in _PART.findall(path):
        if name and isinstance(found, dict) and name in found:
            found = found[name]
        elif index and isinstance(found, list) and int(index) < len(found):
            found = found[int(index)]
        else:
            raise LookupError(path)
    return found


def text_of(value: Any) -> str:
    """A value as it is written in files: strings as they are, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
