"""Printing data on stdout: as a table for people, as JSON or YAML for programs."""

import sys
from collections.abc import Callable, Collection, Sequence
from typing import Any

from reconciler.cli.formats import Format
from reconciler.visibility import visible


def emit(data: Any, form: Format, *, table: Callable[[], None]) -> None:
    """Print ``data`` as JSON or YAML; for people, what ``table`` prints."""
    match form:
        case Format.JSON:
            import json

            print(json.dumps(data, indent=2, ensure_ascii=False))
        case Format.YAML:
            import yaml

            yaml.safe_dump(data, sys.stdout, sort_keys=False, allow_unicode=True, width=1 << 20)
        case Format.TABLE:
            table()


def say(text: str) -> None:
    """Talk: one line on stderr."""
    print(visible(text), file=sys.stderr)


def tell(text: str) -> None:
    """Print a line; on a terminal folded between words, with the indentation that it has.

    A remedy, which begins with ``→``, gets a line for each of its parts. A command in it is never
    folded, as somebody may copy it: where it doesn't fit, it has a line of its own.
    """
    line = visible(text)
    if not sys.stdout.isatty():
        print(line)
        return
    import shutil

    words = line.lstrip()
    indent = " " * (len(line) - len(words))
    width = max(40, shutil.get_terminal_size().columns)
    if not words.startswith("→"):
        _fold(words, indent, indent + "  ", width)
        return
    first = f"{indent}→ "
    for part in words.removeprefix("→ ").split("; "):
        said, command = _parted(part) if len(first + part) > width else (part, "")
        if said:
            _fold(said, first, f"{indent}  ", width)
            first = f"{indent}  "
        if command:
            print(first + command)
            first = f"{indent}  "


def _parted(remedy: str) -> tuple[str, str]:
    """What is said, and the command that ends it."""
    import re

    found = re.search(r"(?:^|: )((?:tagboat|git) .+)$", remedy)
    return (remedy[: found.start(1)].rstrip(), found[1]) if found else (remedy, "")


def _fold(words: str, first: str, indent: str, width: int) -> None:
    import textwrap

    folded = textwrap.wrap(
        words,
        width,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    print(*folded, sep="\n")


def show(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, folding: Collection[str] = ()
) -> None:
    """Print a table; a program gets one line for each row.

    On a terminal the columns with these headings fold, the last one if none is named: one that
    doesn't would push others out.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # `Console` believes FORCE_COLOR where it speaks of a terminal; folding is another matter.
    console = Console() if sys.stdout.isatty() else Console(width=1 << 12)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="")
    for each in headings:
        folds = each in (folding or headings[-1:])
        table.add_column(each, no_wrap=not folds, overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        print(line.rstrip())
