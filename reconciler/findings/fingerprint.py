"""What makes a finding the same one in the next run, though lines have moved."""

import hashlib
from collections import Counter
from collections.abc import Iterable

from reconciler.diagnostics import Diagnostic


def fingerprints(findings: Iterable[Diagnostic]) -> list[str]:
    """64 hex digits for each finding: of its code, path and node, and never of its line.

    Findings that are equal in these are counted through, so that each has its own.
    """
    seen: Counter[str] = Counter()
    found: list[str] = []
    for each in findings:
        said = f"{each.code}\0{each.location.path}\0{each.location.node}"
        again = f"\0{seen[said]}" if seen[said] else ""
        seen[said] += 1
        found.append(hashlib.sha256((said + again).encode()).hexdigest())
    return found
