"""Findings as text for people and for the tools around a merge request (L2, pure).

One format per file; each is a function from a report to text. Nothing here decides anything.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from reconciler.diagnostics import Report
from reconciler.findings import github, gitlab, json, junit, sarif, text
from reconciler.findings.source import Source, nowhere

__all__ = ["WRITERS", "Source", "Writer"]


class Writer(Protocol):
    """One format. ``source`` gives a file's text, for formats that quote it."""

    def __call__(self, report: Report, *, source: Source = nowhere) -> str:
        """The whole output; it ends with a line feed unless it is empty."""
        ...


WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "text": text.write,
        "json": json.write,
        "github": github.write,
        "gitlab": gitlab.write,
        "sarif": sarif.write,
        "junit": junit.write,
    }
)
"""Every format by its name."""
