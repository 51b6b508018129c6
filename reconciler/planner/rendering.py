"""A plan in words: text and Markdown from one object."""

from reconciler.model.plan import Decision, Plan, Verdict

SYMBOLS = {
    Verdict.IN_SYNC: "✔",
    Verdict.DEPLOY: "→",
    Verdict.HOLD: "⏸",
    Verdict.BUSY: "⟳",
    Verdict.GO_BACK: "↩",
    Verdict.BROKEN: "✖",
}


def as_text(plan: Plan) -> str:
    """The plan for a terminal: one line a place, and below it what is not open."""
    lines = [line for each in plan.decisions for line in _lines(each)]
    return "\n".join([*lines, f"plan {plan.digest[:19]} at {plan.commit[:12]}"])


def as_markdown(plan: Plan) -> str:
    """The plan for a merge request: a table, and the reasons of what is held."""
    head = ["| place | runs | wants | what happens |", "| --- | --- | --- | --- |"]
    rows = [
        f"| {each.place} | {_cell(each.running)} | {_cell(each.wanted)} | "
        f"{SYMBOLS[each.verdict]} {_cell(each.sentence)} |"
        for each in plan.decisions
    ]
    reasons = [
        f"- **{each.place}** {reason.gate}: {_cell(reason.why)} — {_cell(reason.remedy)}"
        for each in plan.decisions
        if each.verdict in {Verdict.HOLD, Verdict.BROKEN}
        for reason in each.closed
    ]
    return "\n".join([*head, *rows, *(["", *reasons] if reasons else [])])


def _lines(decision: Decision) -> list[str]:
    lines = [f"{SYMBOLS[decision.verdict]} {decision.place}  {decision.sentence}"]
    if decision.verdict in {Verdict.HOLD, Verdict.BROKEN}:
        for reason in decision.closed:
            lines.append(f"    {reason.gate} {reason.state}: {reason.why}")
            if reason.remedy:
                lines.append(f"      → {reason.remedy}")
    lines.extend(f"    note: {note}" for note in decision.notes)
    return lines


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
