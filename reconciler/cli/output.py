"""Printing data on stdout: as a table for people, as JSON or YAML for programs."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from reconciler.cli.options import Format


def emit(data: Any, form: Format, *, table: tuple[Sequence[str], Sequence[Sequence[str]]]) -> None:
    """Print ``data`` as JSON or YAML, or else the table: its headings and its rows of text."""
    match form:
        case Format.JSON:
            print(json.dumps(data, indent=2, ensure_ascii=False))
        case Format.YAML:
            import yaml

            yaml.safe_dump(data, sys.stdout, sort_keys=False, allow_unicode=True, width=1 << 20)
        case Format.TABLE:
            _table(*table)


def harmless(text: str) -> str:
    """The text with everything escaped that a terminal would obey (X22)."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def say(text: str) -> None:
    """Talk: one line on stderr."""
    print(harmless(text), file=sys.stderr)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        # A program reads this: no folding.
        console = Console(width=1 << 12)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for each in headings:
        table.add_column(each, overflow="fold")
    for row in rows:
        table.add_row(*(Text(harmless(cell)) for cell in row))
    console.print(table)
