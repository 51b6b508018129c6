"""What a merge will do, as a comment on a merge request: a section for each place it touches."""

from collections.abc import Mapping, Sequence

from reconciler.changelog import Change, Changes
from reconciler.model.plan import Decision, Verdict
from reconciler.model.records import Reason
from reconciler.names import instant_of
from reconciler.planner.preview import Preview
from reconciler.planner.rendering import start_text
from reconciler.publish.escaping import code, unlinked
from reconciler.publish.fragments import table
from reconciler.timetable.moments import local_text

MARKER = "<!-- tagboat plan -->"
"""The first line, by which the comment is found again and updated."""
_LISTED = 30
_WORDS = {"open": "✔ open", "closed": "⏸ closed", "unknown": "? unknown"}


def proposal_markdown(
    previews: Sequence[Preview],
    changes: Mapping[str, Changes | None],
    *,
    backtest: str = "",
) -> str:
    """The comment. Equal inputs give equal bytes, so it is posted once and updated.

    ``changes``: place → what comes with the merge, nothing where the app's commits aren't known.
    ``backtest`` is a paragraph on what a changed policy would have done, or empty.
    """
    parts = [MARKER]
    if not previews:
        parts.append("This merge changes nothing about what runs anywhere.")
    for each in previews:
        parts += _section(each, changes.get(str(each.place)))
    if backtest:
        parts += ["### In hindsight", backtest]
    return "\n\n".join(parts) + "\n"


def proposal_json(previews: Sequence[Preview], backtest: str = "") -> dict[str, object]:
    """The same for programs."""
    return {
        "places": [
            {
                "place": str(each.place),
                "before": each.before.as_json(),
                "after": each.after.as_json(),
                "authors": list(each.authors),
                "mergers": list(each.mergers),
                "risks": list(each.risks),
                "verdict": _verdict(each),
            }
            for each in previews
        ],
        "backtest": backtest,
    }


def _section(preview: Preview, changes: Changes | None) -> list[str]:
    before, after = preview.before, preview.after
    runs = code(before.running) if before.running else "nothing yet"
    head = f"### {unlinked(str(preview.place))}: {runs} → {code(after.wanted or '?')}"
    facts = [
        ("What", unlinked(after.summary)),
        ("Changes", _changes(changes)),
        ("Downtime", _downtime(preview)),
        ("Way back", _way_back(preview)),
        ("Risk", unlinked("; ".join(preview.risks))),
        ("May merge", _mergers(preview)),
    ]
    rows = [(f"**{name}**", text) for name, text in facts if text]
    return [
        head,
        f"**{_verdict(preview)}**",
        table(("", ""), rows),
        *_gates(preview.gates),
        *_entries(changes),
    ]


def _verdict(preview: Preview) -> str:
    after = preview.after
    match after.verdict:
        case Verdict.IN_SYNC:
            said = "It runs already: the merge deploys nothing"
        case Verdict.DEPLOY:
            said = "Once merged, it starts at once"
        case Verdict.BUSY | Verdict.GO_BACK:
            said = f"Another deployment is under way: {unlinked(after.sentence)}"
        case Verdict.BROKEN:
            said = f"It can't run: {unlinked(_first(after.closed))}"
        case Verdict.HOLD:
            said = f"Once merged, it {_waits(after)}"
    return f"{said}."


def _waits(after: Decision) -> str:
    if after.start and after.start.earliest:
        return f"starts {unlinked(start_text(after.start))}"
    waits = [each for each in after.closed if not each.opens]
    first = unlinked(_first(waits or after.closed))
    if after.start and after.start.at:
        when = local_text(instant_of(after.start.at), after.start.zone)
        return f"waits: {first}. Time allows it from {unlinked(when)}"
    return f"waits: {first}"


def _first(closed: Sequence[Reason]) -> str:
    if not closed:
        return "nobody can tell why"
    more = f" (and {len(closed) - 1} more)" if len(closed) > 1 else ""
    return f"{closed[0].gate}: {closed[0].why}{more}"


def _changes(changes: Changes | None) -> str:
    if changes is None:
        return "the app's commits are not known here"
    if not changes:
        return "none"
    many = f"{len(changes.entries)} by {', '.join(each.name for each in changes.authors)}"
    tickets = f" · {', '.join(changes.tickets)}" if changes.tickets else ""
    parts = sorted({name for each in changes.entries for name in each.components})
    where = f" · in {', '.join(parts)}" if parts else ""
    breaking = f" · **{len(changes.breaking)} breaking**" if changes.breaking else ""
    gone = f" · **{len(changes.gone)} no longer contained**" if changes.gone else ""
    return unlinked(f"{many}{tickets}{where}") + breaking + gone


def _downtime(preview: Preview) -> str:
    minutes = round(preview.estimate / 60)
    about = f", takes about {minutes} min" if minutes else ""
    return f"{unlinked(preview.downtime)}{about}"


def _way_back(preview: Preview) -> str:
    running = preview.before.running
    if not running:
        back = "to nothing, since nothing ran here before"
    else:
        back = f"{code(running)} comes back by itself when it fails"
    data = {
        "none": "",
        "compatible": "; the data stays as it is then",
        "breaking": "; the data is restored from the backup",
    }[preview.migration]
    said = f". {unlinked(preview.way_back)}" if preview.way_back else ""
    return f"{back}{data}{said}"


def _mergers(preview: Preview) -> str:
    roles = ", ".join(preview.permission)
    wrote = ", ".join((*preview.authors, *(["somebody who isn't listed"] * preview.unlisted)))
    if not preview.mergers:
        may = f"{roles} may, and " if roles else ""
        return unlinked(f"nobody: {may}{wrote} wrote it")
    by = f" ({roles})" if roles else ""
    return unlinked(f"{', '.join(preview.mergers)}{by}; written by {wrote}")


def _gates(gates: Sequence[tuple[Reason | None, Reason | None]]) -> list[str]:
    if not gates:
        return []
    rows = []
    shut = 0
    for now, then in gates:
        last = then or now
        assert last is not None  # noqa: S101 - one of the two is there
        shut += last.state != "open"
        why = unlinked(last.why)
        if last.state != "open" and last.remedy:
            why += f"<br>→ {unlinked(last.remedy)}"
        rows.append((unlinked(last.gate), _state(now), _state(then), why))
    told = f"{shut} of them not open after the merge" if shut else "all open after the merge"
    head = f"<details><summary>{len(gates)} gates, {told}</summary>"
    return [head, table(("gate", "now", "after the merge", "why"), rows), "</details>"]


def _state(reason: Reason | None) -> str:
    return _WORDS[reason.state] if reason else "not asked"


def _entries(changes: Changes | None) -> list[str]:
    if not changes:
        return []
    rest = [each for each in changes.entries if not each.breaking]
    lines = [_entry(each) for each in (*changes.breaking, *rest)][:_LISTED]
    hidden = len(changes.entries) - len(lines)
    if hidden > 0:
        lines.append(f"- and {hidden} more")
    lines += [f"- no longer contained: {_text(each)}" for each in changes.gone[:_LISTED]]
    head = f"<details><summary>{len(changes.entries)} changes</summary>"
    return [head, "\n".join(lines), "</details>"]


def _entry(change: Change) -> str:
    kind = "**Breaking**" if change.breaking else str(change.heading)
    return f"- {kind}: {_text(change)}"


def _text(change: Change) -> str:
    scope = f"{change.scope}: " if change.scope else ""
    tickets = f" ({', '.join(change.tickets)})" if change.tickets else ""
    return unlinked(f"{scope}{change.text}{tickets}")
