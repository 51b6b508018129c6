"""Rules over a snapshot, one per file; a rule's docstring is its manual page (L2, pure).

A rule is a function from a snapshot to findings; a comparison also sees the snapshot before. Rules
don't import one another, and say nothing about files that are broken by themselves: those are
reported once, where they were read.
"""

from reconciler.diagnostics import Report
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.review import Review
from reconciler.validator.rules import CHANGES, RULES

__all__ = ["CHANGES", "RULES", "Review", "validate"]


def validate(
    snapshot: Snapshot, *, base: Snapshot | None = None, review: Review | None = None
) -> Report:
    """What is wrong with the files of a snapshot together; `load` has said what is wrong with each.

    With ``base``, what was there before, also what may not have been changed since. ``review``
    keeps what rules found until something that they looked at changes. Pure and total: it never
    raises for what stands in files.
    """
    found = [
        finding
        for rule in RULES
        for finding in (review.of(rule, snapshot) if review else rule(snapshot))
    ]
    if base is not None:
        found.extend(finding for each in CHANGES for finding in each(base, snapshot))
    return Report.of(found)
