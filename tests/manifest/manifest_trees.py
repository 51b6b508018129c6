"""Folders of the corpus as trees of git blobs."""

import hashlib
from pathlib import Path

from reconciler.manifest.snapshot import Blob

CORPUS = Path(__file__).parent.parent / "corpus"


def tree_of(folder: Path) -> dict[str, Blob]:
    files = (each for each in sorted(folder.rglob("*")) if each.is_file())
    return {
        each.relative_to(folder).as_posix(): blob(each.read_bytes())
        for each in files
        if each != folder / "expected.txt"
    }


def blob(data: bytes | str, mode: str = "100644") -> Blob:
    raw = data.encode() if isinstance(data, str) else data
    return Blob(mode, hashlib.sha1(raw).hexdigest(), raw)
