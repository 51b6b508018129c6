"""For code scanning: SARIF 2.1.0 (OASIS), with the manual of each rule that found something."""

import json
from typing import Any
from urllib.parse import quote

from reconciler.diagnostics import Diagnostic, Report
from reconciler.findings.fingerprint import fingerprints
from reconciler.findings.source import Source, nowhere
from reconciler.manifest.codes import CODES

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(report: Report, *, source: Source = nowhere) -> str:
    """One run. URIs are relative to the top of the repository; columns count code points."""
    del source
    rules = sorted({each.code for each in report.findings})
    results = [
        _result(each, rules.index(each.code), fingerprint)
        for each, fingerprint in zip(report.findings, fingerprints(report.findings), strict=True)
    ]
    run = {
        "tool": {"driver": {"name": "tagboat", "rules": [_rule(each) for each in rules]}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            "REPOSITORY": {"description": {"text": "The top of the repository."}}
        },
        "results": results,
    }
    data = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str) -> dict[str, Any]:
    known = CODES.get(code)
    if known is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": known.title},
        "fullDescription": {"text": known.why},
        "help": {"text": known.fix},
    }


def _result(finding: Diagnostic, rule: int, fingerprint: str) -> dict[str, Any]:
    place = finding.location
    where: dict[str, Any] = {
        "artifactLocation": {"uri": quote(place.path), "uriBaseId": "REPOSITORY"}
    }
    if place.line:
        where["region"] = {"startLine": place.line, "startColumn": max(place.column, 1)}
    hint = f" ({finding.hint})" if finding.hint else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": finding.message + hint},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {"codePathNode/v1": fingerprint},
    }
