"""For GitLab's merge request widget: a code quality report (a JSON array)."""

import json

from reconciler.diagnostics import Report
from reconciler.findings.fingerprint import fingerprints
from reconciler.findings.source import Source, nowhere

_SEVERITY = {"error": "major", "warning": "minor"}


def write(report: Report, *, source: Source = nowhere) -> str:
    """The array; an empty one when all is well, which GitLab needs to see what was mended."""
    del source
    data = [
        {
            "description": each.message + (f" ({each.hint})" if each.hint else ""),
            "check_name": each.code,
            "fingerprint": fingerprint,
            "severity": _SEVERITY[each.severity],
            "location": {
                "path": each.location.path,
                "lines": {"begin": max(each.location.line, 1)},
            },
        }
        for each, fingerprint in zip(report.findings, fingerprints(report.findings), strict=True)
    ]
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
