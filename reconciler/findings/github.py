"""For GitHub Actions: workflow commands that become annotations of the changed files.

GitHub shows ten of each level for a step and drops the others silently; so the rest is counted.
"""

from reconciler.diagnostics import Diagnostic, Report
from reconciler.findings.source import Source, nowhere

MOST = 10
"""Annotations of one level that a step may show."""


def write(report: Report, *, source: Source = nowhere) -> str:
    """``::error file=…,line=…,col=…,title=…::…``, one line each, and how many there are besides."""
    del source
    lines: list[str] = []
    for level in ("error", "warning"):
        some = [each for each in report.findings if each.severity == level]
        # The last annotation is needed to say how many there are besides.
        count = len(some) if len(some) <= MOST else MOST - 1
        lines += [_line(each) for each in some[:count]]
        if left := len(some) - count:
            lines.append(f"::{level} title=tagboat validate::{left} more like these, see the log")
    return "".join(f"{each}\n" for each in lines)


def _line(finding: Diagnostic) -> str:
    place = finding.location
    parts = {"file": place.path, "title": finding.code}
    if place.line:
        parts |= {"line": str(place.line), "col": str(place.column)}
    said = ",".join(f"{name}={_property(value)}" for name, value in parts.items())
    hint = f"\n{finding.hint}" if finding.hint else ""
    return f"::{finding.severity} {said}::{_data(finding.message + hint)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
