"""For programs: every finding with all its parts. ``version`` changes when a part goes away."""

import json

from reconciler.diagnostics import Diagnostic, Report
from reconciler.findings.source import Source, nowhere

VERSION = 1


def write(report: Report, *, source: Source = nowhere) -> str:
    """``{"version": 1, "findings": […]}``, in the order of files and lines."""
    del source
    data = {"version": VERSION, "findings": [data_of(each) for each in report.findings]}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


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
