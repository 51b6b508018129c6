"""Which Tagboat and which zone database this is: what a decision rests on besides its inputs."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import TZPATH

from reconciler.system.facts import edition

_LONGEST = 100


def editions() -> Mapping[str, str]:
    """Name → version, as evidence of decisions keeps them: ``tagboat`` and ``tzdata``."""
    return {"tagboat": edition(), "tzdata": zone_database(TZPATH)}


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
    try:
        return f"package {version('tzdata')}"
    except PackageNotFoundError:
        return "unknown"
