"""For programs: every finding with all its parts. ``version`` changes when a part goes away."""

import json
from typing import Any

from reconciler.diagnostics import Diagnostic, Location, Report
from reconciler.findings.source import Source, nowhere

VERSION = 1


def write(report: Report, *, source: Source = nowhere) -> str:
    """``{"version": 1, "findings": […]}``, in the order of files and lines."""
    del source
    data = {"version": VERSION, "findings": [data_of(each) for each in report.findings]}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def read(text: str) -> Report | None:
    """The report that `write` wrote; nothing if the text is anything else."""
    try:
        data = json.loads(text)
        if data["version"] != VERSION:
            return None
        return Report(tuple(_finding(each) for each in data["findings"]))
    except (ValueError, KeyError, TypeError):
        return None


def data_of(finding: Diagnostic) -> dict[str, str | int]:
    """One finding; line and column count from 1, and are 0 for a whole file."""
    place = finding.location
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "node": place.node,
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
    }


def _finding(data: dict[str, Any]) -> Diagnostic:
    place = Location(data["path"], data["line"], data["column"], data["node"])
    return Diagnostic(place, data["code"], data["message"], data["hint"], data["severity"])
