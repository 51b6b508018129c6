"""Findings as text for people and for the tools around a merge request (L2, pure).

One format per file; each is a function from a report to text. Nothing here decides anything.
"""

from importlib import import_module
from typing import Protocol, cast

from reconciler.diagnostics import Report
from reconciler.findings.source import Source, nowhere

__all__ = ["FORMATS", "Source", "Writer", "writer"]

FORMATS = ("text", "json", "github", "gitlab", "sarif", "junit")
"""Every format; the file of the same name writes it."""


class Writer(Protocol):
    """One format. ``source`` gives a file's text, for formats that quote it."""

    def __call__(self, report: Report, *, source: Source = nowhere) -> str:
        """The whole output; it ends with a line feed unless it is empty."""
        ...


def writer(name: str) -> Writer:
    """The writer of one of `FORMATS`; only now is it loaded."""
    return cast("Writer", import_module(f"reconciler.findings.{name}").write)
