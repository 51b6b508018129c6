"""Gate ``files``: the files that decide about the place are there and have no errors."""

from reconciler.manifest.codes import reach
from reconciler.manifest.support import unsupported
from reconciler.model.records import Reason
from reconciler.planner.concerns import concerns
from reconciler.planner.gates import follow
from reconciler.planner.gates.sign_off import taints_of
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened

NAME = "files"

_SAID_ELSEWHERE = frozenset({reach.REQUIRED.id})
"""Findings that gates of their own speak of: ``require/…`` can be set aside, and isn't asked before
going back."""


def answer(ask: Ask) -> Reason:
    """Closed by the first error in a file that concerns the place.

    Where the files ask for more than this version does, the gate `supported` says so; where the
    place requires what isn't there, the gates ``require/…`` do.
    """
    versions = frozenset({ask.shown})
    findings = [
        each
        for each in ask.inputs.report.errors
        if each.code not in _SAID_ELSEWHERE and concerns(each.location.path, ask.place, versions)
    ]
    if findings:
        first = findings[0]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        why = f"{first.location}: {first.code} {first.message}{more}"
        if any(each.path == first.location.path for each in taints_of(ask)):
            why += "; that is the file in force, the branch holds another one"
        mend = f"{first.hint}; " if first.hint else ""
        remedy = f"{mend}mend the file on a branch and have it merged by somebody else"
        return closed(NAME, why, remedy=remedy)
    place, snapshot = ask.place, ask.inputs.snapshot
    if not ask.in_force:
        return opened(NAME, "no errors")
    looked_for = ask.desired.source is None and follow.answer(ask) is not None
    if (
        ask.assignment is None
        and not looked_for
        and not any(unsupported(snapshot, place.environment, place.app))
    ):
        why = ask.desired.missing or "the admitted files don't lead to anything that could run here"
        return closed(NAME, why, remedy="run tagboat validate")
    return opened(NAME, "no errors")
