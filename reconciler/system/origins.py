"""Where each setting of a TOML file stands."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

Setting = tuple[str, ...]


def lines_of(text: str) -> dict[Setting, int]:
    """Path of each setting → the line, from 1, on which its statement begins.

    The file's own parser tells: a setting stands on the lines that a beginning of the file needs
    for having it. Raises `tomllib.TOMLDecodeError` for what is no TOML.
    """
    lines = text.splitlines(keepends=True)
    found: dict[Setting, int] = {}
    start = 1
    for number in range(1, len(lines) + 1):
        try:
            value = tomllib.loads("".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            if number == len(lines):
                raise
            continue
        for each in settings(value):
            found.setdefault(each, start)
        start = number + 1
    return found


def settings(value: Mapping[str, Any], at: Setting = ()) -> Iterator[Setting]:
    """The path of each value that isn't a table itself."""
    for key, each in value.items():
        if isinstance(each, Mapping):
            yield from settings(each, (*at, key))
        else:
            yield (*at, key)
