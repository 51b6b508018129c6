"""A plan in words."""

from reconciler.model.plan import Decision, Plan, Start, Verdict
from reconciler.names import instant_of
from reconciler.timetable.moments import local_text

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
    width = max((len(str(each.place)) for each in plan.decisions), default=0)
    lines = [line for each in plan.decisions for line in _lines(each, width)]
    banner = [f"! {plan.banner}"] if plan.banner else []
    return "\n".join([*banner, *lines, identity(plan)])


def identity(plan: Plan) -> str:
    """Which plan it is, in every face: two with the same digest say the same."""
    return f"plan {plan.digest[:19]} at {plan.commit[:12]}"


def is_held(decision: Decision) -> bool:
    """Whether something else shall run there than may."""
    return decision.verdict in {Verdict.HOLD, Verdict.BROKEN}


def is_plain(decision: Decision) -> bool:
    """Whether there is no more to say than that what shall run there runs there."""
    same = decision.sentence == f"runs {decision.running}" and not decision.notes
    return decision.verdict is Verdict.IN_SYNC and same


def reasons_and_remedies(decision: Decision) -> list[tuple[str, str]]:
    """Each closed gate with its reason, and what opens it; else the sentence, and what to know.

    A remedy is empty where there is none.
    """
    if is_held(decision):
        told = [(f"{each.gate}: {each.why}", each.remedy) for each in decision.closed]
    else:
        told = [(decision.sentence, "")]
    if decision.start:
        told.append((f"start: {start_text(decision.start)}", ""))
    return [*told, *((f"note: {each}", "") for each in decision.notes)]


def start_text(start: Start) -> str:
    """When a held start can be, in words."""
    if start.closes:
        when = local_text(instant_of(start.closes), start.zone)
        return f"never, as things are: {start.gate} closes {when}, before {start.other} opens"
    if not start.at:
        return f"not within a year; {start.gate} stays closed"
    when = local_text(instant_of(start.at), start.zone)
    if start.waits:
        return f"time allows it from {when} ({start.gate}), and it waits for {_and(start.waits)}"
    return f"{when} at the earliest ({start.gate})"


def _and(names: tuple[str, ...]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _lines(decision: Decision, width: int) -> list[str]:
    symbol, place = SYMBOLS[decision.verdict], str(decision.place)
    if not is_held(decision):
        notes = [f"    note: {each}" for each in decision.notes]
        return [f"{symbol} {place:<{width}}  {decision.sentence}", *notes]
    sentence = decision.sentence
    for each in decision.closed:
        sentence = sentence.removesuffix(f": {each.why}")
    below = []
    for reason, remedy in reasons_and_remedies(decision):
        below.append(f"    {reason}")
        if remedy:
            below.append(f"      → {remedy}")
    return [f"{symbol} {place:<{width}}  {sentence}", *below]
