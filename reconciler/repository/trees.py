"""Managed files of one commit, read from git objects and never from a work tree."""

from collections.abc import Iterable, Mapping

from reconciler.errors import TagboatError
from reconciler.manifest.snapshot import Blob, managed
from reconciler.repository.git import Git

_FOLDERS = ("releases", "environments")


def entries(git: Git, commit: str) -> dict[str, tuple[str, str]]:
    """Managed path → (mode, object id) at this commit."""
    found = git.tell(["ls-tree", "-r", "-z", "--full-tree", commit, "--", *_FOLDERS])
    pairs = (line.split("\t", 1) for line in found.split("\0") if line)
    return {path: (head.split()[0], head.split()[2]) for head, path in pairs if managed(path)}


def blobs(git: Git, wanted: Mapping[str, tuple[str, str]]) -> dict[str, Blob]:
    """The content of these entries: path → blob, all read through one process.

    Entries that aren't files (a submodule's commit) come with empty data; their mode tells.
    """
    ids = sorted(
        {each for mode, each in wanted.values() if mode.startswith("1") and mode != "160000"}
    )
    data = _contents(git, ids)
    return {
        path: Blob(mode=mode, id=each, data=data.get(each, b""))
        for path, (mode, each) in wanted.items()
    }


def _contents(git: Git, ids: Iterable[str]) -> dict[str, bytes]:
    asked = "".join(f"{each}\n" for each in ids).encode()
    if not asked:
        return {}
    finished = git.ask(["cat-file", "--batch", "--buffer"], stdin=asked)
    if finished.returncode:
        raise TagboatError(f"git cat-file: {finished.complaint}")
    found: dict[str, bytes] = {}
    rest, position = finished.stdout, 0
    while position < len(rest):
        line = rest.index(b"\n", position)
        name, kind, *size = rest[position:line].decode().split()
        if kind == "missing" or not size:
            raise TagboatError(f"object {name} is missing", hint="fetch the repository anew")
        start, length = line + 1, int(size[0])
        found[name] = rest[start : start + length]
        position = start + length + 1
    return found
