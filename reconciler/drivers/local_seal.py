"""What a prepared content of the driver ``local`` held when it was put there, and whether it does.

``files.json`` in its folder: path → size, time of the last change, and SHA-256 of each file, or
where a link leads. A file whose size and time are as they were isn't read again.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

_SEAL = "files.json"


def write_seal(folder: Path) -> None:
    """Write down what the folder holds now."""
    found = {name: _described(folder / name) for name in _files(folder)}
    (folder / _SEAL).write_text(json.dumps(found, sort_keys=True))


def changed(folder: Path) -> str:
    """The first file that isn't as it was, in words; empty for none, or where nothing is known."""
    try:
        sealed = json.loads((folder / _SEAL).read_bytes())
    except (OSError, ValueError):
        return ""
    for name, known in sealed.items():
        path = folder / name
        try:
            if isinstance(known, str):
                same = path.is_symlink() and str(path.readlink()) == known
            else:
                same = _same(path, *known)
        except OSError:
            return f"{name} is gone"
        if not same:
            return f"{name} was changed"
    return ""


def _same(path: Path, size: int, moment: int, digest: str) -> bool:
    seen = path.lstat()
    if path.is_symlink() or seen.st_size != size:
        return False
    return seen.st_mtime_ns == moment or _digest(path) == digest


def _described(path: Path) -> str | list[object]:
    if path.is_symlink():
        return str(path.readlink())
    seen = path.lstat()
    return [seen.st_size, seen.st_mtime_ns, _digest(path)]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        linked = [each for each in folders if (Path(parent) / each).is_symlink()]
        for name in sorted([*files, *linked]):
            yield str((Path(parent) / name).relative_to(folder))
