"""Which Tagboat and which zone database this is: what a decision rests on besides its inputs."""

import contextlib
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from reconciler.system.files import settled_by

_DECIDING = ("deployer", "manifest", "model", "planner", "repository", "signoff", "validator")
_LENGTH = 64
_LONGEST = 100


def editions() -> Mapping[str, str]:
    """Name → version, as evidence of decisions keeps them: ``tagboat`` and ``tzdata``."""
    from zoneinfo import TZPATH

    return {"tagboat": edition(), "tzdata": zone_database(TZPATH)}


@cache
def edition() -> str:
    """64 hex digits that change with whatever decides what a file says.

    That is our own code below the adapters and what reads git, and the packages that parse and
    check: their versions stand in the names of their metadata folders, so that none of them has to
    be imported. A process has one, whatever happens to the files beneath it.
    """
    code = blake2b(sys.version.encode(), digest_size=_LENGTH // 2)
    top = Path(__file__).parents[1]
    files = [
        *top.glob("*.py"),
        *(each for name in _DECIDING for each in (top / name).rglob("*.py")),
    ]
    for each in sorted(files):
        code.update(f"\0{each.relative_to(top)}\0".encode() + each.read_bytes())
    for name in ("pydantic", "yaml"):
        found = find_spec(name)
        around = Path(found.origin).parents[1] if found and found.origin else top
        metadata = (
            *around.glob("pydantic*.dist-info"),
            *around.glob("[Pp]y[Yy][Aa][Mm][Ll]*-info"),
        )
        code.update("\0".join(sorted(each.name for each in metadata)).encode())
    return code.hexdigest()


def remembered_edition(folder: Path, *, now: datetime) -> str:
    """The same, read from ``folder`` when no file of the code was written since it was kept there.

    For commands that are run at every commit: reading all the code takes longer than what they do.
    """
    file = folder / "edition"
    times = _times(now)
    if not times:
        return edition()
    known = _own_text(file).split()
    if len(known) == 2 and known[0] == times and len(known[1]) == _LENGTH:
        return known[1]
    found = edition()
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)
        opened = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(opened, "w", encoding="ascii") as writing:
            writing.write(f"{times} {found}\n")
    return found


def _times(now: datetime) -> str:
    """A text that changes when a file of the code or an installed package does.

    Nothing while one is too young to tell.
    """
    top = os.fspath(Path(__file__).parents[1])
    said = list(_looked_at(top))
    if max(changed for _, changed, *_ in said) > settled_by(now):
        return ""
    return blake2b(f"{sys.version}\0{said}".encode(errors="surrogateescape")).hexdigest()


def _looked_at(top: str) -> Iterator[tuple[str, int, int, int, int]]:
    for folder in sys.path:
        with contextlib.suppress(OSError):
            yield _said(folder, os.stat(folder))  # noqa: PTH116
    waiting = [top, *(f"{top}/{name}" for name in _DECIDING)]
    while waiting:
        folder = waiting.pop()
        for each in sorted(os.scandir(folder), key=lambda each: each.name):
            if each.name.endswith(".py"):
                yield _said(each.path, each.stat())
            elif folder != top and each.is_dir() and each.name != "__pycache__":
                waiting.append(each.path)


def _said(path: str, said: os.stat_result) -> tuple[str, int, int, int, int]:
    return path, said.st_ctime_ns, said.st_mtime_ns, said.st_size, said.st_ino


def _own_text(file: Path) -> str:
    """The start of a file that is this user's and nobody else's; else nothing."""
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), encoding="ascii") as reading:  # noqa: PTH123
            said = os.fstat(reading.fileno())
            ours = stat.S_ISREG(said.st_mode) and said.st_uid == os.geteuid()
            return reading.read(1000) if ours and not said.st_mode & 0o077 else ""
    except (OSError, ValueError):
        return ""


def zone_database(folders: tuple[str, ...]) -> str:
    """The version of the IANA zone database that local times are computed with: ``2026a``.

    The first of the system's folders that has one, as `zoneinfo` looks for it, else the package
    ``tzdata``. ``unknown`` for a system that doesn't say.
    """
    for folder in map(Path, folders):
        for name in ("+VERSION", "tzdata.zi"):
            try:
                with (folder / name).open(encoding="utf-8", errors="replace") as file:
                    return file.readline(_LONGEST).removeprefix("# version ").strip()
            except OSError:
                continue
        if (folder / "Etc" / "UTC").exists():
            return "unknown"
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"package {version('tzdata')}"
    except PackageNotFoundError:
        return "unknown"
