"""Many objects of a repository in one process."""

from collections.abc import Iterable

from reconciler.repository.git import Git, GitError


def read_objects(git: Git, ids: Iterable[str]) -> dict[str, bytes]:
    """Object id → its raw content, for those that are there; any sort of object."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    asked = "".join(f"{each}\n" for each in wanted).encode()
    finished = git.ask(["cat-file", "--batch", "--buffer"], stdin=asked)
    if finished.returncode:
        raise GitError(f"git cat-file: {finished.complaint}", finished=finished)
    found: dict[str, bytes] = {}
    said, at = finished.stdout, 0
    for each in wanted:
        end = said.index(b"\n", at)
        head = said[at:end].split(b" ")
        at = end + 1
        if len(head) != 3:
            continue
        size = int(head[2])
        found[each] = said[at : at + size]
        at += size + 1
    return found
