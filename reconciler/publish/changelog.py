"""A changelog as Markdown and JSON: under the headings of keepachangelog.com, breaking first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.changelog import Change, Changes, Heading
from reconciler.publish.escaping import at_start, code, markdown, unlinked

_COMMIT = 10


@dataclass(frozen=True, slots=True)
class Point:
    """An end of a changelog: what it is called, and its commit."""

    label: str
    commit: str


@dataclass(frozen=True, slots=True)
class Changelog:
    """What changed in an app between two points; from the very first commit without ``since``.

    No changes at all: its commits aren't known here.
    """

    app: str
    title: str
    since: Point | None
    until: Point
    changes: Changes | None


def changelog_markdown(changelog: Changelog, *, level: int = 1) -> str:
    """The changelog as a page, or below a heading of ``level - 1``.

    Texts of commits are inert: no markup, no link, nobody is called.
    """
    changes, top = changelog.changes, "#" * level
    start = code(changelog.since.label) if changelog.since else "the beginning"
    parts = [f"{top} {markdown(changelog.title)}: {start} → {code(changelog.until.label)}"]
    if changes is None:
        parts.append("Its commits are not known here.")
        return "\n\n".join(parts) + "\n"
    parts.append(_sum(changes))
    if changes.breaking:
        parts += [f"{top}# Breaking changes", _list(changes.breaking, changes)]
    rest = [each for each in changes.entries if not each.breaking]
    for components in _sections(rest, changes.components):
        own = [each for each in rest if each.components == components]
        deeper = f"{top}#"
        if changes.components:
            parts.append(f"{deeper} {_section(components)}")
            deeper += "#"
        for heading in Heading:
            if found := [each for each in own if each.heading is heading]:
                parts += [f"{deeper} {heading}", _list(found, changes, named=False)]
    if changes.gone:
        parts += [f"{top}# No longer contained", _list(changes.gone, changes)]
    return "\n\n".join(parts) + "\n"


def changelog_json(changelog: Changelog) -> dict[str, object]:
    """The changelog for programs, texts as they are; names of people without their addresses."""
    changes = changelog.changes
    ends: dict[str, object] = {
        "app": changelog.app,
        "from": _point(changelog.since),
        "to": _point(changelog.until),
        "known": changes is not None,
    }
    if changes is None:
        return ends
    return {
        **ends,
        "commits": len(changes.commits),
        "partial": changes.partial,
        "breaking": len(changes.breaking),
        "tickets": list(changes.tickets),
        "authors": [each.name for each in changes.authors],
        "components": list(changes.components),
        "changes": [_change(each) for each in changes.entries],
        "gone": [_change(each) for each in changes.gone],
    }


def _point(point: Point | None) -> dict[str, str] | None:
    return {"version": point.label, "commit": point.commit} if point else None


def _change(change: Change) -> dict[str, object]:
    return {
        "heading": change.heading.value,
        "breaking": change.breaking,
        "warning": change.warning,
        "scope": change.scope,
        "text": change.text,
        "number": change.number,
        "tickets": list(change.tickets),
        "authors": [each.name for each in change.authors],
        "components": list(change.components),
        "commits": list(change.commits),
    }


def _sum(changes: Changes) -> str:
    if not changes:
        return "Nothing changed."
    many = len(changes.commits)
    said = [f"{many} commit{'' if many == 1 else 's'}"]
    if changes.authors:
        said.append("by " + ", ".join(unlinked(each.name) for each in changes.authors))
    line = " ".join(said) + "."
    if changes.tickets:
        line += f" Tickets: {', '.join(unlinked(each) for each in changes.tickets)}."
    if changes.partial:
        line += " There are more, which were not read."
    return line


def _sections(entries: Iterable[Change], components: Sequence[str]) -> list[tuple[str, ...]]:
    """The sets of components that changes touch: one alone, then several, then none."""
    found = {each.components for each in entries}
    places = {name: number for number, name in enumerate(components)}
    return sorted(
        found, key=lambda each: (len(each) == 0, len(each), [places[name] for name in each])
    )


def _section(components: Sequence[str]) -> str:
    return ", ".join(code(each) for each in components) if components else "Elsewhere"


def _list(entries: Iterable[Change], changes: Changes, *, named: bool = True) -> str:
    return "\n".join(_entry(each, named=named and bool(changes.components)) for each in entries)


def _entry(change: Change, *, named: bool) -> str:
    scope = f"**{unlinked(change.scope)}:** " if change.scope else ""
    where = f"{_section(change.components)}: " if named and change.components else ""
    warning = f" — {unlinked(change.warning)}" if change.warning else ""
    facts = [unlinked(change.number)] if change.number else []
    facts += [unlinked(each) for each in change.tickets]
    facts += [unlinked(each.name) for each in change.authors]
    commit = f"`{change.commits[0][:_COMMIT]}`"
    more = len(change.commits) - 1
    facts.append(f"{commit} and {more} more" if more else commit)
    text = unlinked(change.text) or "(no title)"
    return f"- {at_start(f'{where}{scope}{text}')}{warning} ({', '.join(facts)})"
