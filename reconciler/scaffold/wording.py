"""Values as the files' YAML writes them."""

import json
import re
from collections.abc import Iterable

_PLAIN = re.compile(r"[a-z][a-z0-9]*([-/][a-z0-9]+)*")
_READ_AS_SOMETHING_ELSE = frozenset(
    {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"}
)


def word(text: str) -> str:
    """A name or reference: plain where every YAML reads it as text, else quoted."""
    if _PLAIN.fullmatch(text) and text not in _READ_AS_SOMETHING_ELSE:
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """Any text, in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def words(texts: Iterable[str]) -> str:
    """A list of names or references, on one line."""
    return f"[{', '.join(word(each) for each in texts)}]"
