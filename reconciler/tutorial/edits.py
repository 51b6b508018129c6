"""Changing one value of a YAML file and leaving everything else in it as it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


def edit(path: Path, change: Callable[[Any], None]) -> None:
    """Read the file, let ``change`` alter its nodes in place, write it with comments and quotes."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1 << 20
    yaml.indent(mapping=2, sequence=4, offset=2)
    node = yaml.load(path.read_text())
    change(node)
    with path.open("w") as file:
        yaml.dump(node, file)
