"""The home page: what runs where, what needs attention, what happened last."""

from reconciler.model.place import Place
from reconciler.model.records import Answer
from reconciler.publish.cells import Cell, Overview, Status
from reconciler.publish.escaping import code, markdown
from reconciler.publish.fragments import (
    app_link,
    deployments_table,
    environment_link,
    footer,
    gates,
    paused,
    place_title,
    running,
    status,
    table,
)
from reconciler.publish.times import when

RECENT = 20
"""Deployments on the home page."""

_URGENCY = {Status.STUCK: 0, Status.BROKEN: 1, Status.HELD: 2}


def home(overview: Overview) -> str:
    """The text of ``index.md``."""
    banner = overview.inputs.plan.banner
    parts = [
        f"# {markdown(overview.inputs.title)}",
        *([f"**{markdown(banner)}**"] if banner else []),
    ]
    parts += [_sum(overview), _matrix(overview)]
    parts.append(attention(overview, tuple(overview.cells.values()), up=""))
    parts.append("## Last deployments")
    if overview.attempts:
        parts.append(deployments_table(overview, overview.attempts[:RECENT], up=""))
        parts.append("[All deployments](deployments/index.md) · [as a feed](feed.atom)")
    else:
        parts.append("Nothing has been deployed yet.")
    return "\n\n".join((*parts, footer(overview)))


def _sum(overview: Overview) -> str:
    counts: dict[Status, int] = {}
    for each in overview.cells.values():
        counts[each.status] = counts.get(each.status, 0) + 1
    said = (
        f'<span class="tb-mark tb-{each.colour}">{each.symbol} {counts[each]} {each.word}</span>'
        for each in Status
        if each in counts
    )
    return " ".join(said) if counts else "No place is declared yet."


def _matrix(overview: Overview) -> str:
    if not overview.cells:
        return ""
    head = (
        "App",
        *(environment_link(overview, each, up="") for each in overview.environments),
    )
    rows = (
        (
            app_link(overview, app, up=""),
            *(_cell(overview, Place(environment, app)) for environment in overview.environments),
        )
        for app in overview.apps
    )
    return "## What runs where\n\n" + table(head, rows)


def _cell(overview: Overview, place: Place) -> str:
    cell = overview.cells.get(place)
    kind = cell.status if cell else Status.NOTHING
    said = f"{kind.symbol} {kind.word}"
    if cell and cell.latest:
        said = f"[{said}](deployments/{cell.latest.name}.md)"
    marked = f'<span class="tb-mark tb-cell tb-{kind.colour}">{said}</span>'
    if cell is None:
        return marked
    lines = [f"{marked} {code(cell.running)}" if kind is Status.RUNS else marked]
    if kind not in {Status.RUNS, Status.NOTHING}:
        lines.append(running(cell))
    if cell.running and cell.since:
        since = when(cell.since, overview.inputs.generated_at)
        lines.append(f'<span class="tb-since">{since}</span>')
    if kind is Status.RUNS and cell.closed:
        lines.append("new starts are held")
    elif cell.pauses and not cell.closed:
        lines.append("new starts are paused")
    if cell.kept_out:
        lines.append("under maintenance")
    return "<br>".join(lines)


def attention(overview: Overview, cells: tuple[Cell, ...], *, up: str) -> str:
    """What is paused, held, stuck or broken, why, and what would open it; ``up`` leads to the top.

    A pause is told once, however many places it is for.
    """
    pauses = {pause.id: pause for each in cells for pause in each.pauses}
    parts = ["## What needs attention"]
    parts += [paused(overview, each) for each in sorted(pauses.values(), key=_when)]
    worst_first = sorted(cells, key=lambda each: _URGENCY.get(each.status, len(_URGENCY)))
    parts += [_attention(overview, each, up) for each in worst_first if each.needs_attention]
    if len(parts) == 1:
        parts.append("Nothing: every place runs what its file asks for, or is about to.")
    return "\n\n".join(parts)


def _when(pause: Answer) -> int:
    return pause.sequence


def _attention(overview: Overview, cell: Cell, up: str) -> str:
    standing = cell.standing
    parts = [
        f"### {place_title(overview, cell.place)}",
        f"{status(cell)} {markdown(cell.sentence)}",
    ]
    if cell.closed:
        parts.append(gates(cell.closed))
    if cell.standing.questions or cell.standing.unready or cell.kept_out:
        parts += [markdown(each) for each in cell.notes]
    if cell.status is Status.STUCK and standing.last_end and standing.last_end.why:
        parts.append(f"{markdown(f'It stopped there: {standing.last_end.why}')}")
    failed = standing.last_failure
    if failed and cell.latest and failed.deployment == cell.latest.claim.deployment:
        parts.append(f"[What happened]({up}deployments/{cell.latest.name}.md)")
    return "\n\n".join(parts)
