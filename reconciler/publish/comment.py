"""What a merge will do, as a comment on a merge request: a section for each place it touches."""

from collections.abc import Mapping, Sequence

from reconciler.canonical import digest_of
from reconciler.changelog import Change, Changes
from reconciler.model.plan import Verdict
from reconciler.planner.preview import Preview
from reconciler.publish.escaping import attribute, code, command, unlinked
from reconciler.publish.fragments import table
from reconciler.publish.gate_table import gate_parts
from reconciler.publish.outlook import outlook

MARKER = "<!-- tagboat plan -->"
"""The first line, by which the comment is found again and updated."""
_LISTED = 30
_NAMED = 5
_TOLD = 2
"""Breaking changes that are told without a click."""
_UNFOLDED = 3
"""Places whose sections are shown without a click."""
_KEPT = "Written anew when the branch of this merge request changes."


def comment_markdown(
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


def comment_json(previews: Sequence[Preview], backtest: str = "") -> dict[str, object]:
    """The same for programs, with a digest: what says the same has the same."""
    told = {
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
    return {**told, "digest": digest_of(told)}


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
    return f"<sub>{said} {_KEPT}</sub>"


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
    return [
        f"### {unlinked(place.app)} in {unlinked(place.environment)}: {_versions(preview)}",
        f"**{outlook(preview).sentence}**",
        *_warnings(preview),
        "\n".join(f"- **{name}:** {text}" for name, text in facts if text),
        *gate_parts(preview),
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
    said = f". How to go back later: {unlinked(preview.way_back)}" if preview.way_back else ""
    return f"{back}{data}{said}"


def _stop(preview: Preview) -> str:
    """How to keep it from starting, for what will start."""
    if preview.after.verdict not in (Verdict.DEPLOY, Verdict.HOLD) or not preview.after.wanted:
        return ""
    place = str(preview.place)
    pause, abort = (
        command("tagboat", verb, place, "--reason", "WHY") for verb in ("pause", "abort")
    )
    return (
        f"before it starts, have a revert of this merged, or run {pause} in a clone of this"
        f" repository; while it is under way, run {abort} there; afterwards, have a revert merged"
    )


def _warnings(preview: Preview) -> list[str]:
    """How the same failed before, and that nothing asks for it where nothing does."""
    after = preview.after
    starts = after.verdict in (Verdict.DEPLOY, Verdict.HOLD)
    asked = any(each.gate == "after" for each in after.closed)
    blocks = "" if asked or not starts else " This blocks neither the merge nor the start."
    said = (f"{each.text[:1].upper()}{each.text[1:]}." for each in preview.risks if each.warns)
    return [f"⚠ **{unlinked(each)}**{blocks}" for each in said]


def _mergers(preview: Preview) -> str:
    wrote = [each for each in preview.authors if each not in preview.mergers]
    wrote += ["somebody who isn't listed"] * preview.unlisted
    whose = " and ".join(wrote)
    by = f" ({', '.join(preview.permission)})" if preview.permission else ""
    first = ", ".join(preview.mergers[:_NAMED])
    more = len(preview.mergers) - _NAMED
    others = f" and {more} more" if more > 0 else ""
    if not preview.mergers:
        return unlinked(f"nobody{by}{f'; {whose} wrote this change' if wrote else ''}")
    return unlinked(
        f"{first}{others}{by}{f'; not {whose}, who wrote this change' if wrote else ''}"
    )


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
