"""Which findings are new, so that a merge request answers for its own only."""

from collections import Counter

from reconciler.diagnostics import Diagnostic, Report


def new_since(old: Report, new: Report) -> Report:
    """The findings of ``new`` that ``old`` doesn't have, wherever in their files they stand.

    Two are the same if code, path, node and message are; of equal ones only as many as are more.
    """
    left = Counter(_same(each) for each in old.findings)
    found: list[Diagnostic] = []
    for each in new.findings:
        if left[_same(each)]:
            left[_same(each)] -= 1
        else:
            found.append(each)
    return Report(tuple(found))


def _same(finding: Diagnostic) -> tuple[str, str, str, str]:
    return finding.code, finding.location.path, finding.location.node, finding.message
