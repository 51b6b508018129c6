"""Changing one value of a YAML file in place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconciler.scaffold.editing import edited


def edit(path: Path, change: Callable[[Any], None]) -> None:
    """Read the file, let ``change`` alter its nodes in place, write it as `edited` does."""
    path.write_bytes(edited(path.read_bytes(), change))
