"""Rules over a snapshot, one per file; a rule's docstring is its manual page (L2, pure).

A rule is a function from a snapshot to findings. Rules don't import one another, and say nothing
about files that are broken by themselves: those are reported once, where they were read.
"""

from reconciler.diagnostics import Report
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.rules import RULES

__all__ = ["RULES", "validate"]


def validate(snapshot: Snapshot) -> Report:
    """What is wrong with the files of a snapshot together; `load` has said what is wrong with each.

    Pure and total: it never raises for what stands in files.
    """
    return Report.of(finding for rule in RULES for finding in rule(snapshot))
