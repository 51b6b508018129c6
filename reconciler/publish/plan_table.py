"""A plan as Markdown: the words of the terminal's text, made inert."""

from reconciler.model.plan import Plan
from reconciler.planner.rendering import SYMBOLS, identity, is_held, reasons_and_remedies
from reconciler.publish.escaping import code, unlinked
from reconciler.publish.fragments import table


def as_markdown(plan: Plan) -> str:
    """The plan for a merge request: a table, and the reasons of what is held."""
    rows = [
        (
            unlinked(str(each.place)),
            code(each.running),
            code(each.wanted),
            f"{SYMBOLS[each.verdict]} {unlinked(each.sentence)}",
        )
        for each in plan.decisions
    ]
    reasons = [
        f"- **{unlinked(str(each.place))}** {unlinked(reason)}"
        f"{f' — {unlinked(remedy)}' if remedy else ''}"
        for each in plan.decisions
        if is_held(each)
        for reason, remedy in reasons_and_remedies(each)
    ]
    told = table(("place", "runs", "wants", "what happens"), rows)
    banner = [f"**{unlinked(plan.banner)}**"] if plan.banner else []
    listed = ["\n".join(reasons)] if reasons else []
    return "\n\n".join([*banner, told, *listed, f"<sub>{unlinked(identity(plan))}</sub>"])
