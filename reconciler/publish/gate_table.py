"""The gates of one place in the comment on a merge request: what holds it then, and all answers."""

from collections.abc import Sequence

from reconciler.model.records import Reason
from reconciler.planner.preview import Preview
from reconciler.planner.reasons import Told, told
from reconciler.publish.escaping import code, unlinked
from reconciler.publish.fragments import table

_GATE = "A gate is a condition that must hold before a deployment starts."


def gate_parts(preview: Preview) -> list[str]:
    """Markdown: the gates that stay closed, those asked later, and all of them behind a click."""
    gates = [(now, then, last) for now, then in preview.gates if (last := then or now)]
    if not gates:
        return []
    every = [
        (unlinked(last.gate), _state(now), _state(then), unlinked(_why(preview, now, last)))
        for now, then, last in gates
    ]
    answers = [last for _, _, last in gates]
    return [
        *_held([each for each in answers if each.state != "open"]),
        *_asked([code(each.gate) for each in answers if told(each) is Told.AT_THE_START]),
        f"<details><summary>All {len(gates)} gates, now and after the merge</summary>",
        _GATE,
        table(("Gate", "Now", "After the merge", "Why"), every),
        "</details>",
    ]


def _held(shut: Sequence[Reason]) -> list[str]:
    match shut:
        case []:
            return ["After the merge nothing holds it."]
        case [one]:
            why = f"After the merge one thing holds it, the gate {code(one.gate)}"
            return [f"{why}: {unlinked(one.why)}. To change that: {unlinked(one.remedy)}."]
        case _:
            rows = [
                (unlinked(each.gate), unlinked(each.why), unlinked(each.remedy)) for each in shut
            ]
            said = f"After the merge {len(shut)} things hold it:"
            return [said, table(("Gate", "Why it waits", "To change that"), rows)]


def _asked(later: Sequence[str]) -> list[str]:
    """Gates that only the host can ask, so that nobody takes the ones above for all."""
    if not later:
        return []
    which = f"the gate{'s' * (len(later) > 1)} {' and '.join(later)}"
    return [f"Only asked at the start, on the host that deploys: {which}."]


def _why(preview: Preview, now: Reason | None, last: Reason) -> str:
    """A gate's words; where the merge itself is the answer, that it is still to come."""
    waits = now is not None and now.state != "open" and last.state == "open"
    if not (waits and last.gate == "sign-off"):
        return last.why
    authors = ", ".join(preview.authors) or "nobody"
    match preview.mergers:
        case (only,):
            return f"written by {authors}; waits for {only} to merge it"
        case _ if preview.merged_by:
            return (
                f"written by {authors}; waits for somebody to merge it, such as {preview.merged_by}"
            )
        case _:
            return f"written by {authors}; waits to be merged"


def _state(reason: Reason | None) -> str:
    if reason is None:
        return "not asked"
    answer = told(reason)
    return f"{answer.symbol} {answer.word}"
