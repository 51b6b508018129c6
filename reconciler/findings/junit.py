"""For test reports: JUnit's XML, one test case for each finding."""

from xml.etree import ElementTree as ET

from reconciler.diagnostics import Diagnostic, Report
from reconciler.findings.source import Source, nowhere
from reconciler.visibility import visible

_SUITE = "tagboat validate"


def write(report: Report, *, source: Source = nowhere) -> str:
    """One suite. Without findings it has one case that passed, since some tools refuse none."""
    del source
    counts = {
        "name": _SUITE,
        "tests": str(max(len(report.findings), 1)),
        "failures": str(len(report.errors)),
        "errors": "0",
        "skipped": "0",
    }
    root = ET.Element("testsuites", counts)
    suite = ET.SubElement(root, "testsuite", counts)
    for each in report.findings:
        _case(suite, each)
    if not report.findings:
        ET.SubElement(suite, "testcase", {"classname": _SUITE, "name": "all files"})
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, finding: Diagnostic) -> None:
    place = finding.location
    path = visible(place.path)
    name = f"{finding.code} {visible(place.node)}".rstrip()
    case = ET.SubElement(suite, "testcase", {"classname": path, "name": name, "file": path})
    if place.line:
        case.set("line", str(place.line))
    if finding.severity == "error":
        message = visible(finding.message)
        said = ET.SubElement(case, "failure", {"type": finding.code, "message": message})
    else:
        said = ET.SubElement(case, "system-out")
    said.text = visible(str(finding))
