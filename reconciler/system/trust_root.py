"""Setting another trust root: in the host's configuration, with a note for the history."""

import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from reconciler.canonical import canonical_json
from reconciler.errors import ConfigurationError
from reconciler.system.files import write_durably
from reconciler.system.origins import lines_of

_NOTE = "trust-reset.json"
_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Reset:
    """That an operator of this host has set another trust root, and why."""

    root: str
    before: str
    reason: str


def set_root(file: Path, root: str) -> None:
    """Write the trust root into a host's configuration; nothing else of the file changes.

    Raises `ConfigurationError` where the file has no line of its own for it, or can't be written.
    """
    text = file.read_text(encoding="utf-8")
    number = lines_of(text).get(("trust", "root"))
    lines = text.splitlines(keepends=True)
    old = tomllib.loads(text).get("trust", {}).get("root", "")
    by_hand = ConfigurationError(
        f"{file} can't be edited", hint=f'set [trust] root = "{root}" in it'
    )
    if number is None or lines[number - 1].count(old) != 1:
        raise by_hand
    lines[number - 1] = lines[number - 1].replace(old, root)
    changed = "".join(lines)
    if tomllib.loads(changed).get("trust", {}).get("root") != root:
        raise by_hand
    try:
        write_durably(file, changed.encode(), mode=file.stat().st_mode & 0o777)
    except OSError as error:
        raise ConfigurationError(f"{file} can't be written: {error.strerror}") from error


def keep_reset(state: Path, reset: Reset) -> None:
    """Leave the note for the daemon, which writes it into the history."""
    state.mkdir(parents=True, exist_ok=True)
    write_durably(state / _NOTE, canonical_json(asdict(reset)).encode(), mode=_MODE)


def read_reset(state: Path) -> Reset | None:
    """The note of the last reset; nothing if there is none that can be read."""
    import json

    try:
        said = json.loads((state / _NOTE).read_text(encoding="utf-8"))
        return Reset(str(said["root"]), str(said["before"]), str(said["reason"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
