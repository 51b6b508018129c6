"""What a merge will do, as a comment on a merge request: a section for each place it touches."""

import shlex
from collections.abc import Mapping, Sequence

from reconciler.changelog import Change, Changes
from reconciler.model.plan import Verdict
from reconciler.model.records import Reason
from reconciler.planner.preview import Preview
from reconciler.planner.reasons import AT_THE_START
from reconciler.publish.escaping import attribute, code, unlinked
from reconciler.publish.fragments import table
from reconciler.publish.outlook import outlook

MARKER = "<!-- tagboat plan -->"
"""The first line, by which the comment is found again and updated."""
_LISTED = 30
_NAMED = 5
_TOLD = 2
"""Breaking changes that are told without a click."""
_UNFOLDED = 3
"""Places whose sections are shown without a click."""
_WORDS = {"open": "✔ open", "closed": "⏸ waits", "unknown": "? unknown"}
_LATER = "· at the start"
_GATE = "A gate is a condition that must hold before a deployment starts."


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
        parts.append("**Merging this changes nothing about what runs anywhere.**")
    if len(previews) > 1:
        parts += _summary(previews)
    for each in previews:
        section = _section(each, changes.get(str(each.place)))
        if len(previews) > _UNFOLDED:
            parts += [f"<details><summary>{_title(each)}</summary>", *section[1:], "</details>"]
        else:
            parts += section
    if backtest:
        parts += ["### In hindsight", backtest]
    return "\n\n".join([*parts, _footer(previews)]) + "\n"


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
                "merged_by": each.merged_by,
                "risks": [risk.text for risk in each.risks],
                "verdict": outlook(each).sentence,
            }
            for each in previews
        ],
        "backtest": backtest,
    }


def _summary(previews: Sequence[Preview]) -> list[str]:
    """One row for each place, before the sections."""
    rows = [
        (
            unlinked(each.place.app),
            unlinked(each.place.environment),
            _versions(each),
            outlook(each).short,
        )
        for each in previews
    ]
    said = f"**Merging this changes {len(previews)} places.**"
    return [said, table(("App", "Environment", "Version", "After the merge"), rows)]


def _footer(previews: Sequence[Preview]) -> str:
    by = sorted({each.merged_by for each in previews} - {""})
    taken = f"; judged as if {unlinked(by[0])} merged it" if by else ""
    said = f"From Tagboat, which deploys what is merged into this repository{taken}."
    return f"<sub>{said} Updated when the branch changes.</sub>"


def _title(preview: Preview) -> str:
    """Text for a summary, which is no Markdown."""
    before, after = preview.before.running or "nothing", preview.after.wanted or "nothing"
    place = preview.place
    return attribute(f"{place.app} in {place.environment}: {before} → {after}")


def _versions(preview: Preview) -> str:
    runs = code(preview.before.running) if preview.before.running else "nothing yet"
    return f"{runs} → {code(preview.after.wanted)}" if preview.after.wanted else runs


def _section(preview: Preview, changes: Changes | None) -> list[str]:
    place = preview.place
    facts = [
        ("What it is", unlinked(preview.after.summary)),
        ("Changes", _changes(changes)),
        ("Downtime", _downtime(preview)),
        ("If it fails", _way_back(preview)),
        ("So far", unlinked("; ".join(each.text for each in preview.risks if not each.warns))),
        ("Who may merge", _mergers(preview)),
        ("To stop it", _stop(preview)),
    ]
    warnings = [f"⚠ **{unlinked(_sentence(each.text))}**" for each in preview.risks if each.warns]
    return [
        f"### {unlinked(place.app)} in {unlinked(place.environment)}: {_versions(preview)}",
        f"**{outlook(preview).sentence}**",
        *warnings,
        "\n".join(f"- **{name}:** {text}" for name, text in facts if text),
        *_gates(preview.gates),
        *_entries(changes),
    ]


def _changes(changes: Changes | None) -> str:
    if changes is None:
        return "the app's commits are not known here"
    if not changes:
        return "none"
    many = f"{len(changes.entries)} by {', '.join(each.name for each in changes.authors)}"
    tickets = f" · tickets {', '.join(changes.tickets)}" if changes.tickets else ""
    parts = sorted({name for each in changes.entries for name in each.components})
    where = f" · in {', '.join(parts)}" if parts else ""
    breaking = f" · **{len(changes.breaking)} breaking**" if changes.breaking else ""
    if 0 < len(changes.breaking) <= _TOLD:
        breaking += f": {'; '.join(_text(each) for each in changes.breaking)}"
    gone = f" · **{len(changes.gone)} of what runs now are left out**" if changes.gone else ""
    return unlinked(f"{many}{tickets}{where}") + breaking + gone


def _downtime(preview: Preview) -> str:
    minutes = round(preview.estimate / 60)
    unit = "minute" if minutes == 1 else "minutes"
    about = f"; the deployment takes about {minutes} {unit}" if minutes else ""
    return f"{unlinked(preview.downtime)}{about}"


def _way_back(preview: Preview) -> str:
    running = preview.before.running
    if not running:
        back = "nothing comes back, since nothing ran here before"
    else:
        back = f"{code(running)} comes back by itself"
    data = {
        "none": "",
        "compatible": "; the data stays as it is then",
        "breaking": "; the data is restored from the backup",
    }[preview.migration]
    said = f". {unlinked(preview.way_back)}" if preview.way_back else ""
    return f"{back}{data}{said}"


def _stop(preview: Preview) -> str:
    """How to keep it from starting, for what will start."""
    if preview.after.verdict not in (Verdict.DEPLOY, Verdict.HOLD) or not preview.after.wanted:
        return ""
    place = shlex.quote(str(preview.place))
    pause = code(f"tagboat pause {place} --reason WHY")
    return f"before it starts, merge a revert of this, or run {pause}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _mergers(preview: Preview) -> str:
    wrote = [each for each in preview.authors if each not in preview.mergers]
    wrote += ["somebody who isn't listed"] * preview.unlisted
    whose = " and ".join(wrote)
    by = f" ({', '.join(preview.permission)})" if preview.permission else ""
    first = ", ".join(preview.mergers[:_NAMED])
    more = len(preview.mergers) - _NAMED
    others = f" and {more} more" if more > 0 else ""
    if not preview.mergers:
        return unlinked(f"nobody{by}{f'; {whose} wrote it' if wrote else ''}")
    return unlinked(f"{first}{others}{by}{f'; not {whose}, who wrote it' if wrote else ''}")


def _gates(gates: Sequence[tuple[Reason | None, Reason | None]]) -> list[str]:
    """The gates that stay closed, and behind a click all of them."""
    if not gates:
        return []
    last = [then or now for now, then in gates]
    shut = [each for each in last if each is not None and each.state != "open"]
    if not shut:
        said = ["After the merge nothing holds it."]
    elif len(shut) == 1:
        (one,) = shut
        why = f"After the merge one thing holds it, the gate {unlinked(one.gate)}"
        said = [f"{why}: {unlinked(one.why)}. To change that: {unlinked(one.remedy)}."]
    else:
        rows = [(unlinked(each.gate), unlinked(each.why), unlinked(each.remedy)) for each in shut]
        said = [
            f"After the merge {len(shut)} things hold it:",
            table(("Gate", "Why it waits", "To change that"), rows),
        ]
    every = [
        (unlinked(each.gate), _state(now), _state(then), unlinked(each.why))
        for each, (now, then) in zip(last, gates, strict=True)
        if each is not None
    ]
    head = f"<details><summary>All {len(gates)} gates, now and after the merge</summary>"
    rows_ = table(("Gate", "Now", "After the merge", "Why"), every)
    return [*said, head, _GATE, rows_, "</details>"]


def _state(reason: Reason | None) -> str:
    if reason is not None and reason.why == AT_THE_START:
        return _LATER
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
    many = f"The {len(changes.entries)} changes" if len(changes.entries) > 1 else "The change"
    head = f"<details><summary>{many}</summary>"
    return [head, "\n".join(lines), "</details>"]


def _entry(change: Change) -> str:
    kind = "**Breaking**" if change.breaking else str(change.heading)
    return f"- {kind}: {_text(change)}"


def _text(change: Change) -> str:
    scope = f"{change.scope}: " if change.scope else ""
    tickets = f" ({', '.join(change.tickets)})" if change.tickets else ""
    return unlinked(f"{scope}{change.text}{tickets}")
