"""For people and editors: one line in GNU form, then the line of the file with a caret below."""

from reconciler.diagnostics import Report
from reconciler.findings.source import Source, excerpt, nowhere


def write(report: Report, *, source: Source = nowhere) -> str:
    """``path:line:column: error TB101 what hint: how``, and what stands there, if it may be shown.

    Control characters of files and names are written out.
    """
    lines: list[str] = []
    for each in report.findings:
        lines.append(str(each))
        if found := excerpt(each, source):
            shown, offset = found
            number = str(each.location.line)
            lines.append(f"  {number} | {shown}")
            lines.append(f"  {' ' * len(number)} | {' ' * offset}^")
    return "".join(f"{each}\n" for each in lines)
