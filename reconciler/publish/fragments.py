"""Pieces that several pages show the same way: marks, links between pages, tables, reasons."""

from collections.abc import Iterable, Sequence

from reconciler.model.people import People
from reconciler.model.place import Place
from reconciler.model.records import Answer, Reason, SignOff
from reconciler.planner.maintenance import scope_of
from reconciler.planner.reasons import Told, told
from reconciler.publish.attempts import Attempt
from reconciler.publish.cells import Cell, Overview, Status
from reconciler.publish.escaping import attribute, code, markdown
from reconciler.publish.times import between, moment, span, stamp, when


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; every cell is Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join(' --- ' for _ in head)}|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def mark(colour: str, symbol: str, word: str) -> str:
    """A status: a symbol and its word, in its colour."""
    return f'<span class="tb-mark tb-{colour}">{symbol} {attribute(word)}</span>'


def outcome(attempt: Attempt) -> str:
    """How a deployment ended, or that it is under way."""
    return mark(attempt.colour, attempt.symbol, attempt.word)


def status(cell: Cell) -> str:
    """What a place does."""
    return mark(cell.status.colour, cell.status.symbol, cell.status.word)


def running(cell: Cell) -> str:
    """What is wanted and what runs, in a few words."""
    now = code(cell.running) if cell.running else "nothing"
    if cell.wanted and cell.wanted != cell.running and cell.status is not Status.NOTHING:
        return f"wants {code(cell.wanted)}, runs {now}"
    return now


def from_to(attempt: Attempt) -> str:
    """``1.2.0 → 1.3.0``; a place that is retired comes to run nothing."""
    before = code(attempt.previous) if attempt.previous else "nothing"
    return f"{before} → {'nothing' if attempt.retires else code(attempt.version)}"


def place_title(overview: Overview, place: Place) -> str:
    """How people call a place, as Markdown."""
    return f"{app_title(overview, place.app)} in {environment_title(overview, place.environment)}"


def app_title(overview: Overview, name: str) -> str:
    """How people call an app, as Markdown."""
    app = overview.inputs.apps.get(name)
    return markdown(app.title if app and app.title else name)


def environment_title(overview: Overview, name: str) -> str:
    """How people call an environment, as Markdown."""
    environment = overview.inputs.environments.get(name)
    return markdown(environment.title if environment and environment.title else name)


def app_link(overview: Overview, name: str, *, up: str) -> str:
    """A link to an app's page; ``up`` leads from the page to the top, such as ``../``."""
    return f"[{app_title(overview, name)}]({up}apps/{name}.md)"


def environment_link(overview: Overview, name: str, *, up: str) -> str:
    """A link to an environment's page."""
    return f"[{environment_title(overview, name)}]({up}environments/{name}.md)"


def person(people: People | None, name: str) -> str:
    """A person's name, as Markdown; the id of one who isn't listed any more."""
    known = people.people.get(name) if people else None
    return markdown(known.name if known else name)


def signed_by(people: People | None, sign_off: SignOff) -> str:
    """Who merged, or whose approval stood for the merge, as Markdown."""
    who = person(people, sign_off.merged_by) if sign_off.merged_by else "the trust root"
    return f"{who} (by approval)" if sign_off.approval else who


def took(attempt: Attempt) -> str:
    """How long a deployment took; empty while it is under way."""
    if attempt.end is None:
        return ""
    exact = between(attempt.end.started, attempt.end.ended)
    return span(attempt.end.seconds if exact is None else exact)


def started(attempt: Attempt) -> str:
    """When a deployment began."""
    return attempt.end.started if attempt.end else attempt.claim.at


def deployments_table(overview: Overview, attempts: Iterable[Attempt], *, up: str) -> str:
    """A table of deployments; ``up`` leads from the page to the top, such as ``../``."""
    people, now = overview.inputs.people, overview.inputs.generated_at
    rows = (
        (
            outcome(each),
            f"[{_short_title(overview, each.place)}]({up}deployments/{each.name}.md)",
            from_to(each),
            signed_by(people, each.claim.sign_off),
            when(started(each), now),
            took(each) or "—",
        )
        for each in attempts
    )
    return table(("Outcome", "Deployment", "Release", "Signed off by", "Began", "Took"), rows)


def _short_title(overview: Overview, place: Place) -> str:
    app = app_title(overview, place.app)
    return f"{app} · {environment_title(overview, place.environment)}"


def gates(reasons: Sequence[Reason]) -> str:
    """Every gate with its answer, as a list."""
    return "\n".join(_gate(each) for each in reasons)


def paused(overview: Overview, pause: Answer) -> str:
    """Who has paused what, until when and why, and what ends it."""
    scope = code(scope_of(pause))
    ends = moment(pause.until)
    until = f"until {stamp(ends)} UTC" if ends else "until somebody resumes it"
    why = f": {markdown(pause.reason)}" if pause.reason else ""
    who = person(overview.inputs.people, pause.by)
    remedy = markdown(f"tagboat resume {scope_of(pause)}")
    return f"{scope} is paused by {who} {until}{why}<br>**What opens it:** {remedy}"


_COLOURS = {
    Told.OPEN: "runs",
    Told.CLOSED: "held",
    Told.UNKNOWN: "stuck",
    Told.AT_THE_START: "nothing",
}


def _gate(reason: Reason) -> str:
    answer = told(reason)
    named = f"**{markdown(reason.gate)}**: {markdown(reason.why)}"
    line = f"- {mark(_COLOURS[answer], answer.symbol, answer.word)} {named}"
    remedy = f"<br>**What opens it:** {markdown(reason.remedy)}" if reason.remedy else ""
    return line + remedy


def footer(overview: Overview) -> str:
    """When and from what the page was made."""
    now, commit = overview.inputs.generated_at, overview.inputs.plan.commit
    return (
        f'<p class="tb-built">As of <time datetime="{attribute(now.isoformat())}">{stamp(now)} UTC'
        f"</time>, decided at commit <code>{attribute(commit[:12])}</code>. "
        "All times are UTC.</p>\n"
    )
