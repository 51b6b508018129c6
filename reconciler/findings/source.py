"""The line that a finding is about, if it may be shown."""

import re
from collections.abc import Callable

from reconciler.diagnostics import Diagnostic
from reconciler.visibility import visible

Source = Callable[[str], str | None]
"""Path → the file's text; nothing if it can't be had."""

_WIDEST = 100
_BEFORE = 60
_NAME = re.compile(r"([A-Za-z0-9_.-]+)[\"']?\s*:")


def nowhere(path: str) -> None:
    """No text of any file."""
    del path


def excerpt(finding: Diagnostic, source: Source) -> tuple[str, int] | None:
    """The line and the offset of the finding's column in it; nothing where a secret may stand.

    A long line is cut around the column.
    """
    # What knows secrets takes as long to load as all the rest of a check that finds nothing.
    from reconciler.manifest.secrets import secrets_in

    place = finding.location
    text = source(place.path) if place.line and "***" not in finding.message else None
    if text is None or next(secrets_in(text), None) is not None:
        return None
    lines = text.split("\n")
    if not place.line <= len(lines) or _secret(lines, place.line - 1):
        return None
    line, column = lines[place.line - 1].rstrip(), max(place.column - 1, 0)
    start = column - _BEFORE if len(line) > _WIDEST and column > _BEFORE else 0
    before, after = line[start:column], line[column : start + _WIDEST]
    return visible(before) + visible(after), len(visible(before))


def _secret(lines: list[str], number: int) -> bool:
    """Whether a name on this line, or on one that it stands below, is one of secrets."""
    from reconciler.manifest.secrets import secret_named

    inside = len(lines[number])
    for line in reversed(lines[: number + 1]):
        depth = len(line) - len(line.lstrip())
        if line.strip() and depth < inside:
            inside = depth
            if any(secret_named(match[1]) for match in _NAME.finditer(line)):
                return True
    return False
