"""Whether anything in a folder has changed since it was walked, seen without listing anything.

Most runs of a check find everything as it was. So what a walk found is kept as two lists of names,
and each name is looked at once, folders and files alike.
"""

import marshal
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from hashlib import blake2b
from operator import attrgetter, itemgetter
from pathlib import Path

from reconciler.folders import FOLDERS
from reconciler.repository.walking import Listing
from reconciler.system.files import settled_by

_PLACE = attrgetter("st_ctime_ns", "st_ino", "st_dev")
_DECIDING = attrgetter("st_ctime_ns", "st_mtime_ns", "st_mode", "st_size", "st_ino", "st_dev")
_CHANGED = itemgetter(0)
_BETWEEN = "\0\0"

Look = tuple[int, ...]
"""What changes when a file does; its change time (ns) comes first."""


def glance(folder: Path, names: str) -> tuple[Sequence[str], Sequence[Look]] | None:
    """The managed files in a folder, sorted, and a look at each.

    ``names`` are what `names_of` gave after a walk of it. Nothing when other names may be in it
    now, or when it can't be looked at; then it is to be walked.
    """
    stamp, folders, files = (names.split(_BETWEEN) + [""] * 3)[:3]
    try:
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        # A file is found sooner from here than from the root. No list of what the system says is
        # made: each is let go at once, which takes a third less than holding all of them.
        look = partial(os.lstat, dir_fd=top)
        known = _listed(folders)
        if _any_there(set(FOLDERS) - set(known), top) or stamp != _stamp(
            map(_PLACE, map(look, known))
        ):
            return None
        paths = _listed(files)
        return paths, list(map(_DECIDING, map(look, paths)))
    except (OSError, ValueError):
        return None
    finally:
        os.close(top)


def names_of(listing: Listing, files: Iterable[str]) -> str:
    """What `glance` needs after a walk that found these; empty while a folder is too young."""
    folders = sorted(listing)
    held = all(f"{path}/{name}" in listing for path in folders for name in listing[path][1])
    stamp = _stamp(tuple(listing[each][0]) for each in folders)
    return _BETWEEN.join((stamp, "\0".join(folders), "\0".join(files))) if held else ""


def looks(files: Iterable[os.stat_result]) -> Sequence[Look]:
    """What counts of what the file system said of files."""
    return list(map(_DECIDING, files))


def fingerprint(paths: Sequence[str], said: Sequence[Look], *, now: datetime) -> str:
    """A text that changes when a file does; empty while one is too young to tell at ``now``."""
    if max(map(_CHANGED, said), default=0) > settled_by(now):
        return ""
    names = "\0".join(paths).encode(errors="surrogateescape")
    # Version 2 writes equal values as equal bytes; as text it would take six times as long.
    return blake2b(names + b"\0\0" + marshal.dumps(list(said), 2)).hexdigest()


def _listed(names: str) -> list[str]:
    return names.split("\0") if names else []


def _any_there(names: Iterable[str], top: int) -> bool:
    return any(_is_there(each, top) for each in names)


def _is_there(name: str, top: int) -> bool:
    try:
        os.lstat(name, dir_fd=top)
    except FileNotFoundError:
        return False
    return True


def _stamp(places: Iterator[Look]) -> str:
    """The same for the same folders that were changed when they were changed then."""
    return blake2b(marshal.dumps(list(places), 2)).hexdigest()
